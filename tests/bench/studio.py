"""A master as a studio hands it in: two voices that take turns, room noise, a music bed; about -25 LUFS with peaks at -8 dBTP, so that it needs
9 dB more and a limiter. 48 kHz, 24 bit, stereo."""
from support import run

VOICES = [
    ("en-gb", 150, "If something does not look, sound or feel right, report it. Online at gov dot U K slash act. "),
    ("en-us+f3", 165, "Action counters terrorism! Trust your instincts: tell the police what you saw, and where. "),
]
BED = "0.02*sin(2*PI*110*t)*(1+0.5*sin(2*PI*0.7*t))+0.015*sin(2*PI*277.18*t)*sin(2*PI*0.31*t)+0.01*sin(2*PI*1318.5*t)*exp(-3*mod(t,0.5))"
MIX = ("[0]aresample=48000,pan=stereo|c0=0.34*c0|c1=0.26*c0[a];"
       "[1]aresample=48000,adelay=2300,pan=stereo|c0=0.26*c0|c1=0.34*c0,volume='0.5+0.5*gt(sin(t/7),0)':eval=frame[b];"
       "[2]pan=stereo|c0=c0|c1=c0[noise];[3]pan=stereo|c0=c0|c1=0.8*c0[bed];[a][b][noise][bed]amix=4:normalize=0[mix]")


def podcast_master(file, seconds):
    inputs = []
    for number, (voice, speed, text) in enumerate(VOICES):
        scratch = file.with_suffix(f".voice{number}.wav")
        run("espeak-ng", "-v", voice, "-s", speed, "-w", scratch, text * 40)
        inputs += ["-stream_loop", -1, "-i", scratch]
    run("ffmpeg", "-loglevel", "error", "-y", *inputs, "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.003:seed=1:r=48000", "-f", "lavfi", "-i",
        f"aevalsrc='{BED}':s=48000", "-filter_complex", MIX, "-map", "[mix]", "-t", seconds, "-c:a", "pcm_s24le", file)
    for number in range(len(VOICES)):
        file.with_suffix(f".voice{number}.wav").unlink()

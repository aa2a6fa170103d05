"""How far the noise that a lossy rendition adds lies below what the ear would notice, beside ffmpeg with its defaults (Opus: constrained, as
ours) at the same bit rate.
The noise-to-mask ratio as in ITU-R BS.1387 (PEAQ), without its later steps: dB, mean over the frames that are not silent; lower is better, and
what is above 0 can be heard. Any recordings may be given; without any the master of ./dev bench media is taken."""
import argparse, json, pathlib, re, subprocess, tempfile

import numpy

from media import RENDITIONS, command, ffmpeg
from studio import podcast_master
from support import BINARY, run

RATE, FRAME, BANDS = 48000, 2048, 109
HZ = numpy.fft.rfftfreq(FRAME, 1 / RATE)
WINDOW = numpy.hanning(FRAME) * numpy.sqrt(8 / 3)


def bark(hz):
    return 7 * numpy.arcsinh(hz / 650)


EDGES = numpy.linspace(bark(80), bark(18000), BANDS + 1)
CENTRES = (EDGES[1:] + EDGES[:-1]) / 2
CENTRES_HZ = 650 * numpy.sinh(CENTRES / 7)


def band_matrix():
    """Which bins are in which band; a band narrower than a bin has half of the nearest."""
    bands = numpy.array([(bark(HZ) >= low) & (bark(HZ) < high) for low, high in zip(EDGES, EDGES[1:])], float)
    for band in numpy.flatnonzero(bands.sum(1) == 0):
        bands[band, numpy.argmin(abs(bark(HZ) - CENTRES[band]))] = 0.5
    return bands


def ear_weights():
    """Outer and middle ear, as factors of the amplitude."""
    khz = numpy.maximum(HZ, 20) / 1000
    return 10 ** ((-2.184 * khz ** -0.8 + 6.5 * numpy.exp(-0.6 * (khz - 3.3) ** 2) - 1e-3 * khz ** 3.6) / 20)


MATRIX, WEIGHTS = band_matrix(), ear_weights() * 10 ** (92 / 20) / (FRAME / 4)  # full scale is 92 dB
INNER_NOISE = 10 ** (0.4 * 0.364 * (CENTRES_HZ / 1000) ** -0.8)
MASK_BELOW = 10 ** (numpy.where(CENTRES <= 12, 3.0, 0.25 * CENTRES) / 10)


def masked(energies):
    """The energies spread over their neighbours, less upwards the louder they are; what lies below that is not heard."""
    spread, levels = numpy.zeros_like(energies), 10 * numpy.log10(energies)
    for band in range(BANDS):
        away = CENTRES - CENTRES[band]
        upwards = numpy.minimum(-24 - 230 / CENTRES_HZ[band] + 0.2 * levels[:, band], -5)[:, None]
        spread += energies[:, band:band + 1] * 10 ** (numpy.where(away < 0, 27 * away, upwards * away) / 10)
    return spread / MASK_BELOW


def spectra(side):
    count = len(side) // (FRAME // 2) - 1
    frames = numpy.lib.stride_tricks.sliding_window_view(side, FRAME)[::FRAME // 2][:count]
    return numpy.abs(numpy.fft.rfft(frames * WINDOW, axis=1)) * WEIGHTS


def noise_to_mask(reference, heard):
    ratios = []
    for side in range(2):
        was, now = spectra(reference[:, side]), spectra(heard[:, side])
        energies = (was ** 2) @ MATRIX.T + INNER_NOISE
        ratio = ((was - now) ** 2) @ MATRIX.T / masked(energies)
        ratios.append(ratio[energies.sum(1) > 1e4].mean(1))
    return 10 * numpy.log10(numpy.concatenate(ratios)).mean()


def samples(file):
    raw = subprocess.run(ffmpeg("-loglevel", "error", "-i", file, "-f", "f32le", "-ac", 2, "-ar", RATE, "-"), stdout=subprocess.PIPE, check=True).stdout
    return numpy.frombuffer(raw, numpy.float32).reshape(-1, 2).astype(float)


def levelled(folder, master):
    """A minute of it at the loudness that renditions have, with peaks so low that no limiter has to do with it."""
    said = subprocess.run(ffmpeg("-t", 60, "-i", master, "-af", "ebur128=framelog=verbose", "-f", "null", "-"), stderr=subprocess.PIPE, text=True, check=True).stderr
    gain = -16 - float(re.search(r"I:\s+(-[\d.]+) LUFS", said[said.rindex("Summary"):]).group(1))
    file = folder / "reference.wav"
    run(*ffmpeg("-loglevel", "error", "-t", 60, "-i", master, "-af", f"volume={gain}dB,alimiter=limit=0.6:level=false", "-ac", 2, "-ar", RATE, "-c:a", "pcm_f32le", file))
    return file


def judge(folder, master):
    reference = levelled(folder, master)
    wanted = [word for name in RENDITIONS for word in ("--profile", name)]
    report = json.loads(subprocess.run(command(BINARY, "transcode", reference, folder / "ours", *wanted), stdout=subprocess.PIPE, check=True).stdout)
    original = samples(reference)
    for rendition in report["renditions"]:
        name, gain = rendition["profile"], 10 ** (rendition["gain_db"] / 20)
        file, options = RENDITIONS[name]
        run(*ffmpeg("-loglevel", "error", "-i", reference, *options, folder / file))
        ours, theirs = samples(next((folder / "ours").glob(f"*{pathlib.Path(file).suffix}"))), samples(folder / file)
        size = min(len(original), len(ours), len(theirs))
        us = noise_to_mask(original[:size] * gain, ours[:size])
        them = noise_to_mask(original[:size], theirs[:size])
        print(f"{master.name:<32} {name:<5} {us:7.2f} {them:7.2f} {us - them:+7.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench quality", description=__doc__)
    parser.add_argument("recordings", nargs="*", type=pathlib.Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as name:
        folder = pathlib.Path(name)
        if not asked.recordings:
            podcast_master(folder / "master.wav", 60)
        print(f"{'noise to mask, dB':<38} {'Earshot':>7} {'ffmpeg':>7} {'':>7}")
        for recording in asked.recordings or [folder / "master.wav"]:
            judge(folder, recording)


if __name__ == "__main__":
    main()

"""Files that are built by hand: chunks in odd order, headers that lie, scripts dressed up as sound, tags and covers that would burst."""
import math, random, struct, zlib


def chunk(name, body, size=None, big=False):
    return name + struct.pack(">I" if big else "<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def riff(*chunks, size=None, form=b"WAVE", name=b"RIFF"):
    body = form + b"".join(chunks)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def fmt(tag=1, channels=2, rate=48000, bits=16, extra=b""):
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, (rate * block) & 0xFFFFFFFF, block & 0xFFFF, bits) + extra


def samples(seconds=1.3, channels=2, rate=48000):
    return b"".join(struct.pack("<h", int(9000 * math.sin(i / (9 + c)))) for i in range(int(seconds * rate)) for c in range(channels))


def wavs(seconds=1.3):
    sound = samples(seconds)
    data, head = chunk(b"data", sound), chunk(b"fmt ", fmt())
    info = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"Name\0") + chunk(b"ISFT", b"Tool\0"))
    yield "list-first.wav", riff(info, head, data)
    yield "data-before-fmt.wav", riff(data, head)
    yield "two-fmt.wav", riff(head, chunk(b"fmt ", fmt(channels=1)), data)
    yield "two-data.wav", riff(head, data, data)
    yield "no-fmt.wav", riff(info, data)
    yield "no-data.wav", riff(head, info)
    yield "junk-between.wav", riff(chunk(b"JUNK", b"\0" * 4096), head, chunk(b"PEAK", b"\1" * 24), chunk(b"fact", struct.pack("<I", 7)), data, info)
    yield "odd-unpadded.wav", riff(head, b"odd " + struct.pack("<I", 3) + b"abc", data)
    yield "odd-padded.wav", riff(head, chunk(b"odd ", b"abc"), data)
    yield "lower-case.wav", riff(chunk(b"FMT ", fmt()), data)
    yield "fmt-too-short.wav", riff(chunk(b"fmt ", fmt()[:10]), data)
    yield "fmt-huge.wav", riff(chunk(b"fmt ", fmt() + b"\xff" * 70000), data)
    yield "no-channels.wav", riff(chunk(b"fmt ", fmt(channels=0)), data)
    yield "many-channels.wav", riff(chunk(b"fmt ", fmt(channels=65535)), data)
    yield "no-rate.wav", riff(chunk(b"fmt ", fmt(rate=0)), data)
    yield "huge-rate.wav", riff(chunk(b"fmt ", fmt(rate=0xFFFFFFFF)), data)
    yield "no-bits.wav", riff(chunk(b"fmt ", fmt(bits=0)), data)
    yield "odd-bits.wav", riff(chunk(b"fmt ", fmt(bits=13)), data)
    yield "block-of-zero.wav", riff(chunk(b"fmt ", fmt()[:12] + b"\0\0" + fmt()[14:]), data)
    yield "extensible-cut.wav", riff(chunk(b"fmt ", fmt(tag=0xFFFE, extra=struct.pack("<HH", 22, 16))), data)
    yield "extensible-odd.wav", riff(chunk(b"fmt ", fmt(tag=0xFFFE, extra=struct.pack("<HHI", 22, 16, 0xFFFFFFFF) + b"\xaa" * 16)), data)
    yield "mp3-in-wav.wav", riff(chunk(b"fmt ", fmt(tag=0x55, bits=0)), data)
    yield "unknown-codec.wav", riff(chunk(b"fmt ", fmt(tag=0x7777)), data)
    yield "data-lies.wav", riff(head, chunk(b"data", sound, 0x7FFFFFF0))
    yield "data-negative.wav", riff(head, chunk(b"data", sound, 0xFFFFFFF1))
    yield "riff-of-zero.wav", riff(head, data, size=0)
    yield "rifx.wav", riff(head, data, name=b"RIFX")
    yield "form-lies.wav", riff(head, data, form=b"WEVA")
    yield "riff-in-riff.wav", riff(riff(head, data))
    yield "after-the-end.wav", riff(head, data) + b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + sound[:3000]
    yield "ten-thousand-chunks.wav", riff(head, *[chunk(b"junk", b"")] * 10_000, data)
    yield "list-in-list.wav", riff(head, chunk(b"LIST", b"INFO" + chunk(b"LIST", b"INFO" + b"x" * 9) * 400), data)
    yield "bext-huge.wav", riff(head, chunk(b"bext", b"A" * 3_000_000), chunk(b"iXML", b"<x>" * 1_000_000), data)
    yield "cue-million.wav", riff(head, chunk(b"cue ", struct.pack("<I", 100_000) + b"\1" * 2_400_000), data)
    yield "cue-lies.wav", riff(head, chunk(b"cue ", struct.pack("<I", 0xFFFFFFFF) + b"\1" * 24), data)
    yield "info-100000.wav", riff(head, chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"bomb\0\0") * 100_000), data)
    yield "empty-data.wav", riff(head, chunk(b"data", b""))
    yield "one-sample.wav", riff(head, chunk(b"data", sound[:4]))
    for rate in (8000, 44100, 192_000):
        for count in (1, 2, 3):
            yield f"{count}-at-{rate}.wav", riff(chunk(b"fmt ", fmt(rate=rate)), chunk(b"data", sound[:4 * count]))
    yield "half-a-sample.wav", riff(head, chunk(b"data", sound[:191_999]))
    # Their MP3s look like more formats than one, and like another one.
    for milliseconds, seed, height, count in ((73, 110, 30, 6400), (8, 53, 50, 700)):
        chance = random.Random(seed)
        noise = b"".join(struct.pack("<h", chance.randint(-height, height)) for _ in range(count))
        yield f"noise-of-{milliseconds}-ms.wav", riff(chunk(b"fmt ", fmt(rate=44100)), chunk(b"data", noise))
    yield "ds64-missing.wav", riff(head, data, name=b"RF64", size=0xFFFFFFFF)
    yield "ds64-lies.wav", riff(chunk(b"ds64", struct.pack("<QQQI", 1 << 63, 1 << 62, 1 << 61, 0xFFFFFFFF)), head, data, name=b"RF64")


def aiffs(seconds=1.3):
    little = samples(seconds)
    sound = b"".join(struct.pack(">h", n) for n in struct.unpack(f"<{len(little) // 2}h", little))
    def comm(channels=2, frames=None, bits=16, rate=bytes.fromhex("400EBB80000000000000")):
        return chunk(b"COMM", struct.pack(">hIh", channels, len(sound) // 4 if frames is None else frames, bits) + rate, big=True)
    ssnd = chunk(b"SSND", b"\0" * 8 + sound, big=True)
    def form(*chunks):
        body = b"AIFF" + b"".join(chunks)
        return b"FORM" + struct.pack(">I", len(body)) + body
    yield "sound-first.aiff", form(ssnd, comm())
    yield "two-comm.aiff", form(comm(), comm(1), ssnd)
    yield "offset-lies.aiff", form(comm(), chunk(b"SSND", struct.pack(">II", 0x7FFFFFFF, 0) + sound, big=True))
    yield "frames-lie.aiff", form(comm(frames=0xFFFFFFFF), ssnd)
    yield "channels-negative.aiff", form(comm(channels=-2), ssnd)
    yield "rate-nan.aiff", form(comm(rate=b"\x7f\xff" + b"\xff" * 8), ssnd)
    yield "rate-zero.aiff", form(comm(rate=bytes(10)), ssnd)
    yield "bits-64000.aiff", form(comm(bits=-1536), ssnd)
    yield "marks.aiff", form(comm(), chunk(b"MARK", struct.pack(">H", 65535) + b"\0\1\0\0\0\1\1x" * 10_000, big=True), ssnd)
    yield "text-bomb.aiff", form(comm(), *[chunk(b"ANNO", b"x" * 2000, big=True)] * 2000, ssnd)


def aifcs(seconds=0.5):
    """AIFF-C by hand, and chunks where no program of today puts them."""
    little = samples(seconds)
    big = b"".join(struct.pack(">h", n) for n in struct.unpack(f"<{len(little) // 2}h", little))
    rate = bytes.fromhex("400EBB80000000000000")
    def comm(kind=b"NONE", words=b"\x0enot compressed\0", channels=2, bits=16):
        return chunk(b"COMM", struct.pack(">hIh", channels, len(little) // 4, bits) + rate + kind + words, big=True)
    def ssnd(sound, offset=0):
        return chunk(b"SSND", struct.pack(">II", offset, 0) + bytes(offset) + sound, big=True)
    def form(*chunks, kind=b"AIFC"):
        body = kind + b"".join(chunks)
        return b"FORM" + struct.pack(">I", len(body)) + body
    version = chunk(b"FVER", bytes.fromhex("A2805140"), big=True)
    words = [chunk(name, b"odd", big=True) for name in (b"NAME", b"AUTH", b"(c) ", b"ANNO")]
    mark, instrument = chunk(b"MARK", struct.pack(">HHI", 1, 1, 10) + b"\4mark\0", big=True), chunk(b"INST", bytes(20), big=True)
    yield "big-endian.aifc", form(version, comm(), ssnd(big))
    yield "little-endian.aifc", form(version, comm(b"sowt"), ssnd(little))
    yield "version-last.aifc", form(comm(), ssnd(big), version)
    yield "no-version.aifc", form(comm(b"twos"), ssnd(big))
    yield "everything-first.aifc", form(*words, mark, instrument, version, ssnd(big), comm())
    yield "everything-between.aifc", form(version, comm(), *words, mark, instrument, ssnd(big))
    yield "everything-behind.aifc", form(version, comm(), ssnd(big), *words, mark, instrument)
    yield "sound-later.aifc", form(version, comm(), ssnd(big, offset=512))
    yield "two-sounds.aifc", form(version, comm(), ssnd(big), ssnd(big))
    yield "unpadded.aifc", form(version, b"NAME" + struct.pack(">I", 3) + b"odd", comm(), ssnd(big))
    yield "no-words.aifc", form(version, comm(words=b""), ssnd(big))
    yield "words-lie.aifc", form(version, comm(words=b"\xffshort"), ssnd(big))
    yield "unknown-coding.aifc", form(version, comm(b"xxxx"), ssnd(big))
    yield "aifc-named-aiff.aifc", form(version, comm(), ssnd(big), kind=b"AIFF")
    yield "no-sound.aifc", form(version, comm())


def cafs(alac, seconds=0.5):
    """Core Audio by hand: only the description has a place of its own."""
    sound = samples(seconds)
    def part(name, body, size=None):
        return name + struct.pack(">q", len(body) if size is None else size) + body
    def desc(kind=b"lpcm", flags=2, rate=48000.0, block=4, frames=1, channels=2, bits=16):
        return part(b"desc", struct.pack(">d", rate) + kind + struct.pack(">IIIII", flags, block, frames, channels, bits))
    def file(*parts, version=1):
        return b"caff" + struct.pack(">HH", version, 0) + b"".join(parts)
    data = part(b"data", bytes(4) + sound)
    info = part(b"info", struct.pack(">I", 1) + b"title\0Name\0")
    free, layout = part(b"free", bytes(4000)), part(b"chan", struct.pack(">III", (101 << 16) | 2, 0, 0))
    yield "plain.caf", file(desc(), data)
    yield "everything-before.caf", file(desc(), info, free, layout, part(b"umid", bytes(64)), data)
    yield "everything-behind.caf", file(desc(), data, layout, info, free)
    yield "open-ended.caf", file(desc(), layout, part(b"data", bytes(4) + sound, -1))
    yield "open-ended-not-last.caf", file(desc(), part(b"data", bytes(4) + sound, -1), info)
    yield "description-second.caf", file(info, desc(), data)
    yield "description-last.caf", file(data, desc())
    yield "two-descriptions.caf", file(desc(), desc(channels=1, block=2), data)
    yield "two-data.caf", file(desc(), data, data)
    yield "no-data.caf", file(desc(), info)
    yield "version-9.caf", file(desc(), data, version=9)
    yield "data-lies.caf", file(desc(), part(b"data", bytes(4) + sound, 1 << 40))
    yield "data-negative.caf", file(desc(), part(b"data", bytes(4) + sound, -7))
    yield "free-lies.caf", file(desc(), part(b"free", bytes(10), 1 << 62), data)
    yield "info-lies.caf", file(desc(), part(b"info", struct.pack(">I", 0xFFFFFFFF) + b"a\0b\0"), data)
    yield "table-lies.caf", file(desc(b"alac", 1, block=0, frames=4096, bits=0), part(b"pakt", struct.pack(">qqii", 1 << 40, 1 << 50, 0, 0) + b"\xff" * 50), data)
    for name, words in (("rate-nan", {"rate": float("nan")}), ("rate-endless", {"rate": float("inf")}), ("rate-zero", {"rate": 0.0}), ("rate-negative", {"rate": -48000.0}),
                        ("block-zero", {"block": 0}), ("frames-zero", {"frames": 0}), ("frames-most", {"frames": 0xFFFFFFFF}), ("channels-zero", {"channels": 0}),
                        ("channels-most", {"channels": 0xFFFFFFFF}), ("bits-13", {"bits": 13}), ("unknown-coding", {"kind": b"xxxx"}), ("ima4", {"kind": b"ima4", "block": 68, "frames": 64, "bits": 0})):
        yield f"{name}.caf", file(desc(**words), data)
    at, parts = 8, {}
    while at + 12 <= len(alac):
        size = struct.unpack(">q", alac[at + 4:at + 12])[0]
        parts[alac[at:at + 4]] = alac[at:at + 12 + size]
        at += 12 + size
    first, others = parts.pop(b"desc"), list(parts.values())
    yield "alac-turned-round.caf", file(first, *reversed(others))
    yield "alac-table-last.caf", file(first, *(whole for name, whole in parts.items() if name != b"pakt"), parts[b"pakt"])
    yield "alac-without-table.caf", file(first, *(whole for name, whole in parts.items() if name != b"pakt"))
    yield "alac-without-cookie.caf", file(first, *(whole for name, whole in parts.items() if name != b"kuki"))


def w64s(seconds=0.5):
    sound = samples(seconds)
    tail, riff_tail = bytes.fromhex("F3ACD3118CD100C04F8EDB8A"), bytes.fromhex("2E91CF11A5D628DB04C10000")
    def part(name, body, size=None):
        return name + tail + struct.pack("<Q", 24 + len(body) if size is None else size) + body + bytes(-len(body) % 8)
    def file(*parts, size=None):
        body = b"wave" + tail + b"".join(parts)
        return b"riff" + riff_tail + struct.pack("<Q", 24 + len(body) if size is None else size) + body
    head, data, junk = part(b"fmt ", fmt()), part(b"data", sound), part(b"junk", bytes(100))
    yield "plain.w64", file(head, data)
    yield "junk-between.w64", file(junk, head, junk, data, junk)
    yield "summary-behind.w64", file(head, data, part(b"list", b"x" * 33))
    yield "data-first.w64", file(data, head)
    yield "two-data.w64", file(head, data, data)
    yield "no-data.w64", file(head)
    yield "size-of-zero.w64", file(head, data, size=0)
    for name, size in (("lies", 1 << 40), ("negative", 1 << 63), ("of-nothing", 0), ("too-small", 7)):
        yield f"data-{name}.w64", file(head, part(b"data", sound, size))
    yield "format-lies.w64", file(part(b"fmt ", fmt(), 1 << 62), data)


def scripts(decoy):
    texts = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{decoy}\n#EXT-X-ENDLIST\n", "m3u": f"{decoy}\n", "pls": f"[playlist]\nFile1={decoy}\n",
        "concat": f"ffconcat version 1.0\nfile '{decoy}'\n", "url": "#EXTM3U\nhttp://127.0.0.1:9/x.mp3\n", "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n",
        "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>', "asx": f'<asx version="3.0"><entry><ref href="{decoy}"/></entry></asx>',
        "smil": f'<smil><body><audio src="{decoy}"/></body></smil>', "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{decoy}"/></svg>',
        "shell": f"#!/bin/sh\ncat {decoy}\n", "cue": f'FILE "{decoy}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n', "ffmetadata": ";FFMETADATA1\ntitle=x\n",
        "subtitles": "1\n00:00:00,000 --> 00:00:01,000\nHello\n"}
    id3 = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    for name, text in texts.items():
        yield f"{name}.mp3", text.encode()
        yield f"{name}-behind-id3.mp3", id3 + text.encode()
    yield "utf16.wav", texts["hls"].encode("utf-16")
    yield "pdf.mp3", b"%PDF-1.7\n" + bytes(200)
    yield "elf.wav", open("/bin/true", "rb").read()[:20_000]


def synchsafe(number):
    return bytes((number >> shift) & 0x7F for shift in (21, 14, 7, 0))


def id3(*frames, version=4, flags=0, size=None):
    body = b"".join(frames)
    return b"ID3" + bytes((version, 0, flags)) + synchsafe(len(body) if size is None else size) + body


def frame(name, body, size=None, flags=b"\0\0", version=4):
    length = len(body) if size is None else size
    return name + (synchsafe(length) if version == 4 else struct.pack(">I", length)) + flags + body


def chapters(count):
    yield frame(b"CTOC", b"toc\0\x03" + bytes((min(count, 255),)) + b"".join(b"c%d\0" % i for i in range(min(count, 255))))
    for i in range(count):
        yield frame(b"CHAP", b"c%d\0" % i + struct.pack(">IIII", i, i + 1, 0xFFFFFFFF, 0xFFFFFFFF) + frame(b"TIT2", b"\3Chapter %d" % i))


def png(width, height, rows=None, extra=b"", kind=2, bits=8):
    def piece(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    line = 1 + width * {0: 1, 2: 3, 6: 4}[kind] * bits // 8
    squeeze = zlib.compressobj(9)
    packed = b"".join(squeeze.compress(bytes(line)) for _ in range(height if rows is None else rows)) + squeeze.flush()
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)) + extra + piece(b"IDAT", packed) + piece(b"IEND", b"")


def png_piece(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def tag_bombs(mp3, flac, hundred_megapixels):
    cover = b"\0image/png\0\3\0" + hundred_megapixels
    yield "chapters-10000.mp3", id3(*chapters(10_000)) + mp3
    yield "chapters-nested.mp3", id3(frame(b"CHAP", b"a\0" + bytes(16) + frame(b"CHAP", b"b\0" + bytes(16) + frame(b"CHAP", b"c\0" + bytes(16))))) + mp3
    yield "cover-100-megapixels.mp3", id3(frame(b"APIC", cover)) + mp3
    yield "covers-200.mp3", id3(*[frame(b"APIC", b"\0image/png\0\3\0" + bytes(50_000))] * 200) + mp3
    yield "comments-12-megabytes.mp3", id3(*[frame(b"TXXX", b"\3key\0" + b"x" * 12_000)] * 1000) + mp3
    bomb = zlib.compress(bytes(64 << 20), 9)
    yield "compressed-bomb.mp3", id3(frame(b"TXXX", synchsafe(64 << 20) + bomb, flags=b"\0\x09")) + mp3
    yield "compressed-bomb-23.mp3", id3(frame(b"TXXX", struct.pack(">I", 0xFFFFFFFF) + bomb, flags=b"\0\x80", version=3), version=3) + mp3
    yield "frame-lies.mp3", id3(frame(b"TIT2", b"\3x", size=0x0FFFFFFF)) + mp3
    yield "tag-lies.mp3", id3(frame(b"TIT2", b"\3x"), size=0x0FFFFFFF) + mp3
    yield "tags-200.mp3", id3(frame(b"TIT2", b"\3x")) * 200 + mp3
    yield "extended-header.mp3", id3(b"\x7f\x7f\x7f\x7f\1\0" + frame(b"TIT2", b"\3x"), flags=0xF0) + mp3
    yield "id3v22.mp3", b"ID3\2\0\0" + synchsafe(12) + b"TT2\0\0\6\0hello" + mp3
    yield "ape-and-v1.mp3", mp3 + b"APETAGEX" + struct.pack("<IIII", 2000, 0xFFFFFFFF, 0xFFFFFFFF, 0) + bytes(8) + b"TAG" + b"\xff" * 125
    yield "object-frame.mp3", id3(frame(b"GEOB", b"\0x\0y\0z\0" + b"MZ" + bytes(5000)), frame(b"PRIV", b"own\0" + bytes(100_000))) + mp3
    yield "id3-before.flac", id3(*chapters(500)) + flac
    first = 4 + 4 + struct.unpack(">I", b"\0" + flac[5:8])[0]  # fLaC and STREAMINFO, which stays in front
    def block(kind, body, size=None):
        return bytes((kind,)) + struct.pack(">I", len(body) if size is None else size)[1:] + body
    def with_blocks(*blocks):
        return flac[:4] + bytes((flac[4] & 0x7F,)) + flac[5:first] + b"".join(blocks) + (flac[first:] if flac[4] < 0x80 else b"")
    vendor = struct.pack("<I", 4) + b"test"
    def comments(count, body, said=None):
        return vendor + struct.pack("<I", count if said is None else said) + b"".join(struct.pack("<I", len(body % i)) + body % i for i in range(count))
    yield "comments-5000.flac", with_blocks(block(4, comments(5000, b"COMMENT%d=x")))
    yield "one-comment-5000-times.flac", with_blocks(block(4, comments(5000, b"COMMENT=%d")))
    yield "chapters-10000.flac", with_blocks(block(4, comments(10_000, b"CHAPTER%05d=00:00:00.000")))
    yield "comments-lie.flac", with_blocks(block(4, comments(1, b"A=%d", said=0xFFFFFFFF)))
    yield "vendor-lies.flac", with_blocks(block(4, struct.pack("<I", 0xFFFFFFF0)))
    def picture(bytes_of, said=None):
        return struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIIII", 0, 10_000, 10_000, 24, 0, len(bytes_of) if said is None else said) + bytes_of
    yield "cover-100-megapixels.flac", with_blocks(block(6, picture(hundred_megapixels)))
    yield "cover-lies.flac", with_blocks(block(6, picture(b"x", 0xFFFFFFFF)))
    yield "padding-5000.flac", with_blocks(*[block(1, bytes(16))] * 5000)
    yield "seek-table.flac", with_blocks(block(3, b"\xff" * 18 * 900_000))
    yield "cue-sheet.flac", with_blocks(block(5, b"\0" * 395 + b"\xff" + b"\xff" * 10_000))
    yield "block-lies.flac", with_blocks(block(2, b"app ", size=0xFFFFFF))


def pages(ogg):
    at = 0
    while at < len(ogg):
        count = ogg[at + 26]
        end = at + 27 + count + sum(ogg[at + 27:at + 27 + count])
        yield ogg[at:end]
        at = end


def with_checksum(page):
    crc, page = 0, page[:22] + bytes(4) + page[26:]
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return page[:22] + struct.pack("<I", crc) + page[26:]


def chains(vorbis, opus):
    """Ogg recordings one after another, some of which no decoder or demuxer can open."""
    undecodable = b"".join(with_checksum(page.replace(b"BCV", b"xxx")) if b"\5vorbis" in page else page for page in pages(vorbis))
    unopenable = next(pages(vorbis))
    yield "chain.ogg", vorbis + opus + vorbis
    yield "chain-undecodable.ogg", vorbis + undecodable
    yield "chain-undecodable-unopenable.ogg", vorbis + undecodable + unopenable
    yield "chain-unopenable-between.ogg", vorbis + unopenable + undecodable + opus
    yield "chain-undecodable-first.ogg", undecodable + vorbis
    yield "chain-unopenable-first.ogg", unopenable + unopenable + vorbis
    yield "chain-of-heads.ogg", unopenable * 500
    yield "chain-of-nothing.ogg", undecodable + undecodable + unopenable


def atom(name, body=b"", size=None):
    return struct.pack(">I", len(body) + 8 if size is None else size) + name + body


def mp4s(m4a):
    """Of a file with its index at the end or in front: atoms changed where they stand."""
    def changed(name, offset, value):
        at = m4a.find(name)
        return m4a[:at + offset] + value + m4a[at + offset + len(value):]
    most = b"\x7f\xff\xff\xff"
    yield "atoms-nested.m4a", m4a[:m4a.find(b"moov") - 4] + (b"".join(struct.pack(">I", 8 * (1000 - i)) + b"moov" for i in range(1000)))
    yield "size-of-zero.m4a", m4a[:m4a.find(b"moov") - 4] + bytes(4) + m4a[m4a.find(b"moov"):]
    yield "size-of-64-bits.m4a", atom(b"free", b"\xff" * 8, size=1) + m4a
    yield "free-before.m4a", atom(b"free", bytes(5000)) * 300 + m4a
    yield "ftyp-missing.m4a", m4a[m4a.find(b"ftyp") + struct.unpack(">I", m4a[:4])[0] - 4:]
    for name, offset in ((b"stts", 8), (b"stsz", 8), (b"stsz", 12), (b"stsc", 8), (b"stco", 8), (b"stsd", 8), (b"elst", 8), (b"mvhd", 16), (b"mdhd", 16), (b"mdhd", 20), (b"esds", 4)):
        if name in m4a:
            yield f"{name.decode()}-{offset}-most.m4a", changed(name, offset, most)
            yield f"{name.decode()}-{offset}-none.m4a", changed(name, offset, bytes(4))
    yield "only-ftyp.m4a", m4a[:struct.unpack(">I", m4a[:4])[0]]


def misdescribed(alac, caf, flac):
    """What the decoder is told about the coding makes no sense; the sound itself is whole."""
    def changed(data, at, value):
        return data[:at] + value + data[at + len(value):]
    cookie, kuki = alac.rfind(b"alac"), caf.find(b"kuki")
    yield "cookie-of-nothing.m4a", changed(alac, cookie + 4, bytes(28))
    yield "cookie-frame-length.m4a", changed(alac, cookie + 8, b"\xff" * 4)
    yield "cookie-bit-depth.m4a", changed(alac, cookie + 13, b"\x63")
    yield "cookie-missing.m4a", changed(alac, cookie, b"xxxx")
    yield "cookie-of-nothing.caf", changed(caf, kuki + 12, bytes(36))
    yield "streaminfo-of-nothing.flac", changed(flac, 8, bytes(34))


def stuffed(bits):
    """A string of 0 and 1 as the entropy-coded part of a JPEG."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def scan_bomb(side, scans):
    """A grey progressive JPEG whose every scan is some bytes long and visits every block of the picture."""
    def segment(mark, body):
        return bytes((0xFF, mark)) + struct.pack(">H", len(body) + 2) + body
    def table(kind, symbol):
        return segment(0xC4, bytes((kind, 1)) + bytes(15) + bytes((symbol,)))
    def scan(first, last, data):
        return segment(0xDA, bytes((1, 1, 0, first, last, 0))) + data
    blocks = ((side + 7) // 8) ** 2
    skip_all = stuffed(("0" + "1" * 14) * (blocks // 32767 + 1))  # "no more coefficients for 32,767 blocks", again and again
    return (b"\xff\xd8" + segment(0xDB, bytes(1) + b"\1" * 64) + segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
            + table(0x00, 0x00) + table(0x10, 0xE0) + scan(0, 0, stuffed("0" * blocks)) + scan(1, 1, skip_all) * scans + b"\xff\xd9")


def pictures(jpeg, picture):
    yield "as-it-should-be.jpg", jpeg
    yield "progressive.jpg", scan_bomb(1400, 1)
    yield "scans-3000.jpg", scan_bomb(1400, 3000)
    yield "as-it-should-be.png", picture
    yield "36-megapixels-of-16-bits.png", png(6000, 6000, kind=6, bits=16)
    yield "100-megapixels.png", png(10_000, 10_000)
    yield "100-megapixels-said.png", png(10_000, 10_000, rows=2)
    yield "4-gigapixels.png", png(65_535, 65_535, rows=1)
    yield "most-of-all.png", b"\x89PNG\r\n\x1a\n" + png_piece(b"IHDR", struct.pack(">IIBBBBB", 0x7FFFFFFF, 0x7FFFFFFF, 8, 2, 0, 0, 0))
    yield "of-no-size.png", b"\x89PNG\r\n\x1a\n" + png_piece(b"IHDR", struct.pack(">IIBBBBB", 0, 0, 8, 2, 0, 0, 0))
    yield "too-few-rows.png", png(1400, 1400, rows=3)
    yield "too-many-rows.png", png(1400, 1400, rows=9000)
    bomb = zlib.compress(bytes(64 << 20), 9)
    yield "text-bomb.png", png(1400, 1400, extra=png_piece(b"zTXt", b"Comment\0\0" + bomb) * 4)
    yield "profile-bomb.png", png(1400, 1400, extra=png_piece(b"iCCP", b"x\0\0" + bomb))
    yield "animated.png", png(1400, 1400, extra=png_piece(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0)) + png_piece(b"fcTL", struct.pack(">IIIIIHHBB", 0, 1400, 1400, 0, 0, 1, 1, 0, 0)))
    at = jpeg.find(b"\xff\xc0")
    yield "65500-squared.jpg", jpeg[:at + 5] + struct.pack(">HH", 65_500, 65_500) + jpeg[at + 9:]
    yield "one-row.jpg", jpeg[:at + 5] + struct.pack(">HH", 1, 65_500) + jpeg[at + 9:]
    yield "two-heads.jpg", jpeg[:at] + jpeg[at:at + 19] + jpeg[at:]
    yield "segments-60000.jpg", jpeg[:2] + b"\xff\xe1\0\2" * 60_000 + jpeg[2:]
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\3\0\0\0\1\0\x09\0\0" * 3000
    yield "turned-9.jpg", jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    yield "svg.png", b'<svg xmlns="http://www.w3.org/2000/svg" width="1400" height="1400"><image href="/etc/passwd"/></svg>'
    yield "gif.jpg", b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(500)
    yield "webp.png", b"RIFF" + struct.pack("<I", 1000) + b"WEBPVP8 " + bytes(1000)
    yield "nothing.jpg", b""
    yield "marks-only.jpg", b"\xff\xd8" + b"\xff" * 1_000_000

"""Masters and pictures with a word of its own in every place that could give something away. Each maker returns {place: word}; what is said only in
a stream that is left out (subtitles, a second soundtrack) is under a place that begins with "unseen"."""
import base64, secrets, struct, zlib

import mutagen.id3 as id3
from mutagen.flac import FLAC, Picture
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from support import run

SECONDS = 2
MARK = "QuillPlume"  # in every word


class Words(dict):
    def __call__(self, place):
        self[place] = f"Vx{secrets.token_hex(4)}{MARK}{len(self):03d}"
        return self[place]


def sound(file, *options):
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"sine=440:d={SECONDS}:r=48000", "-af", "volume=-20dB", "-map_metadata", -1,
        *options, file)
    return file.read_bytes()


def exif(word):
    """Big-endian TIFF: IFD0, Exif and GPS folders."""
    def folder(entries, start):
        entries = sorted(entries)
        head, tail = struct.pack(">H", len(entries)), b""
        at = start + 2 + 12 * len(entries) + 4
        for tag, kind, value in entries:
            count = len(value) // {2: 1, 7: 1, 4: 4, 5: 8, 1: 1}[kind]
            if len(value) <= 4:
                head += struct.pack(">HHI", tag, kind, count) + value.ljust(4, b"\0")
            else:
                head += struct.pack(">HHII", tag, kind, count, at + len(tail))
                tail += value + b"\0" * (len(value) % 2)
        return head + b"\0\0\0\0" + tail

    def text(place):
        return word(place).encode() + b"\0"
    inner = [(0x9003, 2, text("EXIF DateTimeOriginal")), (0xA431, 2, text("EXIF BodySerialNumber")), (0xA430, 2, text("EXIF CameraOwnerName")),
             (0xA434, 2, text("EXIF LensModel")), (0x927C, 7, text("EXIF MakerNote")), (0x9286, 7, b"ASCII\0\0\0" + text("EXIF UserComment"))]
    place = [(1, 2, b"N\0"), (2, 5, struct.pack(">6I", 51, 1, 30, 1, 12, 1)), (3, 2, b"W\0"), (4, 5, struct.pack(">6I", 0, 1, 7, 1, 39, 1)),
             (27, 7, text("EXIF GPSProcessingMethod")), (29, 2, text("EXIF GPSDateStamp"))]
    outer = [(0x010E, 2, text("EXIF ImageDescription")), (0x010F, 2, text("EXIF Make")), (0x0110, 2, text("EXIF Model")), (0x0131, 2, text("EXIF Software")),
             (0x013B, 2, text("EXIF Artist")), (0x8298, 2, text("EXIF Copyright")), (0x9C9D, 1, word("EXIF XPAuthor").encode("utf-16-le") + b"\0\0")]
    empty = folder(outer + [(0x8769, 4, b"\0\0\0\0"), (0x8825, 4, b"\0\0\0\0")], 8)
    exif_at = 8 + len(empty)
    gps_at = exif_at + len(folder(inner, exif_at))
    full = folder(outer + [(0x8769, 4, struct.pack(">I", exif_at)), (0x8825, 4, struct.pack(">I", gps_at))], 8)
    return b"MM\0*\0\0\0\x08" + full + folder(inner, exif_at) + folder(place, gps_at)


def xmp(word, prefix=""):
    return (f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="{word(prefix + "XMP CreatorTool")}">'
            f'<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Seq><rdf:li>{word(prefix + "XMP creator")}</rdf:li></rdf:Seq></dc:creator>'
            f'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


def jpeg(folder, size, word):
    file = folder / f"plain-{size}.jpg"
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s={size}x{size}", "-frames:v", 1, file)
    plain = file.read_bytes()

    def segment(mark, body):
        return bytes([0xFF, mark]) + struct.pack(">H", len(body) + 2) + body
    words = word("IPTC byline").encode()
    iptc = b"\x1c\x02\x50" + struct.pack(">H", len(words)) + words
    iptc += b"\0" * (len(iptc) % 2)
    profile = b"\0" * 128 + word("ICC profile").encode()
    return (plain[:2] + segment(0xE1, b"Exif\0\0" + exif(word)) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(word)) +
            segment(0xE2, b"ICC_PROFILE\0\1\1" + profile) + segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc) +
            segment(0xEA, b"Maker\0" + word("JPEG APP10").encode()) + segment(0xFE, word("JPEG comment").encode()) + plain[2:])


def png(folder, size, word):
    file = folder / f"plain-{size}.png"
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s={size}x{size}", "-frames:v", 1, "-pix_fmt", "rgb24", file)
    plain = file.read_bytes()

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    after_head = 8 + 25
    profile = word("PNG iCCP").encode()
    return (plain[:after_head] + chunk(b"iCCP", profile + b"\0\0" + zlib.compress(b"\0" * 128)) + chunk(b"eXIf", exif(word)) +
            chunk(b"tEXt", b"Author\0" + word("PNG tEXt").encode()) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(word)) +
            chunk(b"prVt", word("PNG private chunk").encode()) + plain[after_head:])


def id3_frames(folder, word):
    """Frames of an ID3v2 tag, a picture among them."""
    picture = Words()
    frames = [
        id3.TIT2(3, [word("ID3 TIT2")]), id3.TSSE(3, [word("ID3 TSSE")]), id3.TENC(1, [word("ID3 TENC")]), id3.TXXX(3, word("ID3 TXXX description"), [word("ID3 TXXX")]),
        id3.COMM(1, "eng", word("ID3 COMM description"), [word("ID3 COMM")]), id3.PRIV(word("ID3 PRIV owner"), word("ID3 PRIV").encode()),
        id3.GEOB(0, "text/plain", word("ID3 GEOB name"), word("ID3 GEOB description"), word("ID3 GEOB").encode()), id3.UFID("http://example.org", word("ID3 UFID").encode()),
        id3.WXXX(3, "", "https://example.org/" + word("ID3 WXXX")), id3.WOAF("https://example.org/" + word("ID3 WOAF")), id3.USLT(3, "eng", "", word("ID3 USLT")),
        id3.POPM(word("ID3 POPM"), 1, 1), id3.TOFN(3, [word("ID3 TOFN")]), id3.TOWN(3, [word("ID3 TOWN")]),
        id3.CHAP("c0", 0, 1000, sub_frames=[id3.TIT2(3, [word("ID3 CHAP")])]), id3.APIC(3, "image/jpeg", 3, word("ID3 APIC description"), jpeg(folder, 300, picture))]
    word.update({"ID3 APIC, " + place: text for place, text in picture.items()})
    return frames


def id3_tag(folder, word):
    tag = id3.ID3()
    for frame in id3_frames(folder, word):
        tag.add(frame)
    file = folder / "tag.id3"
    file.write_bytes(b"")
    tag.save(file)
    return file.read_bytes()


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def text_of(word, place, size=0):
    return (word(place).encode() + b"\0").ljust(size, b"\0")


def riff_chunks(folder, word):
    def text(place, size=0):
        return text_of(word, place, size)
    bext = (text("bext Description", 256) + text("bext Originator", 32) + text("bext OriginatorReference", 32) + b"2026-11-2412:00:00" + b"\0" * 10 +
            text("bext UMID", 64) + b"\0" * 190 + text("bext CodingHistory"))
    cart = (b"0101" + text("cart Title", 64) + text("cart Artist", 64) + text("cart CutID", 64) + text("cart ClientID", 64) + b"\0" * 64 * 3 + b"\0" * 36 +
            text("cart ProducerApp", 64) + text("cart ProducerAppVersion", 64) + text("cart UserDef", 64)).ljust(748, b"\0") + b"\0" * 276 + text("cart URL", 1024) + text("cart TagText")
    info = b"INFO" + b"".join(chunk(name, text(f"LIST INFO {name.decode()}")) for name in (b"IART", b"INAM", b"ICMT", b"ISFT", b"IENG", b"ITCH", b"ICOP", b"IKEY", b"IXYZ"))
    labels = b"adtl" + chunk(b"labl", struct.pack("<I", 1) + text("LIST adtl labl")) + chunk(b"note", struct.pack("<I", 1) + text("LIST adtl note")) + chunk(
        b"ltxt", struct.pack("<II", 1, 0) + b"rgn " + b"\0" * 8 + text("LIST adtl ltxt"))
    ixml = "".join(f"<{name}>{word('iXML ' + name)}</{name}>" for name in ("PROJECT", "SCENE", "TAPE", "NOTE", "FILE_UID", "USER"))
    ixml = f"<BWFXML>{ixml}<LOCATION><LOCATION_NAME>{word('iXML LOCATION_NAME')}</LOCATION_NAME><LOCATION_GPS>{word('iXML LOCATION_GPS')}</LOCATION_GPS></LOCATION></BWFXML>"
    axml = f'<ebuCoreMain xmlns:dc="x"><dc:creator typeLabel="{word("axml attribute")}">{word("axml element")}</dc:creator></ebuCoreMain>'
    cue = struct.pack("<I", 1) + struct.pack("<II4sIII", 1, 100, b"data", 0, 0, 100)
    return (chunk(b"bext", bext) + chunk(b"cart", cart) + chunk(b"LIST", info) + chunk(b"cue ", cue) + chunk(b"LIST", labels) + chunk(b"iXML", ixml.encode()) +
            chunk(b"axml", axml.encode()) + chunk(b"_PMX", xmp(word, "_PMX ")) + chunk(b"id3 ", id3_tag(folder, word)) + chunk(b"DISP", b"\1\0\0\0" + text("DISP")) +
            chunk(b"JUNK", b"\0" * 20 + text("JUNK")) + chunk(b"minf", text("unknown chunk")))


def wav(folder, word):
    plain = sound(folder / "plain.wav", "-bitexact")
    body = plain[12:] + riff_chunks(folder, word)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body + text_of(word, "bytes behind the end", 4096)[:4094]


def rf64(folder, word):
    plain = sound(folder / "plain.rf64.wav", "-bitexact", "-rf64", "always", "-f", "wav")
    body = plain[12:] + riff_chunks(folder, word)
    return b"RF64\xff\xff\xff\xffWAVE" + body[:8] + struct.pack("<Q", len(body) + 4) + body[16:]


def w64(folder, word):
    plain = sound(folder / "plain.w64", "-bitexact")
    guid = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
    words = text_of(word, "W64 bext Description", 256) + text_of(word, "W64 bext Originator", 32) + b"\0" * (602 - 288)
    other = text_of(word, "W64 unknown chunk")
    extra = b"".join(name + guid + struct.pack("<Q", len(body) + 24) + body + b"\0" * (-len(body) % 8) for name, body in ((b"bext", words), (b"xxxx", other)))
    return plain[:16] + struct.pack("<Q", len(plain) + len(extra)) + plain[24:] + extra


def aiff(folder, word):
    plain = sound(folder / "plain.aiff", "-bitexact")

    def part(name, body):
        return name + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)
    remark, label = word("AIFF COMT").encode(), word("AIFF MARK").encode()
    extra = b"".join(part(name, word(f"AIFF {name.decode()}").encode()) for name in (b"NAME", b"AUTH", b"ANNO", b"(c) ", b"APPL", b"Xtra"))
    extra += part(b"COMT", struct.pack(">HIHH", 1, 0, 0, len(remark)) + remark)
    extra += part(b"MARK", struct.pack(">HHIB", 1, 1, 0, len(label)) + label + b"\0" * (1 - len(label) % 2)) + part(b"ID3 ", id3_tag(folder, word))
    return b"FORM" + struct.pack(">I", len(plain) - 8 + len(extra)) + plain[8:] + extra


def caf(folder, word):
    plain = sound(folder / "plain.caf", "-bitexact", "-c:a", "pcm_s16be")

    def part(name, body):
        return name + struct.pack(">Q", len(body)) + body
    pairs = b"".join(f"{key}\0{word('CAF info ' + key)}\0".encode() for key in ("artist", "comments", "source location", "encoding application"))
    return plain + part(b"info", struct.pack(">I", 4) + pairs) + part(b"uuid", b"\1" * 16 + word("CAF uuid").encode()) + part(
        b"free", b"\0" * 8 + word("CAF free").encode())


def flac_picture(folder, word, place):
    inside = Words()
    picture = Picture()
    picture.type, picture.mime, picture.desc, picture.data = 3, "image/jpeg", word(f"{place} description"), jpeg(folder, 300, inside)
    word.update({f"{place}, {where}": text for where, text in inside.items()})
    return picture


COMMENTS = ("TITLE", "ARTIST", "COMMENT", "ENCODER", "ENCODED-BY", "LOCATION", "ISRC", "MYOWNFIELD", "CONTACT")


def flac(folder, word):
    file = folder / "made.flac"
    sound(file, "-bitexact")
    tags = FLAC(file)
    tags.tags.vendor = word("Vorbis vendor")
    for name in COMMENTS:
        tags[name] = word(f"Vorbis {name}")
    tags.add_picture(flac_picture(folder, word, "FLAC PICTURE"))
    tags.save()
    made = file.read_bytes()
    body = b"test" + word("FLAC APPLICATION").encode()
    filler = b"\0" * 50 + word("FLAC PADDING").encode()
    blocks = b"\2" + struct.pack(">I", len(body))[1:] + body + b"\1" + struct.pack(">I", len(filler))[1:] + filler
    return made[:42] + blocks + made[42:]  # behind "fLaC" and STREAMINFO, whose last-block flag is not set


def mp3(folder, word):
    file = folder / "made.mp3"
    sound(file, "-bitexact", "-b:a", "128k")
    tag = id3.ID3()
    for frame in id3_frames(folder, word):
        tag.add(frame)
    tag.save(file)
    key, value, hidden = b"Comment", word("APE").encode(), word("APE binary").encode()
    items = struct.pack("<II", len(value), 0) + key + b"\0" + value + struct.pack("<II", len(hidden), 2) + b"Blob\0" + hidden
    foot = b"APETAGEX" + struct.pack("<IIII", 2000, len(items) + 32, 2, 0) + b"\0" * 8
    old = b"TAG" + word("ID3v1 title").encode().ljust(30, b"\0") + word("ID3v1 artist").encode().ljust(30, b"\0") + b"\0" * 34 + word("ID3v1 comment").encode().ljust(31, b"\0")
    return file.read_bytes() + items + foot + old


def aac(folder, word):
    file = folder / "made.aac"
    sound(file, "-bitexact", "-c:a", "aac", "-f", "adts")
    return id3_tag(folder, word) + file.read_bytes()


def box(name, body):
    return struct.pack(">I", len(body) + 8) + name + body


def add_user_data(made, word, in_udta=b"", behind=b""):
    """Puts boxes into the moov at the end of a file (ISO boxes of known size, no 64-bit ones)."""
    at = 0
    while made[at + 4:at + 8] != b"moov":
        at += struct.unpack(">I", made[at:at + 4])[0]
    size = struct.unpack(">I", made[at:at + 4])[0]
    assert at + size == len(made), "moov is not the last box"
    return made[:at] + box(b"moov", made[at + 8:] + box(b"udta", in_udta)) + behind


def location_boxes(word):
    place = word("QuickTime ©xyz").encode()
    loci = b"\0" * 4 + b"\x15\xc7" + word("MP4 loci").encode() + b"\0\1" + struct.pack(">iii", -8389, 3375000, 0) + b"earth\0" + word("MP4 loci notes").encode() + b"\0"
    software = word("QuickTime ©swr").encode()
    return (box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7) + place) + box(b"\xa9swr", struct.pack(">HH", len(software), 0) + software) + box(b"loci", loci) +
            box(b"auth", b"\0" * 4 + b"\x15\xc7" + word("3GPP auth").encode() + b"\0") + box(b"XMP_", xmp(word, "udta ")) + box(b"FIRM", word("udta unknown").encode()))


def m4a(folder, word):
    file = folder / "made.m4a"
    sound(file, "-bitexact", "-c:a", "aac")
    inside = Words()
    tags = MP4(file)
    tags["\xa9nam"], tags["\xa9too"], tags["\xa9cmt"], tags["desc"] = word("MP4 ©nam"), word("MP4 ©too"), word("MP4 ©cmt"), word("MP4 desc")
    tags["----:com.example:OPERATOR"] = MP4FreeForm(word("MP4 ----").encode())
    tags["covr"] = [MP4Cover(jpeg(folder, 300, inside), MP4Cover.FORMAT_JPEG)]
    word.update({f"MP4 covr, {where}": text for where, text in inside.items()})
    tags.save()
    uuid = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
    behind = box(b"uuid", uuid + xmp(word, "uuid ")) + box(b"uuid", b"\7" * 16 + word("MP4 unknown uuid").encode()) + box(b"free", word("MP4 free").encode())
    return add_user_data(file.read_bytes(), word, location_boxes(word), behind)


def mov(folder, word):
    """Sound, moving pictures, a second soundtrack, subtitles and a timecode track."""
    words, file = folder / "unseen.srt", folder / "made.mov"
    words.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{word('unseen subtitles')}\n")
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"sine=440:d={SECONDS}:r=48000", "-f", "lavfi", "-i", f"sine=880:d={SECONDS}:r=48000", "-f", "lavfi", "-i",
        f"testsrc2=s=64x64:d={SECONDS}", "-i", words, "-map", 0, "-map", 1, "-map", 2, "-map", 3, "-c:a", "aac", "-c:v", "mpeg4", "-c:s", "mov_text", "-bitexact",
        "-timecode", "10:00:00:00", "-metadata", f"com.apple.quicktime.make={word('QuickTime make')}", "-metadata",
        f"com.apple.quicktime.location.ISO6709={word('QuickTime location')}", "-metadata", f"serial={word('QuickTime serial')}", "-movflags", "use_metadata_tags",
        "-metadata:s:a:1", f"handler_name={word('second soundtrack hdlr')}", "-metadata:s:v:0", f"handler_name={word('video hdlr')}", file)
    return add_user_data(file.read_bytes(), word, location_boxes(word))


def ogg_comments(kind, file, folder, word):
    tags = kind(file)
    for name in COMMENTS:
        tags[name] = word(f"comment {name}")
    tags["METADATA_BLOCK_PICTURE"] = base64.b64encode(flac_picture(folder, word, "comment picture").write()).decode()
    tags.save()
    return file.read_bytes()


def ogg(folder, word):
    """A second soundtrack beside the first; its title is in its own comments."""
    file = folder / "made.ogg"
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"sine=440:d={SECONDS}:r=48000", "-f", "lavfi", "-i", f"sine=880:d={SECONDS}:r=48000", "-map", 0, "-map", 1,
        "-c:a", "libvorbis", "-metadata:s:a:1", f"title={word('second soundtrack title')}", file)
    return ogg_comments(OggVorbis, file, folder, word)


def opus(folder, word):
    file = folder / "made.opus"
    sound(file, "-c:a", "libopus")
    return ogg_comments(OggOpus, file, folder, word)


MASTERS = {"wav": wav, "rf64.wav": rf64, "w64": w64, "aiff": aiff, "caf": caf, "flac": flac, "mp3": mp3, "aac": aac, "m4a": m4a, "mov": mov, "ogg": ogg, "opus": opus}

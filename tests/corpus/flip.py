"""Seeded damage: the same seed makes the same bytes, on any machine."""
import random, struct, subprocess

MAGIC = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]


def zzuf(data, seed, ratio):
    return subprocess.run(["zzuf", "-s", str(seed), "-r", str(ratio)], input=data, capture_output=True, check=True).stdout


def bits(data, chance, count):
    damaged = bytearray(data)
    for _ in range(count):
        at = chance.randrange(len(damaged))
        damaged[at] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def head_bits(data, chance, count):
    head = min(len(data), chance.choice((64, 512, 4096)))
    return bits(data[:head], chance, count) + data[head:]


def number(data, chance):
    """A length or count becomes a number that programs trip over."""
    at = chance.randrange(max(1, min(len(data), chance.choice((100, 2000, len(data)))) - 4))
    value = struct.pack(chance.choice("<>") + "I", chance.choice(MAGIC))
    return data[:at] + value + data[at + 4:]


def cut(data, chance):
    return data[:chance.randrange(len(data))]


def hole(data, chance):
    begin = chance.randrange(len(data))
    return data[:begin] + data[begin + chance.randrange(1, 1 << chance.randrange(1, 16)):]


def again(data, chance):
    begin = chance.randrange(len(data))
    piece = data[begin:begin + chance.randrange(1, 1 << chance.randrange(1, 14))]
    return data[:begin] + piece * chance.choice((2, 3, 50)) + data[begin:]


def blank(data, chance):
    begin, length = chance.randrange(len(data)), chance.randrange(1, 1 << chance.randrange(1, 15))
    return data[:begin] + chance.choice((b"\0", b"\xff"))[:1] * min(length, len(data) - begin) + data[begin + length:]


def damaged(data, others, chance):
    """One to four kinds of damage, one after the other."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        if not data:
            break
        kind = chance.randrange(9)
        if kind == 0:
            data = bits(data, chance, chance.choice((1, 4, 30, 400)))
        elif kind in (1, 2):
            data = head_bits(data, chance, chance.choice((1, 3, 12)))
        elif kind in (3, 4):
            data = number(data, chance)
        elif kind == 5:
            data = cut(data, chance)
        elif kind == 6:
            data = chance.choice((hole, again))(data, chance)
        elif kind == 7:
            data = blank(data, chance)
        else:
            other = chance.choice(others)
            data = data[:chance.randrange(len(data))] + other[chance.randrange(len(other)):]
    return data

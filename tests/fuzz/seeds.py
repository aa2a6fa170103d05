"""Seeds for the fuzz targets, from the tables of the wire tests: seeds.py head|chunked|range FOLDER."""
import hashlib, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
from wire_table import read_table  # noqa: E402

GOOD_HEADS = ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "PATCH /u HTTP/1.1\r\nhost: [::1]:80\r\ncontent-length: 00012\r\n\r\n",
              "PUT /u HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close, te\r\n\r\n",
              "GET http://a:80/x?y=%20 HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t v\t \r\nExpect: 100-continue\r\n\r\n"]
GOOD_BODIES = ["0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "00A;a=b;c=\"d\\\"e\" ; f\r\n0123456789\r\n1\r\nx\r\n000;g\r\nX-T: 1\r\nY: 2\r\n\r\n",
               "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nConnection: close\r\nUpgrade: x\r\n\r\n"]


def seeds(target):
    if target == "head":
        yield from GOOD_HEADS
        for method, path in (("GET", "/a"), ("POST", "/b")):
            yield from (row[1] for row in read_table("heads.txt", {"method": method, "path": path}))
    elif target == "chunked":
        yield from GOOD_BODIES
        yield from (row[1] for row in read_table("bodies.txt", {}))
    else:
        for row in read_table("ranges.txt", {"etag": '"v1"'}):
            head, _, fields = row[1].partition("HTTP/1.1\r\nHost: test\r\n") if "\r\n\r\n" in row[1] else ("GET", "", row[1])
            size = 3_000_000 if "long" in head else 0 if "empty" in head else 10_000
            yield f"{'HEAD' if head.startswith('HEAD') else 'GET'} {size}\n" + fields.strip().replace("\r\n", "\n")


folder = pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for seed in seeds(sys.argv[1]):
    data = seed.encode("latin-1")
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)

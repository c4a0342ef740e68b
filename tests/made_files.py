"""Valid and invalid picture files, as bytes."""

import io
import struct
import zlib

from PIL import Image, ImageDraw

__all__ = ["bomb", "image_file"]


def image_file(kind="PNG", size=(120, 90), ink=20, paper=240, mode="L"):
    picture = Image.new("L", size, paper)
    ImageDraw.Draw(picture).line((30, 20, 30, 70, 60, 70), fill=ink, width=6)
    out = io.BytesIO()
    picture.convert(mode).save(out, kind)
    return out.getvalue()


def bomb(width=30_000, height=30_000):
    """Return a PNG of a few bytes that claims to be huge."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")

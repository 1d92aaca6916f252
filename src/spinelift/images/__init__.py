"""Bytes <-> pixels and their limits: the only place where images are decoded.

`files` reads bytes from disk, `headers` says what they claim to be, `pixels` decodes them. Which
library decodes which format, and why: docs/decisions/0005-image-decoding.md.
"""

from spinelift.images.files import open_file, read_file
from spinelift.images.headers import Header, sniff
from spinelift.images.limits import DEFAULT_LIMITS, ImageLimits
from spinelift.images.pixels import Image, decode, decode_alpha, encode_png

__all__ = [
    "DEFAULT_LIMITS",
    "Header",
    "Image",
    "ImageLimits",
    "decode",
    "decode_alpha",
    "encode_png",
    "open_file",
    "read_file",
    "sniff",
]

"""Texts in a picture: each still and screenshot contains the scenario and the moment that it shows.

In: a PNG and texts by name; or the path of one. Out: the PNG with the texts in additional chunks
(iTXt, which other programs skip); or a text. A picture may come from anywhere: its chunks are
skipped unread and within bounds, and the text is checked like any scenario's file.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from simulator.files import opened

SCENARIO, MOMENT = "lightpace scenario", "lightpace moment"
ENDING = ".png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD_ENDS = len(_SIGNATURE) + 25
"""The signature is followed by a chunk of 13 bytes, plus 12 around them."""
_MOST_CHUNKS = 100_000


def is_picture(path: Path) -> bool:
    """Return whether a file's name is that of a picture."""
    return path.suffix.lower() == ENDING


def with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """Return a PNG with texts in it, each under its name."""
    chunks = (
        _chunk(b"iTXt", name.encode("latin-1") + b"\0\0\0\0\0" + text.encode())
        for name, text in texts.items()
    )
    return png[:_HEAD_ENDS] + b"".join(chunks) + png[_HEAD_ENDS:]


def text_of(path: Path, name: str, most: int) -> bytes | None:
    """Return the text with a name in a PNG, unchanged; None if there is none.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no PNG, or the text is damaged, compressed, or longer than `most` bytes.
    """
    with opened(path) as file:
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            raise ValueError("is no PNG picture")
        wanted = name.encode("latin-1") + b"\0"
        for kind, length in _chunks(file):
            if kind != b"iTXt" or length < len(wanted):
                continue
            begin = file.read(len(wanted))
            if begin != wanted:
                continue
            if length > most + len(wanted) + 200:
                raise ValueError(f"holds a text of more than {most // 1000} kB")
            rest, check = file.read(length - len(wanted)), file.read(4)
            if zlib.crc32(b"iTXt" + begin + rest).to_bytes(4, "big") != check:
                raise ValueError("holds a damaged text")
            if rest[:2] != b"\0\0":
                raise ValueError("holds a compressed text, which is not read")
            return rest[2:].split(b"\0", 2)[-1]  # a language and a translated name come first
    return None


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield the kind and the length of each chunk, with the file positioned at its content."""
    end = file.seek(0, os.SEEK_END)
    at = len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or kind == b"IEND" or at + length > end:
            return
        yield kind, length
        at += length + 12


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + check

"""The text of a log file, whatever its encoding: as UTF-8, and its lines or objects with their numbers."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from analysis.ingest.split import MAX_OBJECT, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from analysis.ingest.source import Source

_CHUNK = 1 << 20


def chunks(source: Source, progress: Callable[[int], None]) -> Iterator[bytes]:
    """The file as UTF-8, without a byte order mark; `progress` is told the bytes read so far."""
    with source.path.open("rb") as file:
        if source.encoding in ("utf-8", "utf-8-sig"):
            if source.encoding == "utf-8-sig":
                file.read(3)
            while chunk := file.read(_CHUNK):
                yield chunk
                progress(file.tell())
            return
        decoder = codecs.getincrementaldecoder(source.encoding)("replace")
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk).lstrip("\ufeff").encode()
            progress(file.tell())
        yield decoder.decode(b"", final=True).encode()


def lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line with its number, without its end; of one that is too long, its beginning."""
    number, rest, dropping = 1, b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if not dropping:
                yield number, line
            dropping = False
            number += 1
        if len(rest) > MAX_OBJECT:
            if not dropping:
                yield number, rest[: MAX_OBJECT + 1]
            rest, dropping = b"", True
    if rest and not dropping:
        yield number, rest


def json_rows(source: Source, progress: Callable[[int], None]) -> Iterator[tuple[int, bytes]]:
    """The bytes of each row that is not blank, with the line it begins on; `progress` is told the bytes read."""
    text = chunks(source, progress)
    if source.container == "jsonl":
        return ((number, bare) for number, line in lines(text) if (bare := line.strip()))
    depth = {"array": 1, "wrapped": 2}.get(source.container, 0)
    return objects(text, depth, source.wrapper)

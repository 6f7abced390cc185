"""A log file as it lies on disk: unpacked, its text encoding and its container told by content, never by name."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import orjson
import zstandard

from analysis.ingest.clean import RowError, read_row
from analysis.ingest.split import MAX_OBJECT, objects, top_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Container = Literal["jsonl", "array", "wrapped", "objects", "csv", "parquet"]

SAMPLE_BYTES = 4 << 20
SAMPLE_ROWS = 1000
PROBES, PROBE_BYTES = 16, 128 << 10
"""A file of lines is also looked at in so many places further down: fields may turn up late."""
WRAPPERS: tuple[str, ...] = ("data", "runs", "traces", "spans", "observations", "items", "records", "results", "rows",
                             "scores", "requests", "logs")  # fmt: skip
"""Keys under which one JSON object holds the list of rows."""
_NO_WRAPPING = {"id", "trace_id", "traceId", "trace", "conversation", "resourceSpans", "resourceLogs", "resource_spans"}
"""Keys of an object that is a row itself."""

_BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_CHUNK = 1 << 20
_HEAD = 256 << 10
_FIRST = 20
"""Lines by which the layout is told."""
_GRACE = 64 << 20
"""Bytes that an archive may grow to whatever its size."""


class SourceError(Exception):
    """A whole file cannot be taken; the message says why and what to do next."""


@dataclass(frozen=True)
class Source:
    """A file that is ready to be read, and what a look at its beginning tells."""

    path: Path
    name: str
    """What people call it: the file's name, with the archive's in front."""
    container: Container
    encoding: str
    wrapper: str | None
    """The key that holds the rows of a ``wrapped`` file."""
    delimiter: str
    sample: tuple[dict[str, Any], ...]

    @property
    def keys(self) -> set[str]:
        """Top-level fields of the sampled rows."""
        return {key for row in self.sample for key in row}

    def write_sample(self, path: Path, rows: int = SAMPLE_ROWS) -> None:
        """Write the first sampled rows as JSON lines."""
        path.write_bytes(b"\n".join(orjson.dumps(row) for row in self.sample[:rows]))

    @property
    def plain(self) -> bool:
        """Whether DuckDB can read the bytes as they are."""
        return self.encoding in ("utf-8", "binary")


def unpack(path: Path, into: Path, *, max_expansion: int) -> Iterator[tuple[Path, str]]:
    """Yield the plain files that `path` holds, with their names: itself, or what an archive unpacks to below `into`.

    Raises
    ------
    SourceError
        For a damaged archive, an encrypted one, one that grows more than `max_expansion` times its size, and one that
        holds archives three deep.
    """
    yield from _unpack(path, path.name, into, max_expansion, depth=0)


def _unpack(path: Path, name: str, into: Path, max_expansion: int, depth: int) -> Iterator[tuple[Path, str]]:
    if not is_packed(path):
        yield path, name
        return
    if depth == 2:
        raise SourceError(f"{name} holds an archive within an archive within an archive. Unpack it first.")
    budget = max(_GRACE, path.stat().st_size * max_expansion)
    into.mkdir(parents=True, exist_ok=True)
    try:
        for member, stream in _members(path):
            target = into / f"{len(list(into.iterdir()))}"
            _copy(stream, target, budget, name)
            inner = f"{name}/{member}" if member else name
            yield from _unpack(target, inner, into, max_expansion, depth + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, zstandard.ZstdError) as error:
        raise SourceError(
            f"{name} is a damaged archive ({error}). It may have been cut off on its way; copy it again."
        ) from error


def _magic(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def is_packed(path: Path) -> bool:
    """Whether a file is gzip, Zstandard or zip, by its first bytes."""
    return _magic(path).startswith((_GZIP, _ZSTD, _ZIP))


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    head = _magic(path)
    if head.startswith(_GZIP):
        with gzip.open(path) as stream:
            yield "", stream  # type: ignore[misc]
    elif head == _ZSTD:
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
            yield "", stream
    else:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.is_dir() or Path(info.filename).name.startswith((".", "__MACOSX")):
                    continue
                if info.flag_bits & 1:
                    raise SourceError(f"{path.name} is encrypted. Unpack it with its password first.")
                with archive.open(info) as stream:
                    yield info.filename, stream


def _copy(stream: IO[bytes], target: Path, budget: int, name: str) -> None:
    room = shutil.disk_usage(target.parent).free
    written = 0
    with target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > budget:
                raise SourceError(
                    f"{name} grows to more than {budget >> 20} MiB when unpacked, which looks like a compression bomb. "
                    "If it is right, unpack it yourself and import the files."
                )
            if written > room:
                raise SourceError(f"{name} needs more room than the {room >> 20} MiB left on the disk.")
            out.write(chunk)


def open_source(path: Path, name: str) -> Source:
    """Look at the beginning of a plain file and tell what it is.

    Raises
    ------
    SourceError
        If it is empty, or holds neither JSON, nor a table, nor Parquet.
    """
    if path.stat().st_size == 0:
        raise SourceError(f"{name} is empty.")
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if head[:4] == b"PAR1":
        return Source(path, name, "parquet", "binary", None, "", ())
    encoding = encoding_of(head)
    text = head.decode(encoding, "replace").lstrip("\ufeff").encode() if encoding != "utf-8" else head
    controls = len(_CONTROLS.findall(text[:4096]))
    if controls > len(text[:4096]) // 20:
        raise SourceError(f"{name} is a binary file of an unknown kind. Export the logs as JSON, CSV or Parquet.")
    start = text.lstrip()[:1]
    if start in (b"{", b"["):
        return _json_source(path, name, encoding, text)
    return _table_source(path, name, encoding, text)


def beginning(path: Path) -> tuple[str, str]:
    """The text encoding of a plain file, and its beginning as text."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    encoding = encoding_of(head)
    return encoding, head.decode(encoding, "replace").lstrip("\ufeff")


def encoding_of(head: bytes) -> str:
    """Tell the encoding of a text by its first bytes; UTF-8 where nothing speaks against it."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    sample = head[:4096]
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) * 0.4:
        return "utf-16-le"
    if len(sample) > 3 and sample[0::2].count(0) > len(sample) * 0.4:
        return "utf-16-be"
    return "utf-8"


def _json_source(path: Path, name: str, encoding: str, text: bytes) -> Source:
    container, wrapper = _container(text)
    if container == "jsonl":
        bodies = iter(text.split(b"\n", SAMPLE_ROWS)[:SAMPLE_ROWS])
    else:
        depth = {"array": 1, "wrapped": 2}.get(container, 0)
        bodies = (body for _, body in islice(objects(iter([text]), depth, wrapper), SAMPLE_ROWS))
    sample = list(_readable(bodies))
    if container == "jsonl" and encoding == "utf-8":
        sample += _readable(_probed(path))
    return Source(path, name, container, encoding, wrapper, "", tuple(sample))


def _readable(bodies: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for body in bodies:
        with suppress(RowError):
            yield read_row(body)[0]


def _probed(path: Path) -> Iterator[bytes]:
    """Lines from further down in a file of lines, where it is longer than what was sampled of its beginning."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for place in range(1, PROBES + 1):
            start = size * place // PROBES - PROBE_BYTES
            if start >= SAMPLE_BYTES:
                file.seek(start)
                yield from file.read(PROBE_BYTES).split(b"\n")[1:-1]


def _container(text: bytes) -> tuple[Container, str | None]:
    stripped = text.lstrip()
    if stripped[:1] == b"[":
        return "array", None
    wrapper = _wrapper(stripped[:_HEAD])
    if wrapper:
        return "wrapped", wrapper
    return ("jsonl" if _by_lines(stripped) else "objects"), None


def _by_lines(text: bytes) -> bool:
    """Whether each object has a line to itself, rather than several, or a part of one."""
    lines = text.split(b"\n", _FIRST)[:_FIRST]
    return len(lines) == 1 or any(line.startswith(b"{") and line.rstrip().endswith(b"}") for line in lines)


def _wrapper(text: bytes) -> str | None:
    """The key under which the first object lists the rows, where it is nothing but their wrapping."""
    found = None
    for key, opening in top_level(text):
        if key in _NO_WRAPPING:
            return None
        if found is None and key in WRAPPERS and opening == b"[":
            found = key
    return found


def _table_source(path: Path, name: str, encoding: str, text: bytes) -> Source:
    header = text.split(b"\n", 1)[0].decode("utf-8", "replace")
    delimiter = max("\t,;|", key=header.count)
    if header.count(delimiter) == 0 or len(header) > MAX_OBJECT:
        raise SourceError(
            f"{name} holds neither JSON, nor a table with a header line, nor Parquet. Export the logs as one of these."
        )
    return Source(path, name, "csv", encoding, None, delimiter, ())

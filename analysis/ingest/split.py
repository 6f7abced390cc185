"""Find the objects of any JSON text, however it is laid out, and go on after a broken one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_OBJECT = 16 << 20
"""Bytes of the longest row that is read."""

_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\[^\n])*"|[{}\[\]\n]|"')


class _Splitter:
    """The state between two chunks: where in the nesting, on which line, and what has been seen of the object."""

    def __init__(self, depth: int, wrapper: str | None) -> None:
        self.depth = depth
        self.wrapper = f'"{wrapper}"'.encode() if wrapper else None
        self.level = 0
        self.line = 1
        self.started: int | None = None
        self.start_line = 1
        self.key = b""
        self.indent: bytes | None = None

    def feed(self, buffer: bytes, *, last: bool) -> Iterator[tuple[int, bytes] | int]:
        """Yield the objects that end in `buffer`, then the position that the next buffer has to begin at."""
        done = 0
        for match in _TOKEN.finditer(buffer):
            token = match.group()
            if token == b'"' and not last and buffer.find(b"\n", match.start()) < 0:
                break  # a string that goes on in the next chunk
            if token == b"\n":
                self.line += 1
                if self.started is not None and self._restarts(buffer, match.end()):
                    yield self.start_line, buffer[self.started : match.start()]
                    self.started, self.level = None, self.depth
            elif token in (b"{", b"["):
                if token == b"{" and self.level == self.depth and self._wanted():
                    self.started, self.start_line = match.start(), self.line
                    if self.indent is None:
                        self.indent = buffer[buffer.rfind(b"\n", 0, match.start()) + 1 : match.start()]
                self.level += 1
            elif token in (b"}", b"]"):
                self.level = max(self.level - 1, 0)
                if self.started is not None and self.level == self.depth:
                    yield self.start_line, buffer[self.started : match.end()]
                    self.started = None
            elif self.level == 1:
                self.key = token
            done = match.end()
        if last and self.started is not None:
            yield self.start_line, buffer[self.started :]
        yield done

    def _wanted(self) -> bool:
        return self.wrapper is None or self.key == self.wrapper

    def _restarts(self, buffer: bytes, position: int) -> bool:
        """Whether a row begins on this line although the last one never ended."""
        if self.indent is None or self.indent.strip():
            return False
        head = buffer[position : position + len(self.indent) + 2]
        return head.startswith(self.indent + b'{"') and self.level > self.depth


def objects(chunks: Iterator[bytes], depth: int, wrapper: str | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield ``(line, text)`` of each object at a nesting depth; the text may be broken JSON.

    Parameters
    ----------
    chunks : iterator of bytes
        UTF-8 text.
    depth : int
        0 for objects one after another, 1 for those of an array, 2 for those of a list within an object.
    wrapper : str or None
        At depth 2, the key of the list.
    """
    splitter = _Splitter(depth, wrapper)
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        buffer = yield from _feed(splitter, buffer, last=False)
    yield from _feed(splitter, buffer, last=True)


def _feed(splitter: _Splitter, buffer: bytes, *, last: bool) -> Iterator[tuple[int, bytes]]:
    done = 0
    for found in splitter.feed(buffer, last=last):
        if isinstance(found, int):
            done = found
        else:
            yield found
    keep = done if splitter.started is None else splitter.started
    if splitter.started is not None:
        if len(buffer) - keep > 2 * MAX_OBJECT:
            yield splitter.start_line, buffer[keep : keep + MAX_OBJECT + 1]
            splitter.started, keep = None, done
        else:
            # the object goes on: its beginning stays in the buffer and is scanned again
            splitter.level, splitter.line = splitter.depth, splitter.start_line
            splitter.started = None
    return buffer[keep:]

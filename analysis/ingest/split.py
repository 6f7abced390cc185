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
        self.done = 0

    def feed(self, buffer: bytes, *, last: bool) -> Iterator[tuple[int, bytes]]:
        """Yield the objects that end in `buffer`; `done` then tells how far it has been read."""
        self.done = 0
        for match in _TOKEN.finditer(buffer):
            token = match.group()
            if token == b'"' and not last and buffer.find(b"\n", match.start()) < 0:
                break  # a string that goes on in the next chunk
            ended = self._step(token, buffer, match)
            if ended is not None:
                yield ended
            self.done = match.end()
        if last and self.started is not None:
            yield self.start_line, buffer[self.started :]

    def _step(self, token: bytes, buffer: bytes, match: re.Match[bytes]) -> tuple[int, bytes] | None:
        """Take one token; returns the object that it ends, if any."""
        if token == b"\n":
            self.line += 1
            if self.started is not None and self._restarts(buffer, match.end()):
                broken = self.start_line, buffer[self.started : match.start()]
                self.started, self.level = None, self.depth
                return broken
        elif token in (b"{", b"["):
            if token == b"{" and self.level == self.depth and self._wanted():
                self.started, self.start_line = match.start(), self.line
                if self.indent is None:
                    self.indent = buffer[buffer.rfind(b"\n", 0, match.start()) + 1 : match.start()]
            self.level += 1
        elif token in (b"}", b"]"):
            self.level = max(self.level - 1, 0)
            if self.started is not None and self.level == self.depth:
                whole = self.start_line, buffer[self.started : match.end()]
                self.started = None
                return whole
        elif self.level == 1:
            self.key = token
        return None

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
        yield from splitter.feed(buffer, last=False)
        if splitter.started is None:
            buffer = buffer[splitter.done :]
        elif len(buffer) - splitter.started > 2 * MAX_OBJECT:
            yield splitter.start_line, buffer[splitter.started : splitter.started + MAX_OBJECT + 1]
            buffer, splitter.started = buffer[splitter.done :], None
        else:
            # the object goes on: its beginning stays, and is scanned again with what follows
            buffer = buffer[splitter.started :]
            splitter.level, splitter.line, splitter.started = splitter.depth, splitter.start_line, None
    yield from splitter.feed(buffer, last=True)


def top_level(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the keys of the first object, as far as `text` goes, each with the first byte of its value."""
    level = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in (b"{", b"["):
            level += 1
        elif token in (b"}", b"]"):
            level -= 1
            if level == 0:
                return
        elif level == 1 and token != b"\n":
            after = text[match.end() : match.end() + 64].lstrip()
            if after.startswith(b":"):
                yield token[1:-1].decode("utf-8", "replace"), after[1:].lstrip()[:1]

"""Receivers on loopback, good and bad: an HTTP server that answers by a plan, and a mail server with TLS."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import orjson
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from analysis.alerts.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

NOON = datetime(2026, 11, 4, 12, 0)


def notice(key: str = "a", event: str = "trigger", **other: Any) -> Notice:
    """An alert as one of the article would be told."""
    given: dict[str, Any] = {
        "severity": "critical", "rule": "Hallucinations", "title": "Hallucination rate is over 5 %",
        "text": "8.1 % (6.2 to 10.4 %, n = 612) in the last hour, against 2.0 % in the same hours before.",
        "facts": (("Window", "4 November 11:00 to 12:00 UTC"), ("Group", "support")),
        "why": ("Most of it is the topic refunds, whose rate rose from 2 % to 31 %.",),
        "at": NOON, "link": "https://afterword.example.org/alerts?alert=7",
    }  # fmt: skip
    return Notice(key=key, event=event, **(given | other))


@dataclass(frozen=True)
class Got:
    """A request that was read whole."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Server(ThreadingHTTPServer):
    """Answers each post as the plan says, given how many came before.

    A status such as ``200``, also with a time to wait, ``429 7``; ``hang``, ``drip``, ``cut`` (within the answer),
    ``drop`` (before it), ``redirect``, ``big`` or ``echo``.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, plan: Callable[[int], str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.plan = plan
        self.got: list[Got] = []
        self.lock = threading.Lock()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/T0SECRET"

    def handle_error(self, *_: object) -> None:
        pass  # the other side went away, which is what these tests are about


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        body = self.rfile.read(size)
        if len(body) < size:  # whoever sent it died
            return
        with self.server.lock:
            act = self.server.plan(len(self.server.got))
            self.server.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        word, _, rest = act.partition(" ")
        if word.isdigit():
            self._answer(int(word), b"ok", {"Retry-After": rest} if rest else {})
        else:
            getattr(self, f"_{word}")(body)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None, more: int = 0) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + more))
        self.end_headers()
        self.wfile.write(body)

    def _hang(self, _: bytes) -> None:
        self.server.over.wait(30)
        self.close_connection = True

    def _drip(self, _: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.over.wait(0.02):
            self.wfile.write(b"a")

    def _cut(self, _: bytes) -> None:
        self._answer(200, b"o", more=50)
        self.close_connection = True

    def _drop(self, _: bytes) -> None:
        self.close_connection = True

    def _redirect(self, _: bytes) -> None:
        self._answer(307, b"", {"Location": f"http://127.0.0.1:{self.server.server_port}/elsewhere"})

    def _big(self, _: bytes) -> None:
        self._answer(400, b"x" * 5_000_000)

    def _echo(self, body: bytes) -> None:
        self._answer(400, f"http://127.0.0.1:{self.server.server_port}{self.path} sent ".encode() + body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving(plan: Callable[[int], str] = lambda _: "200") -> Iterator[Server]:
    """Serve until the block ends."""
    server = Server(plan)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Box:
    """A mail server's messages, its address, and what a client must trust to believe it."""

    port: int
    trusted: ssl.SSLContext
    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """What is said to a recipient instead of OK."""
    data_answer: str = "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.data_answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.data_answer


@contextmanager
def mailbox(tls: str, *, login: tuple[bytes, bytes] | None = None, name: str = "127.0.0.1") -> Iterator[Box]:
    """A mail server that speaks TLS ``implicit``, by ``starttls``, or ``none``, with a certificate for `name`."""
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(served)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    box = Box(0, trusted)

    def sign_in(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
        fits = isinstance(data, LoginPassword) and (data.login, data.password) == login
        return AuthResult(success=fits, handled=False)

    options: dict[str, Any] = {"authenticator": sign_in, "auth_required": True} if login else {}
    if tls == "starttls":
        options |= {"tls_context": served, "require_starttls": True}
    elif tls == "none" or login:
        options |= {"auth_require_tls": False}
    implicit = served if tls == "implicit" else None

    class Quiet(Controller):
        def factory(self) -> SMTP:
            return SMTP(self.handler, **self.SMTP_kwargs)

    controller = Quiet(box, hostname="127.0.0.1", port=_free_port(), ssl_context=implicit, **options)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]

"""Posting JSON to an address that the configuration names, and reading what came of it."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from analysis.alerts.senders.sender import (
    ANY_HOUR,
    ConfigError,
    RefusedError,
    TemporaryError,
    UncertainError,
    hidden,
    untrusted,
)
from analysis.alerts.senders.words import line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.alerts.notice import Notice

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
READ = 16 * 1024
"""Bytes of an answer that are read."""
SAID = 200
"""Characters of an answer that are told."""
LONGEST = timedelta(days=1)
"""A longer wait than this is asked of nobody."""

_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "afterword"}
_LATER = frozenset((408, 425, 429))
_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What is raised before anything of the message is sent."""

_posting: ContextVar[bool] = ContextVar("posting", default=False)


def checked(url: str, *, insecure: bool) -> str:
    """Give an address that may be posted to: over TLS, but on this machine or where `insecure` allows it.

    Raises
    ------
    ConfigError
        If it is none.
    """
    try:
        address = httpx.URL(url.strip())
        fit = address.scheme == "https" or (address.scheme == "http" and (insecure or loopback(address.host)))
    except (httpx.InvalidURL, ValueError):
        raise ConfigError("url", "is no address") from None
    if not (fit and address.host):
        raise ConfigError("url", "is no https:// address")
    return str(address)


def loopback(host: str) -> bool:
    """Whether a host is this machine."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def body_of(payload: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Write JSON as it is posted, in UTF-8."""
    return orjson.dumps(payload)


def post(
    url: str, body: bytes, *, http: httpx.Client | None, headers: Mapping[str, str] | None = None, secret: str = ""
) -> None:
    """Post JSON; redirects are not followed, and of the answer no more than :data:`READ` bytes are read.

    Parameters
    ----------
    http : httpx.Client or None
        None for one of its own, which takes the proxy that the environment names: many can call out in no other way.
    secret : str
        What beside the address must not be in an error.

    Raises
    ------
    TemporaryError
        If it may be taken later; :class:`UncertainError` if it may have been taken already.
    RefusedError
        If it was refused.
    """
    address = httpx.URL(url)
    secrets = (url, address.raw_path.decode("ascii"), address.password, secret)
    whole = {**_HEADERS, **(headers or {})}
    mark = _posting.set(True)
    try:
        with contextlib.ExitStack() as stack:
            client = http or stack.enter_context(httpx.Client(trust_env=not loopback(address.host)))
            request = client.build_request("POST", url, content=body, headers=whole, timeout=TIMEOUT)
            answer = client.send(request, stream=True, follow_redirects=False)
            stack.callback(answer.close)
            said = _said(answer)
    except _BEFORE as error:
        why = hidden(line(str(error), SAID), *secrets) or "no answer"
        raise TemporaryError(f"Can't connect: {why}.{untrusted(why)}") from None
    except httpx.TransportError as error:
        raise UncertainError(f"The connection broke before there was an answer ({type(error).__name__}).") from None
    finally:
        _posting.reset(mark)
    _judge(answer, hidden(said, *secrets))


def _said(answer: httpx.Response) -> str:
    """Read the beginning of an answer. Its status has come already: where the rest breaks off, that holds."""
    read = b""
    with contextlib.suppress(httpx.TransportError):
        for chunk in answer.iter_raw(READ):
            read += chunk
            if len(read) >= READ:
                break
    return line(read[:READ].decode("utf-8", "replace"), SAID)


def _judge(answer: httpx.Response, said: str) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    reason = f"HTTP {status}: {said}" if said else f"HTTP {status}."
    if status == httpx.codes.GATEWAY_TIMEOUT:  # whoever stands behind the gateway may have taken it
        raise UncertainError(reason, _retry_after(answer))
    if status in _LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise TemporaryError(reason, _retry_after(answer))
    if answer.is_redirect or answer.has_redirect_location:
        raise RefusedError(f"HTTP {status}: it sends on to another address, which is not followed.")
    raise RefusedError(reason)


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """Read how long to wait, which is given in seconds or as a date."""
    given = answer.headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return min(timedelta(seconds=int(given[:9])), LONGEST)
    try:
        until = parsedate_to_datetime(given)
        waits = until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)
    except (ValueError, OverflowError):
        return None
    return min(max(waits, timedelta()), LONGEST)


def _unlogged(_: logging.LogRecord) -> bool:
    """Leave out what httpx says of a request that is posted here: its address is a secret."""
    return not _posting.get()


logging.getLogger("httpx").addFilter(_unlogged)


@dataclass(frozen=True)
class Channel:
    """A webhook that posts to a channel of a chat, which can't tell that a message is the same as one before."""

    url: str = field(repr=False)
    http: httpx.Client | None = field(default=None, repr=False)

    repeatable = False
    hourly = ANY_HOUR

    @property
    def where(self) -> str:
        """The host; the rest of the address is a secret."""
        return httpx.URL(self.url).host

    def send(self, notice: Notice) -> None:
        """Post a notice."""
        post(self.url, body_of(self.body(notice)), http=self.http)

    def body(self, notice: Notice) -> dict[str, Any]:
        """Give what is posted, as JSON."""
        raise NotImplementedError

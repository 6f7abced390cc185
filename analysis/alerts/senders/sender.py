"""What every sender is: it sends a notice, or says whether to try again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from analysis.alerts.notice import Notice

LIMIT = timedelta(seconds=20)
"""How long one sending may take altogether, however slowly the other side answers."""

ANY_HOUR = 30
"""Messages an hour of a sender that people read; what comes beyond is told in one message now and then."""


class SendingError(Exception):
    """A notice that was not sent; the message says why, and holds no secret."""


class TemporaryError(SendingError):
    """It did not arrive and may do so later: after `retry_after`, where the other side named a time."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class UncertainError(TemporaryError):
    """It was on its way when the connection broke: it may have arrived."""


class RefusedError(SendingError):
    """It will never be taken as it is."""


class ConfigError(ValueError):
    """A sender can't be made of what is configured: `field` is what it reads, the message what is wrong with it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class Sender(Protocol):
    """One way of telling people, or other programs, of an alert."""

    @property
    def where(self) -> str:
        """Where it sends to, in words without a secret."""

    @property
    def repeatable(self) -> bool:
        """Whether the same notice sent twice does no harm, because the other side can tell that it is the same."""

    @property
    def hourly(self) -> int | None:
        """Messages an hour beyond which they are folded into one; None where programs read them."""

    def send(self, notice: Notice) -> None:
        """Send a notice.

        Raises
        ------
        TemporaryError, RefusedError
            If it was not taken.
        """


@dataclass(frozen=True)
class Kind:
    """A kind of sender: what it needs and may have, each with the variable of the environment that holds it."""

    name: str
    title: str
    needs: Mapping[str, str]
    make: Callable[[Mapping[str, str], bool, httpx.Client | None], Sender]
    may: Mapping[str, str]

    @property
    def fields(self) -> dict[str, str]:
        """All that it reads, with its variable."""
        return {**self.needs, **self.may}


def send(sender: Sender, notice: Notice) -> None:
    """Send a notice within :data:`LIMIT`.

    Raises
    ------
    TemporaryError, RefusedError
        If it was not taken.
    """
    # A server that gives a byte now and then keeps within every time limit of a socket; only a thread can be left.
    raised: list[BaseException] = []
    thread = threading.Thread(target=_carry, args=(sender, notice, raised), daemon=True)
    thread.start()
    thread.join(LIMIT.total_seconds())
    if thread.is_alive():
        raise UncertainError(f"No full answer within {LIMIT.total_seconds():.0f} s.")
    if raised:
        raise raised[0]


def hidden(text: str, *secrets: str) -> str:
    """Take secrets out of a text, such as an answer that repeats them."""
    for secret in sorted((secret for secret in secrets if len(secret) >= 6), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def untrusted(said: str) -> str:
    """Say what to do where an error is of a certificate whose authority nobody here knows; else nothing."""
    unknown = any(words in said for words in ("local issuer certificate", "self-signed certificate"))
    return " SSL_CERT_FILE can name a file of the authorities to trust." if unknown else ""


def _carry(sender: Sender, notice: Notice, raised: list[Any]) -> None:
    try:
        sender.send(notice)
    except BaseException as error:  # whatever it is, it is raised where it is waited for
        raised.append(error)

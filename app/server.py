"""The server: Streamlit's app with the security headers and routes of Afterword around it."""

from __future__ import annotations

import signal
import threading
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from streamlit import config

from app import beacon, failed, identity, rounds, runtime
from app.headers import SecurityHeaders
from app.routes import GATE, ROUTES, as_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import FrameType

MAIN = Path(__file__).with_name("main.py")

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


def address() -> str:
    """The server's address as this machine reaches it."""
    host = config.get_option("server.address") or ""
    host = _ANY_ADDRESS.get(host, f"[{host}]" if ":" in host else host)
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{host}:{config.get_option('server.port')}"


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Hold the workspace while the server runs, and tell commands where it is."""
    here = runtime.current()
    here.jobs.freshen()
    here.jobs.serves = True
    here.jobs.catch_up(who=identity.local().name)
    GATE.token = beacon.light(here.workspace, address()).token
    by_itself = rounds.Rounds(here, rounds.folders())
    _stop_commands_on_signals()
    try:
        yield {"workspace": here.workspace}
    finally:
        by_itself.stop()
        beacon.put_out(here.workspace)
        runtime.close()


def _stop_commands_on_signals() -> None:
    """Let a signal reach running commands: the server waits for their answers before it ends."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def stop(received: int, frame: FrameType | None, before: Any = before) -> None:  # noqa: ANN401
            GATE.stop_all()
            if callable(before):
                before(received, frame)

        signal.signal(number, stop)


app = st.App(
    MAIN,
    routes=ROUTES,
    middleware=[Middleware(SecurityHeaders)],
    lifespan=lifespan,
    exception_handlers={HTTPException: as_json},
    on_script_error=failed.show,
)

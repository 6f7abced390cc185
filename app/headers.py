"""What every answer of the server tells a browser to refuse: anything from outside, above all."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_BASE = 'window.__streamlit={BACKEND_BASE_URL:new URL(".",location.href).href}'


def front_page() -> str:
    """Streamlit's page, told where the server is: it would guess at an address below each page first, and find none.

    Relative to the page, so that it holds behind a proxy that strips a prefix too.
    """
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return page.replace("<head>", f"<head><script>{_BASE}</script>", 1)


def content_security_policy() -> str:
    """The policy: the app's own files, and nothing that a text from a log could make a browser fetch.

    Streamlit styles its page inline, and starts it with inline scripts, which are let in by their hashes. It loads the
    script of a component of ours from a blob, which only a script that runs already can make.
    """
    scripts = _INLINE_SCRIPT.findall(front_page())
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()) for script in scripts)
    own_scripts = " ".join(f"'sha256-{value.decode()}'" for value in hashes)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {own_scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers where the answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)

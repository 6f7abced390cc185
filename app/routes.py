"""The server's own routes, beside Streamlit's: uploads of any size, commands, health.

Streamlit's protection of forms does not reach these, and they know no signed-in user: each asks for the token of the
workspace's server file. A browser never sends that by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import os
import secrets
import shutil
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from analysis.ingest.report import Options
from app import commands, identity, runtime
from app.command import Call, CommandError
from app.headers import front_page
from app.navigation import ENTRIES
from app.openmetrics import exposition
from app.work import import_arguments

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

    Handler = Callable[[Request], Awaitable[Response]]

MAX_UPLOAD = 50 * 1024**3
"""Bytes of one upload; ``$AFTERWORD_MAX_UPLOAD`` overrides it."""

MAX_COMMAND = 1024**2
"""Bytes of a command's arguments."""

HEARTBEAT = 1.0
"""Seconds after which a command's answer says that it still runs."""


@dataclass
class Gate:
    """What the routes share: the token that opens them, and the commands that run."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    stops: dict[str, threading.Event] = field(default_factory=dict)

    def stop_all(self) -> None:
        """Ask every running command to stop."""
        for stop in list(self.stops.values()):
            stop.set()


GATE = Gate()


def _guarded(handler: Handler) -> Handler:
    @wraps(handler)
    async def guarded(request: Request) -> Response:
        _require_token(request, GATE.token, "of server.json in the workspace")
        return await handler(request)

    return guarded


def _require_token(request: Request, token: str, where: str) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), token.encode()):
        raise HTTPException(401, f"This needs the token {where}, as Authorization: Bearer.")


async def health(request: Request) -> Response:
    """Say that the server is up, and which process it is."""
    return JSONResponse({"status": "ok", "pid": os.getpid()})


async def metrics(request: Request) -> Response:
    """Give the last values of chosen metrics to Prometheus, on this machine or with ``$AFTERWORD_METRICS_TOKEN``."""
    token = os.environ.get("AFTERWORD_METRICS_TOKEN")
    if token:
        _require_token(request, token, "of AFTERWORD_METRICS_TOKEN")
    else:
        _require_loopback(request, "Without AFTERWORD_METRICS_TOKEN, metrics are given to this machine only.")
    found, kind = await asyncio.to_thread(exposition, runtime.current(), request.headers.get("accept", ""))
    return Response(found, headers={"Content-Type": kind})


@_guarded
async def receive_upload(request: Request) -> Response:
    """Stream a file to the workspace and queue its import: ``PUT /api/imports?name=NAME[&as=FORMAT][&at=TIME]``."""
    name = PurePath(request.query_params.get("name", "").replace("\\", "/")).name
    if not name or name.startswith("."):
        raise HTTPException(400, "Say the file's name: PUT /api/imports?name=export.jsonl")
    at = request.query_params.get("at")
    try:
        moment = datetime.fromisoformat(at) if at else None
    except ValueError:
        raise HTTPException(400, f"{at!r} is no date or time. Write 2026-05-31 or 2026-05-31T14:00.") from None
    who = request.query_params.get("who") or identity.local().name
    options = Options(format=request.query_params.get("as"), at=moment, imported_by=who)
    here = runtime.current()
    folder = here.workspace.incoming / uuid.uuid4().hex
    folder.mkdir(mode=0o700)
    try:
        size, digest = await _stream_to(request, folder / name)
        job = await asyncio.to_thread(
            here.jobs.submit, "import", import_arguments([folder / name], options, discard=True), who=who
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return JSONResponse({"job": job.id, "bytes": size, "sha256": digest}, status_code=202)


async def _stream_to(request: Request, path: Path) -> tuple[int, str]:
    cap = int(os.environ.get("AFTERWORD_MAX_UPLOAD") or MAX_UPLOAD)
    announced = int(request.headers.get("content-length") or 0)
    if announced > cap:
        raise HTTPException(413, _too_large(cap))
    if announced > shutil.disk_usage(path.parent).free:
        raise HTTPException(507, f"The disk of the workspace has no room for {announced:,} bytes.")
    size, digest = 0, hashlib.sha256()
    try:
        with path.open("xb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > cap:
                    raise HTTPException(413, _too_large(cap))
                digest.update(chunk)
                file.write(chunk)
    except ClientDisconnect as error:
        raise HTTPException(400, "The upload broke off.") from error
    return size, digest.hexdigest()


def _too_large(cap: int) -> str:
    return f"The file is larger than {cap:,} bytes, the most that is taken. AFTERWORD_MAX_UPLOAD sets another limit."


@_guarded
async def show_job(request: Request) -> Response:
    """Tell how a job stands: ``GET /api/jobs/NUMBER``."""
    try:
        job = await asyncio.to_thread(runtime.current().jobs.get, request.path_params["number"])
    except KeyError as error:
        raise HTTPException(404, str(error.args[0])) from error
    fields = ("id", "kind", "state", "who", "progress", "result", "error")
    return JSONResponse({name: getattr(job, name) for name in fields})


@_guarded
async def run_command(request: Request) -> Response:
    """Run a command of the command line; answers in JSON lines: its number, progress, at last its result or error."""
    _require_loopback(request)
    try:
        body = json.loads(await _bounded(request))
        who, arguments = str(body["who"]), dict(body["arguments"])
    except (ValueError, KeyError, TypeError) as error:
        raise HTTPException(400, 'Send {"who": NAME, "arguments": {…}} as JSON.') from error
    return StreamingResponse(_answer(request.path_params["name"], who, arguments), media_type="application/x-ndjson")


@_guarded
async def stop_command(request: Request) -> Response:
    """Ask a running command to stop: ``DELETE /api/commands/CALL``."""
    stop = GATE.stops.get(request.path_params["name"])
    if stop is None:
        raise HTTPException(404, "No such command runs.")
    stop.set()
    return JSONResponse({"stopping": True})


def _require_loopback(request: Request, otherwise: str = "Commands are taken from this machine only.") -> None:
    try:
        near = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        near = False
    if not near or {"forwarded", "x-forwarded-for"} & set(request.headers):  # a proxy of this machine speaks for others
        raise HTTPException(403, otherwise)


async def _bounded(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_COMMAND:
            raise HTTPException(413, f"A command's arguments may take {MAX_COMMAND:,} bytes.")
    return body


async def _answer(name: str, who: str, arguments: dict[str, Any]) -> AsyncIterator[bytes]:
    loop, told, stop = asyncio.get_running_loop(), asyncio.Queue[dict[str, Any]](), threading.Event()

    def tell(progress: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(told.put_nowait, {"progress": progress})

    call = Call(runtime.current(), who, tell, stop.is_set)
    number = uuid.uuid4().hex
    GATE.stops[number] = stop
    work = asyncio.create_task(asyncio.to_thread(commands.run, name, call, arguments))
    try:
        yield _line({"call": number})
        while not work.done():
            listening = asyncio.create_task(told.get())
            await asyncio.wait({work, listening}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            yield _line(listening.result() if listening.done() else {"alive": True})
            listening.cancel()
        yield _line(_outcome(work))
    finally:
        # Also reached when the one who asked hung up: then nobody waits for the work any more.
        stop.set()
        work.add_done_callback(_let_go)
        del GATE.stops[number]


def _let_go(work: asyncio.Task[dict[str, Any]]) -> None:
    """Look at how abandoned work ended, or asyncio complains that nobody did."""
    if not work.cancelled():
        work.exception()


def _outcome(work: asyncio.Task[dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"result": work.result()}
    except CommandError as error:
        return {"error": str(error), "code": error.code}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, allow_nan=False).encode() + b"\n"


async def as_json(request: Request, error: HTTPException) -> Response:
    """Say what is wrong in JSON."""
    return JSONResponse({"error": error.detail}, status_code=error.status_code)


async def front(request: Request) -> Response:
    """Lead the name of the first page to where it is: Streamlit serves it at the root alone."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}")


async def other(request: Request) -> Response:
    """Serve a page other than the first: Streamlit's own file, told where the server is."""
    return HTMLResponse(front_page(), headers={"Cache-Control": "no-cache"})


ROUTES = [
    Route(f"/{ENTRIES[0].name}", front, methods=["GET"]),
    *(Route(f"/{entry.name}", other, methods=["GET"]) for entry in ENTRIES[1:]),
    Route("/api/health", health, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
    Route("/api/imports", receive_upload, methods=["PUT"]),
    Route("/api/jobs/{number:int}", show_job, methods=["GET"]),
    Route("/api/commands/{name}", run_command, methods=["POST"]),
    Route("/api/commands/{name}", stop_command, methods=["DELETE"]),
]

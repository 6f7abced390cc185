"""The command `afterword resources`."""

from __future__ import annotations

from app import terminal
from app.options import From, Home, Json, To, Where, selection


def resources(
    start: From = None, end: To = None, where: Where = None, workspace: Home = None, as_json: Json = False
) -> None:
    """List the machines that serve models; tell whether they make answers slow, and what their tokens cost."""
    terminal.say("resources", terminal.ask("resources", selection(start, end, where)), as_json=as_json)

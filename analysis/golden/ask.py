"""What a model is asked of golden items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.golden.formats import NoPlaceError, chat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.golden.item import Item

Question = list[dict[str, str]]
"""Chat messages of role and content."""

TOOLS = "tools were called in it"


def questions(items: Sequence[Item], *, system: str | None = None) -> tuple[dict[str, Question], dict[str, str]]:
    """Write what a model is asked of each item, with another system prompt where one is given.

    Returns
    -------
    tuple
        The questions by item, and the items that can't be asked, with the reason.
    """
    asked: dict[str, Question] = {}
    failed: dict[str, str] = {}
    for item in items:
        try:
            messages = chat(item)
        except NoPlaceError as error:
            failed[item.id] = str(error)
            continue
        if any(message["role"] == "tool" or "tool_calls" in message for message in messages):
            failed[item.id] = TOOLS
            continue
        said = [{"role": message["role"], "content": message["content"]} for message in messages]
        if system is not None:
            said = [{"role": "system", "content": system}, *(one for one in said if one["role"] != "system")]
        asked[item.id] = said
    return asked, failed

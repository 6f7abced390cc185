"""What `afterword topics` can do: see :mod:`app.commands`."""

from __future__ import annotations

from typing import Any

from analysis.state import topic_edits
from analysis.topics import edits, listing
from app.command import Call, Command, awaited, plain


def _topics(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the topics of a column's map."""
    store, column = call.runtime.store, arguments["of"]
    about = {name: plain(value) for name, value in listing.current(store, column).items()}
    rows = [{name: plain(value) for name, value in row.items()} for row in listing.topics(store, column)]
    return {"of": column, "map": about, "topics": rows}


def _topics_build(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Build a column's map anew, or place on it what came since."""
    return awaited(call, "topics", {"column": arguments["of"], "model": arguments["model"], "new": arguments["new"],
                                    "seed": arguments["seed"]})  # fmt: skip


def _topics_rename(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give a topic a name of one's own; an empty one takes it back to the name that was made for it."""
    store, state, column = call.runtime.store, call.runtime.state, arguments["of"]
    edit = edits.rename(store, state, int(arguments["id"]), arguments["name"], column=column, who=call.who)
    return _edited(edit)


def _topics_name(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Have a language model name the topics that nobody has named."""
    order = {name: arguments[name] for name in ("model", "budget", "url", "price")}
    return awaited(call, "topic names", order | {"column": arguments["of"], "who": call.who})


def _topics_merge(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make one topic of several."""
    topics, column = [int(number) for number in arguments["ids"]], arguments["of"]
    return _edited(edits.merge(call.runtime.store, call.runtime.state, topics, column=column, who=call.who))


def _topics_split(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Look for sub-topics, and split the topic into them where that is asked for."""
    column = arguments["of"]
    found = awaited(call, "subtopics", {"column": column, "topic": int(arguments["id"])})
    shown = {"parts": [{name: part[name] for name in ("name", "middle", "n")} for part in found["parts"]]}
    if not arguments.get("accept") or not found["parts"]:
        return shown | {"edit": None}
    return shown | _edited(edits.split(call.runtime.store, call.runtime.state, found, column=column, who=call.who))


def _topics_edits(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List people's edits of topics, newest first."""
    found = topic_edits.everything(call.runtime.state, arguments["of"])
    held = {edit.id for edit in topic_edits.in_force(found)}
    rows = [
        {"id": edit.id, "made": plain(edit.made), "who": edit.who, "what": edits.words(edit), "holds": edit.id in held}
        for edit in found if edit.kind != topic_edits.TAKE_BACK
    ]  # fmt: skip
    return {"of": arguments["of"], "edits": rows[::-1]}


def _topics_take_back(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Take an edit of topics back."""
    number, column = int(arguments["id"]), arguments["of"]
    try:
        return _edited(edits.take_back(call.runtime.store, call.runtime.state, number, column=column, who=call.who))
    except KeyError as error:
        raise ValueError(f"There is no edit {number} to take back. `afterword topics edits` lists them.") from error


def _edited(edit: topic_edits.Edit) -> dict[str, Any]:
    return {"edit": edit.id, "what": edits.words(edit)}


COMMANDS: dict[str, Command] = {
    "topics": _topics,
    "topics build": _topics_build,
    "topics rename": _topics_rename,
    "topics name": _topics_name,
    "topics merge": _topics_merge,
    "topics split": _topics_split,
    "topics edits": _topics_edits,
    "topics take-back": _topics_take_back,
}

"""Scores, feedback and annotations of the tracing formats, under the record's names for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.ingest.adapter import THUMBS
from analysis.ingest.adapters.tracing import Draft, Span, as_list, as_object, iso, named, number
from analysis.ingest.adapters.tree import at, fields
from analysis.ingest.content import Json, dump

if TYPE_CHECKING:
    from collections.abc import Iterator

_THUMB_NAMES = frozenset(
    ("thumbs", "thumb", "user_feedback", "feedback", "user_rating", "user_score", "thumbs_up_down", "user_thumbs")
)
_ORIGINS = {
    "llm": "model", "llm_judge": "model", "model": "model", "ai_judge": "model", "human": "human", "code": "code",
    "user": "user", "end_user": "user",
}  # fmt: skip


def score(
    name: Json,
    *,
    value: Json = None,
    label: Json = None,
    comment: Json = None,
    origin: Json = None,
    time: Json = None,
    id: Json = None,
    target: str | None = None,
    target_key: str | None = None,
) -> Draft | None:
    """A score, or None where it has no name or says nothing.

    A thumb that a person gave is called ``thumbs``, with -1 for down; so is what a tool calls user feedback.
    """
    title = named(name)
    if title is None or all(item is None or item == "" for item in (value, label, comment)):
        return None
    given = _ORIGINS.get(str(origin or "").lower(), "code")
    amount: float | None = float(value) if isinstance(value, bool) else number(value)
    text = named(label) if not isinstance(label, dict | list) else dump(label)
    if amount is None and value is not None and text is None:
        text = named(value) if not isinstance(value, dict | list) else dump(value)
    if given in ("human", "user") and title.lower().replace(" ", "_").replace("-", "_") in _THUMB_NAMES:
        thumb = THUMBS.get((text or "").lower().replace("-", "_").replace(" ", "_"))
        if thumb is None and amount is not None and abs(amount) <= 1:
            thumb = 1 if amount > 0 else -1
        if thumb is not None:
            title, amount, given = "thumbs", float(thumb), "user"
    return {
        "id": named(id), "target": target, "target_key": target_key, "name": title, "value": amount, "label": text,
        "comment": named(comment), "origin": given, "time": iso(time),
    }  # fmt: skip


_JUDGED = ("name", "score", "label", "explanation", "annotator_kind")
_SCOPES = (
    ("annotations", "annotation", None), ("evaluations", "evaluation", None),
    ("trace.annotations", "annotation", "trace"), ("trace.evaluations", "evaluation", "trace"),
    ("session.annotations", "annotation", "session"), ("session.evaluations", "evaluation", "session"),
)  # fmt: skip


def span_scores(span: Span, tree: dict[str, Any], extra: list[Any], *, is_call: bool) -> Iterator[Draft]:
    """Annotations and evaluations of an OpenInference span, its trace and its session.

    What judges a span that is no call is taken for a judgement of its trace. `extra` are annotations that stand beside
    the attributes.
    """
    session = named(at(tree, "session.id"))
    keys = {None: None, "trace": span.trace_id, "session": session}
    for path, prefix, scope in _SCOPES:
        target = scope if is_call or scope else "trace"
        for item in as_list(at(tree, path)):
            if not isinstance(item, dict):
                continue
            name, value, label, comment, origin = fields(item, prefix, _JUDGED)
            found = score(
                name, value=value, label=label, comment=comment, origin=origin, target=target, target_key=keys[target]
            )
            if found and (target is None or keys[target]):
                yield found
    for item in extra:
        found = annotation(item, None if is_call else "trace", None if is_call else span.trace_id)
        if found:
            yield found


def annotation(item: Json, target: str | None, key: str | None) -> Draft | None:
    """An annotation as Phoenix's API has it: ``{name, annotator_kind, result: {score, label, explanation}}``."""
    if not isinstance(item, dict):
        return None
    result = as_object(item.get("result")) or item
    return score(
        item.get("name"),
        value=result.get("score"),
        label=result.get("label"),
        comment=result.get("explanation"),
        origin=item.get("annotator_kind"),
        time=item.get("updated_at") or item.get("created_at"),
        id=item.get("id"),
        target=target,
        target_key=key,
    )

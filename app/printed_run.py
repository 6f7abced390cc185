"""What `afterword run` and `watch` came to, in words for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.sizes import counted
from app.tables import clean

if TYPE_CHECKING:
    from collections.abc import Callable


def _run(answer: dict[str, Any]) -> str:
    reports, messages = answer["imports"], answer["messages"]
    kept = sum(report["kept"] for report in reports)
    lines = [f"{counted(len(reports), 'file')} read, {counted(kept, 'new record')}." if reports else "No new files."]
    lines += [f"{clean(report['file'])}: {clean(report['failure'])}" for report in reports if report["failure"]]
    lines += [f"{job['job']}: {clean(job['error'])}" for job in answer["failed"]]
    lines.append(
        f"{counted(len(answer['opened']), 'alert')} opened, {len(answer['resolved']):,} resolved, "
        f"{answer['firing']:,} open now."
    )
    lines += [f"{clean(one['rule'])} was not checked: {clean(one['problem'])}" for one in answer["problems"]]
    if any(messages.values()):
        lines.append(
            f"{counted(messages['sent'], 'message')} sent, {messages['waiting']:,} to be tried again, "
            f"{messages['undelivered'] + messages['perhaps']:,} undelivered."
        )
    return "\n".join(lines)


PRINTED: dict[str, Callable[[dict[str, Any]], str]] = {"run": _run}

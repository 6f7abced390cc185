"""What `afterword audit` can do: see :mod:`app.commands`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.audit import counterfactual
from analysis.audit.as_html import as_html
from analysis.audit.as_pdf import as_pdf
from analysis.audit.report import run
from analysis.audit.spec_file import parse
from analysis.ingest.report import Options
from analysis.state import audits
from app.command import Call, Command, awaited, plain
from app.work import import_arguments

if TYPE_CHECKING:
    from analysis.state.audits import Audit

_MAPPING = {
    "source_id": "id",
    "prompt": "prompt",
    "response": "response",
    "app": "app",
    "model": "model",
    "time": "time",
}


def _audits(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """List the newest version of each audit."""
    return {"audits": [_about(audit) for audit in audits.newest(call.runtime.state)]}


def _audit_run(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run an audit and freeze its report."""
    spec = parse(arguments["text"], file=arguments["file"])
    return whole(run(call.runtime.store, call.runtime.state, spec, who=call.who))


def _audit_report(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Write a report to a file in staging, for the caller to move."""
    ending, audit = arguments["ending"], _found(call, arguments)
    if ending not in WRITERS:
        raise ValueError(f"A report is written to {', '.join(WRITERS)}, not to {ending or 'a file without an ending'}.")
    path = call.runtime.store.workspace.staging / f"audit-{time.time_ns()}{ending}"
    path.write_bytes(WRITERS[ending](audit))
    return {"staged": str(path), **_about(audit)}


def _audit_sign(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Sign a version of an audit."""
    return _about(audits.sign(call.runtime.state, _found(call, arguments), arguments["words"], who=call.who))


def pairs_write(arguments: dict[str, Any]) -> dict[str, Any]:
    """Write counterfactual prompts from templates or texts; it needs no workspace.

    Raises
    ------
    ValueError
        If a template has an unknown slot, or an arm is unknown.
    """
    lines = [line for line in arguments["text"].splitlines() if line.strip()]
    given = [_line(line) for line in lines]
    shared = {"arms": arguments["arms"], "seed": arguments["seed"]}
    if any("{" in text for text, _ in given):
        found = counterfactual.from_templates([text for text, _ in given], times=arguments["times"], **shared)
    else:
        texts = [(f"X-{number:03}", text) for number, (text, _) in enumerate(given, 1)]
        person = {f"X-{number:03}": name for number, (_, name) in enumerate(given, 1) if name}
        found = counterfactual.from_texts(texts, person=person, **shared)
    path = Path(arguments["output"])
    pairs = len({one.pair_id for one in found})
    return {"file": str(path), "prompts": counterfactual.write(found, path), "pairs": pairs, "given": len(given)}


def _pairs_import(call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
    """Import the answers to the prompts of pairs, as a job among the others."""
    answers = Path(arguments["answers"])
    records = counterfactual.results(answers, Path(arguments["prompts"]))
    if not records:
        raise ValueError(f"{answers.name} has no answer.")
    path = call.runtime.store.workspace.incoming / f"pairs-{time.time_ns()}" / f"{answers.stem}.jsonl"
    path.parent.mkdir()
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in records), encoding="utf-8")
    mapping = {field: column for field, column in _MAPPING.items() if column in records[0]}
    options = Options(mapping=mapping, imported_by=call.who)
    return awaited(call, "import", import_arguments([path], options, discard=True))


def whole(audit: Audit) -> dict[str, Any]:
    """Give a version as JSON."""
    return _about(audit) | {"spec": audit.spec, "report": audit.body}


def _about(audit: Audit) -> dict[str, Any]:
    return {
        "name": audit.name, "version": audit.version, "title": audit.body["title"],
        "verdict": audit.body["verdict"]["kind"], "sentence": audit.body["sentence"], "sha256": audit.sha256,
        "who": audit.who, "made": plain(audit.made),
        "signed": [{"who": one.who, "words": one.words, "made": plain(one.made)} for one in audit.signed],
    }  # fmt: skip


def _found(call: Call, arguments: dict[str, Any]) -> Audit:
    try:
        return audits.get(call.runtime.state, arguments["name"], arguments.get("version"))
    except KeyError as error:
        raise ValueError(f"{error.args[0]} `afterword audit` lists them.") from error


def _line(line: str) -> tuple[str, str]:
    """Read a line: a text, or an object with ``text`` or ``prompt``, and ``name``, the first name in it."""
    try:
        found = json.loads(line)
    except ValueError:
        return line, ""
    if not isinstance(found, dict):
        return line, ""
    return str(found.get("text") or found.get("prompt") or ""), str(found.get("name") or "")


def as_json(audit: Audit) -> bytes:
    """Write a version as a JSON document."""
    return f"{json.dumps(whole(audit), ensure_ascii=False, indent=2)}\n".encode()


WRITERS = {".html": lambda audit: as_html(audit).encode(), ".pdf": as_pdf, ".json": as_json}
"""What writes a report, by the ending of its file."""

COMMANDS: dict[str, Command] = {
    "audit": _audits,
    "audit run": _audit_run,
    "audit report": _audit_report,
    "audit sign": _audit_sign,
    "audit pairs import": _pairs_import,
}

"""A report as titled parts of paragraphs and tables, from which the page, HTML and PDF are all set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.audit.wording import THIN, chance, number, span

if TYPE_CHECKING:
    from analysis.state.audits import Audit


@dataclass(frozen=True)
class Table:
    """Headings and rows of texts; the first column is words, the others are figures."""

    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Part:
    """A part of a report: its title, paragraphs, and a table."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    table: Table | None = None


def parts(audit: Audit) -> list[Part]:
    """Set a report's parts in the order in which they are read."""
    body = audit.body
    found: list[Part | None] = [_groups(body["attribute"], body["groups"], body)]
    if body.get("also"):
        found += [
            _groups(body["also_title"], body["also"], body, beside=True),
            _groups("Intersections", body["intersections"], body, beside=True),
        ]
    found += [_tests(body), _places(body), _law(body), _who(body), _frame(body), _limits(body), _signed(audit)]
    return [part for part in found if part is not None]


def _groups(title: str, part: dict[str, Any], body: dict[str, Any], *, beside: bool = False) -> Part:
    measure, blocks, pairs = part.get("measure", ""), body["design"] == "blocks", body["design"] == "pairs"
    value = {"rate": "rate", "rank": "mean rank"}.get(measure, "mean")
    counted = f"{body['unit']}s" if blocks or pairs else "n"
    columns = ["group", counted, *(["candidates"] if blocks else []), f"{value} (95 %)", "difference (95 %)"]
    if measure == "rate" and not pairs:
        columns += ["ratio (95 %)", "impact ratio"]
    if blocks:
        columns += ["first places (by chance)", "ratio (95 %)"]
    columns += ["p, Holm", ""]
    rows = []
    for row in part["rows"]:
        alone = row["group"] == part["reference"]
        few = row["state"] == "too few data"
        line = [
            row["group"],
            f"{row['n']:,}",
            *([f"{row['members']:,}"] if blocks else []),
            span(row["value"], measure),
        ]
        line.append("reference" if alone else "–" if few else span(row["difference"], measure, sign=True))
        if measure == "rate" and not pairs:
            line += ["" if alone else "–" if few else span(row["ratio"], ""), "–" if few else number(row["impact"], "")]
        if blocks:
            line += [
                f"{row['counts']['won']:g} ({row['counts']['expected']:.1f})",
                "–" if few else span(row["ratio"], ""),
            ]
        line += ["" if alone else chance(row["adjusted"]), _mark(row, part)]
        rows.append(line)
    width = len(columns)
    for left in part["left_out"]:
        within = blocks or pairs  # what is counted of the others are not these
        count = "" if within else f"{left['n']:,}"
        why = f"left out: {left['why']}" + (f" ({left['n']:,})" if within else "")
        rows.append([left["group"], count, *[""] * (width - 3), why])
    return Part(f"{title[:1].upper()}{title[1:]}", _explored(part) if beside else [], Table(columns, rows))


def _explored(part: dict[str, Any]) -> list[str]:
    """Give the verdict on groups that are explored beside the audit's own."""
    if not part.get("sentence"):  # a report frozen before these had one
        return []
    return [f"{part['sentence']} This is explored, beside the verdict."]


def _mark(row: dict[str, Any], part: dict[str, Any]) -> str:
    differs = "differs" if row["group"] in part["verdict"]["groups"] else ""
    return ", ".join(word for word in (differs, "" if row["state"] == "measured" else row["state"]) if word)


def _tests(body: dict[str, Any]) -> Part:
    part = body["groups"]
    said = []
    for row in part["rows"]:
        if row["smallest"] is not None and row["state"] != "too few data":
            gap = number(row["smallest"], part["measure"], sign=True).lstrip("+")
            said.append(f"{row['group']}: a gap of {gap} would have been seen in four of five cases.")
    if part.get("effect"):
        said += [f"{row['group']}: {part['effect']} {number(row['effect'], '', sign=True)}." for row in part["rows"]
                 if row["effect"] is not None and row["state"] != "too few data"]  # fmt: skip
    alarm = part.get("false_alarm")
    if alarm is not None:
        said.append(
            "Four-fifths rule: an impact ratio below 0.80 would come about by chance alone in "
            f"{alarm * 100:.0f}{THIN}% of audits of this size."
        )
    rows = [
        [test["of"], test["name"], "" if test["statistic"] is None else f"{test['statistic']:.2f}", chance(test["p"])]
        for test in part["tests"]
    ]
    return Part("Tests and power", said, Table(["of", "test", "statistic", "p"], rows) if rows else None)


def _places(body: dict[str, Any]) -> Part | None:
    part = body["groups"]
    if not part.get("positions"):
        return None
    rows = [
        [f"{one['position']:.0f}", f"{one['n']:,.0f}", f"{one['rank']:.2f}", f"{one['won']:g} ({one['expected']:.1f})"]
        for one in part["positions"]
    ]
    said = []
    if part.get("without_position"):
        gap = span(part["without_position"], part["measure"], sign=True)
        said.append(f"With what the place alone gives taken out, the gap is {gap}.")
    return Part(
        "Place in the prompt", said, Table(["place", "candidates", "mean rank", "first places (by chance)"], rows)
    )


def _law(body: dict[str, Any]) -> Part | None:
    law = body["local_law_144"]
    if not law:
        return None
    rows = [
        [f"{table['title']}: {row['category']}", f"{row['n']:,}", number(row["rate"], "rate"),
         "under 2 %, left out" if row["small"] else number(row["impact"], "")]
        for table in law["tables"] for row in table["rows"]
    ]  # fmt: skip
    said = [
        f"The {law['rate']} of each category over that of the category with the highest. "
        f"{law['unknown']:,} could not be put into a category and are in no table."
    ]
    if law["median"] is not None:
        said.append(f"The scoring rate is the share better than the median, {number(law['median'], '')}.")
    return Part("Local Law 144", said, Table(["category", "n", law["rate"], "impact ratio"], rows))


def _who(body: dict[str, Any]) -> Part:
    system, coverage = body["system"], body["coverage"]
    said = [
        f"{title}: {', '.join(system[name])}." for name, title in
        (("app", "Application"), ("model", "Models"), ("prompt_version", "Prompt versions"), ("release", "Releases"),
         ("environment", "Environments")) if system[name]
    ]  # fmt: skip
    share = coverage["known"] / coverage["of"] if coverage["of"] else 0
    said.append(
        f"Groups are by {coverage['by']}, known of {coverage['known']:,} of {coverage['of']:,} "
        f"({number(share, 'rate')})."
    )
    if coverage["inferred"]:
        told = ", ".join(f"{kind} in {n:,}" for kind, n in sorted(coverage["provenance"].items()))
        said.append(f"Told by: {told or 'nothing'}. It is a mentioned group and nobody's identity.")
    if coverage["checked"]:
        checked = coverage["checked"]
        said.append(
            f"Reviewers said the same group in {checked['agree']:,} of {checked['of']:,} texts that they labelled."
        )
    labels = system.get("labels")
    if labels:
        given = ", ".join(f"{n:,} of origin {origin}" for origin, n in labels["origins"].items())
        said.append(f"The outcome is the score {labels['name']}: {given or 'none'}.")
    return Part("System, groups and reviewers", [*said, body["reviewers"]] if body["reviewers"] else said)


def _frame(body: dict[str, Any]) -> Part:
    frame, system = body["frame"], body["system"]
    said = [
        f"Frame: {frame['sentence']}; "
        + (f"records from {system['first']} to {system['last']} UTC." if system["first"] else "no record has a time."),
        f"{frame['records']:,} records, {frame['observations']:,} outcomes to be read, {frame['measured']:,} of them "
        f"measured.{_unread(frame['unread'])}",
        f"Plan: {frame['plan']}. Seed of everything random: {frame['seed']}.",
        f"Design: {body['design_words']}.",
    ]
    return Part("Frame and plan", [*said, body["notes"]] if body["notes"] else said)


def _unread(n: int) -> str:
    return f" Of {n:,} records the response could not be read." if n else ""


def _limits(body: dict[str, Any]) -> Part:
    return Part("Limits", list(body["limits"]))


def _signed(audit: Audit) -> Part:
    said = [
        f"Version {audit.version} of {audit.name}, made by {audit.who} on {audit.made:%-d %B %Y, %H:%M} UTC.",
        f"SHA-256 of its data: {audit.sha256}",
    ]
    for one in audit.signed:
        words = f": {one.words}" if one.words else ""
        said.append(f"Signed by {one.who} on {one.made:%-d %B %Y, %H:%M} UTC{words}")
    return Part("Sign-off", said if audit.signed else [*said, "Nobody has signed this version yet."])

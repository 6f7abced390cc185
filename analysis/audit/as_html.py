"""A report as one HTML file that fetches nothing, for the screen and for paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from analysis.audit.tables import Table, parts

if TYPE_CHECKING:
    from analysis.state.audits import Audit

_STYLE = """
:root { --ink: #2a2520; --muted: #756c60; --paper: #fbf8f2; --rule: #d9d1c4; --accent: #a3341f }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 Georgia, 'Source Serif 4', serif }
main { max-width: 62rem; margin: 3rem auto; padding: 0 2rem }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .4rem } h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem }
p { margin: .35rem 0; max-width: 46rem; overflow-wrap: anywhere }
.kind { color: var(--muted); margin: 0 } .found { color: var(--accent); font-weight: 600 }
table { border-collapse: collapse; width: 100%; margin: .6rem 0;
  font: 13px/1.4 'Source Sans 3', Helvetica, Arial, sans-serif;
  font-variant-numeric: tabular-nums } th { font-weight: 400; color: var(--muted) }
td, th { text-align: right; padding: .35rem .5rem; border-bottom: 1px solid var(--rule); vertical-align: top }
td:not(:first-child) { white-space: nowrap }
td:first-child, th:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere }
pre { font: 12px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--muted) }
svg text { font: 13px 'Source Sans 3', Helvetica, Arial, sans-serif; fill: var(--ink) }
svg .quiet { fill: var(--muted) }
@media (prefers-color-scheme: dark) { @media screen { :root { --ink: #ece5d9; --muted: #a89e90; --paper: #1d1a17;
  --rule: #3d3731; --accent: #f08a72 } } }
@media print { :root { --paper: #fff } main { margin: 0; max-width: none; padding: 0 }
  h2, tr, svg { break-inside: avoid }
  h2 { break-after: avoid } @page { margin: 18mm } }
"""
_WIDTH, _NAMES, _FIGURES, _ROW = 900, 220, 210, 30


def as_html(audit: Audit) -> str:
    """Write a report. Every text passes through :func:`html.escape`."""
    body = audit.body
    verdict = body["verdict"]["kind"]
    inner = [
        f'<p class="kind">Bias audit · {escape(audit.name)} · version {audit.version}</p>',
        f"<h1>{escape(body['title'])}</h1>",
        f'<p class="{"found" if verdict == "disparity found" else ""}">{escape(verdict.capitalize())}</p>',
        f"<p>{escape(body['sentence'])}</p>", _chart(body["groups"]),
    ]  # fmt: skip
    for part in parts(audit):
        inner.append(f"<h2>{escape(part.title)}</h2>")
        inner += [_table(part.table)] if part.table else []
        inner += [f"<p>{escape(paragraph)}</p>" for paragraph in part.paragraphs]
    inner.append(f"<h2>Specification</h2><pre>{escape(audit.spec)}</pre>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(body['title'])}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(inner)}</main></body></html>\n"
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _chart(part: dict[str, Any]) -> str:
    """Draw each group's figure and interval, and a line at the reference's."""
    from analysis.audit.wording import span

    rows = [row for row in part["rows"] if row["value"]]
    ends = [end for row in rows for end in row["value"].values() if end is not None]
    if not ends:
        return ""
    low, high = min(ends), max(ends)
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room

    def x(value: float) -> float:
        return _NAMES + (_WIDTH - _NAMES - _FIGURES) * (value - low) / (high - low)

    height = _ROW * len(rows) + 8
    middle = x(rows[0]["value"]["value"])
    drawn = [
        f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="2" y2="{height - 2}" '
        'stroke="var(--muted)" stroke-dasharray="2 3"/>'
    ]
    for place, row in enumerate(rows):
        y, found = _ROW * place + _ROW / 2 + 4, row["value"]
        differs = row["group"] in part["verdict"]["groups"]
        colour = "var(--accent)" if differs else "var(--ink)" if row["state"] != "too few data" else "var(--muted)"
        if found["low"] is not None and found["high"] is not None:
            drawn.append(f'<line x1="{x(found["low"]):.1f}" x2="{x(found["high"]):.1f}" y1="{y}" y2="{y}" '
                         f'stroke="{colour}" stroke-width="2"/>')  # fmt: skip
        drawn.append(f'<circle cx="{x(found["value"]):.1f}" cy="{y}" r="5" fill="{colour}"/>')
        drawn.append(f'<text x="0" y="{y + 4}">{escape(_short(row["group"]))}</text>')
        drawn.append(f'<text class="quiet" x="{_WIDTH}" y="{y + 4}" text-anchor="end">'
                     f'{escape(span(found, part["measure"]))}</text>')  # fmt: skip
    return f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" width="100%">{"".join(drawn)}</svg>'


def _short(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:29]}…"

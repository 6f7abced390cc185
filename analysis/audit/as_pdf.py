"""A report as PDF, by ReportLab (BSD), which comes with the extra ``pdf``."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from analysis.audit.faces import Faces, plain
from analysis.audit.tables import Table, parts

if TYPE_CHECKING:
    from analysis.state.audits import Audit


class NoPdfError(ValueError):
    """What writes PDF is not installed; the message says how to install it."""


def as_pdf(audit: Audit) -> bytes:
    """Write a report as PDF on A4.

    Letters that the faces of every reader lack are set in one of this machine, which is embedded. What none has is
    written as ``?``, and the last lines say so; HTML keeps it.

    Raises
    ------
    NoPdfError
        If ReportLab is not installed.
    """
    try:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.lib.units import mm
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
    except ModuleNotFoundError as error:
        raise NoPdfError(
            "PDF needs ReportLab: pip install 'afterword[pdf]'. Or write HTML, and print it from the browser."
        ) from error
    ink, muted = HexColor("#2a2520"), HexColor("#756c60")
    text = ParagraphStyle("text", fontName="Times-Roman", fontSize=10, leading=14, textColor=ink, spaceAfter=3)
    quiet = ParagraphStyle("quiet", parent=text, textColor=muted, fontSize=9)
    title = ParagraphStyle("title", parent=text, fontName="Times-Bold", fontSize=20, leading=24, spaceAfter=6)
    head = ParagraphStyle(
        "head", parent=text, fontName="Times-Bold", fontSize=13, leading=17, spaceBefore=12, keepWithNext=1
    )
    body, faces = audit.body, Faces()
    safe = faces.marked
    story: list[Any] = [
        Paragraph(safe(f"Bias audit · {audit.name} · version {audit.version}"), quiet),
        Paragraph(safe(body["title"]), title),
        Paragraph(f"<b>{safe(body['verdict']['kind'].capitalize())}</b>", text),
        Paragraph(safe(body["sentence"]), text),
    ]  # fmt: skip
    for part in parts(audit):
        story.append(Paragraph(safe(part.title), head))
        if part.table:
            story += [_table(part.table, A4[0] - 36 * mm - 12, faces), Spacer(1, 4)]
        story += [Paragraph(safe(paragraph), text) for paragraph in part.paragraphs]
    story.append(Paragraph("Specification", head))
    story += [Paragraph(safe(line.replace(" ", "\u00a0")) or "&nbsp;", quiet) for line in audit.spec.splitlines()]
    story += [Paragraph(note, quiet) for note in faces.notes]
    held = io.BytesIO()
    document = SimpleDocTemplate(
        held, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
        title=plain(body["title"]), author="Afterword", invariant=1,
    )  # fmt: skip
    document.build(story, onFirstPage=_foot(audit), onLaterPages=_foot(audit))
    return held.getvalue()


def _table(table: Table, width: float, faces: Faces) -> Any:  # noqa: ANN401 - of a library without types
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph
    from reportlab.platypus import Table as Set

    left = ParagraphStyle("left", fontName="Helvetica", fontSize=7.5, leading=9.5, splitLongWords=1)
    right = ParagraphStyle("right", parent=left, alignment=TA_RIGHT)
    quiet = ParagraphStyle("quiet", parent=right, textColor=HexColor("#756c60"))
    styles = [left, *[right] * (len(table.columns) - 1)]
    safe = faces.marked
    rows = [[Paragraph(safe(column), quiet if place else left) for place, column in enumerate(table.columns)]]
    rows += [[Paragraph(safe(cell), style) for cell, style in zip(row, styles, strict=True)] for row in table.rows]
    longest = [max(len(row[place]) for row in [table.columns, *table.rows]) for place in range(len(table.columns))]
    weights = [min(max(length + (3 if not place else 0), 7), 34) for place, length in enumerate(longest)]
    widths = [width * weight / sum(weights) for weight in weights]
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d9d1c4"))
    return Set(rows, colWidths=widths, repeatRows=1, hAlign="LEFT", style=[
        rule, ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ])  # fmt: skip


def _foot(audit: Audit) -> Any:  # noqa: ANN401
    words = plain(f"{audit.name}, version {audit.version}, SHA-256 {audit.sha256[:16]}")

    def draw(canvas: Any, document: Any) -> None:  # noqa: ANN401
        canvas.setFont("Helvetica", 7.5)
        canvas.drawString(document.leftMargin, 24, words)
        canvas.drawRightString(document.pagesize[0] - document.rightMargin, 24, f"{document.page}")

    return draw

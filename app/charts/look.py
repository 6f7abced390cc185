"""What all charts share: type, rules and the names of the theme's colours.

Streamlit replaces colours in the browser, so that one chart serves light and dark: in Altair the names of
:data:`INK` and its like, given to the colour channel; in Plotly the placeholders below, which stand for entries of
``chartCategoricalColors`` and ``chartDivergingColors`` in ``.streamlit/config.toml``.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from app.text import plain_label
from app.units import MINUS

if TYPE_CHECKING:
    from collections.abc import Mapping

SERIF = "'Source Serif 4', 'Source Serif', Georgia, serif"
SMALL, BODY, HEADING = 13, 15, 20

INK, MUTED, ACCENT = "primary", "gray", "red"
"""Altair: the theme's primaryColor, grayColor and redColor."""

INK_HEX = "#8a8175"
"""A bar without a colour of its own, on either paper."""

PLOTLY_INK, PLOTLY_MUTED, PLOTLY_PAPER = "#000009", "#000010", "#000038"
"""Plotly: the ninth and tenth categorical colour, and the background."""

BAND = "1f"
"""Added to a colour, the opacity of an interval's band."""

PADDING = {"left": 0, "right": 0, "top": 4, "bottom": 4}
"""Around an Altair chart."""

ROW = 34
"""Height of a table's row, in pixels."""


def altair_config() -> dict[str, Any]:
    """Configure an Altair chart beyond what the theme does."""
    return {
        "font": "Source Sans",
        "title": {"font": SERIF, "fontSize": BODY, "fontWeight": 600, "anchor": "start", "offset": 8},
        "axis": {
            "labelFontSize": SMALL, "titleFontSize": SMALL, "labelPadding": 6, "tickCount": 4, "domain": False,
            "ticks": False, "gridOpacity": 0.6,
        },
        "header": {
            "labelFontSize": SMALL, "labelFontWeight": 600, "labelAnchor": "start", "labelAlign": "left", "title": None,
        },
        "text": {"fontSize": SMALL, "font": "Source Sans"},
        "view": {"stroke": None},
    }  # fmt: skip


def lookup(words: Mapping[str, str]) -> str:
    """Write a Vega expression that gives an axis its own words for its values, by the value as ``%.12g``."""
    # Vega writes a true minus sign
    pairs = ", ".join(f"'{key.replace('-', MINUS)}': '{word}'" for key, word in words.items())
    return f"({{{pairs}}})[format(datum.value, '.12~g')] || ''"


def plotly_layout(title: str, subtitle: str, *, height: int) -> dict[str, Any]:
    """Lay out a Plotly chart: the title says what is seen, the line below it in what; all stand on the left edge."""
    small = {"size": SMALL}
    axis = {"tickfont": small, "title": None, "showline": False, "zeroline": False, "automargin": False}
    return {
        "height": height,
        "margin": {"l": 0, "r": 12, "t": 88, "b": 26, "pad": 0},
        "title": {
            "text": plotly_text(title), "font": {"family": SERIF, "size": HEADING}, "x": 0, "xref": "container",
            "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 4, "l": 0},
            "subtitle": {"text": plotly_text(subtitle), "font": {"size": SMALL, "color": PLOTLY_MUTED}},
        },
        "annotations": [],
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": "zoom",
        "xaxis": axis | {"showgrid": False, "ticks": "outside", "ticklen": 4},
        "yaxis": axis | {"fixedrange": True, "ticklabelposition": "inside top", "ticklen": 0, "layer": "below traces"},
        "hoverlabel": {"font": small, "namelength": -1},
        "modebar": {"orientation": "h", "bgcolor": "rgba(0,0,0,0)", "color": PLOTLY_MUTED, "activecolor": PLOTLY_INK},
    }  # fmt: skip


def plotly_config(name: str) -> dict[str, Any]:
    """Keep two buttons of Plotly's: the picture, and back to the whole."""
    return {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage", "resetScale2d"]],
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
        "locale": "en",
    }


def plotly_text(text: object, *, limit: int = 160) -> str:
    """Make text safe in Plotly, whose labels understand some HTML."""
    return html.escape(plain_label(text, limit=limit), quote=False)

"""Colours are told apart by any reader, hold on both papers, and stay with what they stand for."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from app import palette, runtime

CONFIG = tomllib.loads((Path(__file__).parents[1] / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
THEME = CONFIG["theme"]

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Björn Ottosson (2020), A perceptual color space for image processing."""
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]]) @ np.clip(rgb, 0, 1)  # fmt: skip
    return np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]]) @ np.cbrt(cones)  # fmt: skip


def contrast(one: str, other: str) -> float:
    light, dark = sorted((linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other)), reverse=True)
    return float((light + 0.05) / (dark + 0.05))


@pytest.mark.parametrize("vision", VISION)
def test_hues_are_told_apart_with_any_colour_vision(vision: str):
    seen = [oklab(VISION[vision] @ linear(hue)) for hue in palette.HUES]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 0.055


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize("hue", [*palette.HUES, palette.PENCIL])
def test_hues_stand_out_from_both_papers(hue: str, paper: str):
    assert contrast(hue, THEME[paper]["backgroundColor"]) > 2.95


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize("ink", ["textColor", "grayTextColor", "redTextColor", "grayColor", "redColor", "primaryColor"])
def test_inks_can_be_read(ink: str, paper: str):
    assert contrast(THEME[paper][ink], THEME[paper]["backgroundColor"]) > 4.5


@pytest.mark.parametrize("paper", ["light", "dark"])
def test_the_theme_has_the_same_hues(paper: str):
    assert tuple(THEME[paper]["chartCategoricalColors"][:8]) == palette.HUES


@pytest.mark.usefixtures("home")
def test_a_models_colour_stays_when_others_come():
    store = runtime.current().store

    def put(model: str, import_id: int) -> None:
        with store.write() as cursor:
            cursor.execute("INSERT INTO records (id, model, import_id) VALUES (uuid(), ?, ?)", [model, import_id])

    put("b", 1)
    before = palette.colours("model", ["b"])
    put("a", 2)
    after = palette.colours("model", ["a", "b"])
    assert after["b"] == before["b"]
    assert after["a"] != after["b"]


@pytest.mark.usefixtures("home")
def test_the_rest_and_the_missing_have_no_colour_of_their_own():
    assert set(palette.colours("model", ["(none)", "(other)", "unknown"]).values()) == {palette.PENCIL}


def test_the_fonts_are_carried_with_their_licence():
    folder = Path(__file__).parents[1] / "app" / "static" / "fonts"
    for face in THEME["fontFaces"]:
        assert (folder / Path(face["url"]).name).is_file()
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8").upper()


def test_the_app_has_four_sizes_of_text():
    sizes = {*THEME["headingFontSizes"], THEME["metricValueFontSize"], THEME["codeFontSize"]}
    style = (Path(__file__).parents[1] / "app" / "style.css").read_text(encoding="utf-8")
    written = {line.split("font-size:")[1].split(";")[0].replace("!important", "").strip()
               for line in style.splitlines() if "font-size:" in line}  # fmt: skip
    assert sizes | written == {"0.875rem", "1rem", "1.35rem", "2.2rem"}

"""The Topics page on a workspace made up for it: what its queries take, and how smoothly the map moves in a browser.

``python -m tests.benchmarks.topics_page FOLDER [--records 1000000] [--texts 50000] [--topics 200]``. The workspace is
made in FOLDER unless it is there already: texts of random words, places around the middles of topics, thumbs.
Chromium must be installed. Frames are counted by ``requestAnimationFrame`` while the wheel turns and the time plays.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from analysis.metrics.by_topic import likeness
from analysis.metrics.filter import Filter
from analysis.metrics.map_points import points
from analysis.metrics.query import measure as measured
from analysis.store import Store
from analysis.workspace import Workspace
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

FRAMES = """(milliseconds) => new Promise((done) => {
    const times = [], start = performance.now();
    const tick = (now) => { times.push(now); now - start < milliseconds ? requestAnimationFrame(tick) : done(times) };
    requestAnimationFrame(tick);
})"""


def compose(store: Store, records: int, texts: int, topics: int) -> None:
    """Make up records with their places on a map."""
    with store.write() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(
            f"""CREATE TEMP TABLE asked AS SELECT t AS text, topic::INTEGER AS topic,
                (sin(topic * 2.4) * far + random() + random() - 1)::FLOAT AS x,
                (cos(topic * 2.4) * far + random() + random() - 1)::FLOAT AS y
            FROM (SELECT t, t % {topics:d} AS topic, 12 * sqrt((t % {topics:d} + 1) / {topics:d}) AS far
                FROM range({texts:d}) r(t))"""
        )
        cursor.execute(
            f"""INSERT INTO records (id, import_id, source, kind, time, app, model, prompt, response, status, latency,
                recorded_cost)
            SELECT md5(n::VARCHAR)::UUID, 1, 'made', 'call',
                TIMESTAMP '2026-08-01' + to_seconds(n * 7776000 // {records:d}), 'app', 'model-' || n % 3,
                'text ' || n % {texts:d} || ' ' || repeat(md5((n % {texts:d})::VARCHAR) || ' ', 4),
                repeat(md5(n::VARCHAR) || ' ', 8), 'ok', 1 + random(), random() / 100
            FROM range({records:d}) r(n)"""
        )
        cursor.execute(
            f"""INSERT INTO maps (id, field, model, seed, made, fitted, texts)
            VALUES (1, 'prompt', 'made', 0, TIMESTAMP '2026-11-01', {texts:d}, {texts:d})"""
        )
        cursor.execute(
            f"""INSERT INTO topics (map, topic, name, phrases, middle, exemplars)
            SELECT 1, t, 'topic ' || t, [], 'text ' || t, [] FROM range({topics:d}) r(t)"""
        )
        cursor.execute(
            f"""INSERT INTO placements (map, record_id, topic, similarity, x, y, cluster)
            SELECT 1, md5(n::VARCHAR)::UUID, topic, 0.5 + random() / 2, x, y, NULL
            FROM range({records:d}) r(n) JOIN asked ON text = n % {texts:d}"""
        )
        cursor.execute(
            f"""INSERT INTO scores (id, import_id, record_id, target, name, value)
            SELECT uuid(), 1, md5(n::VARCHAR)::UUID, 'call', 'thumbs', 1 FROM range(0, {records:d}, 20) r(n)"""
        )


def queries(store: Store) -> None:
    """Time what the page asks."""
    period = Filter(*(store.rows("SELECT TIMESTAMP '2026-10-01' AS a, TIMESTAMP '2026-10-31' AS b")[0].values()))
    asked: dict[str, Callable[[], object]] = {
        "requests, cost and thumbs by topic": lambda: measured(
            store, ["requests", "cost_per_request", "thumbs_up_rate"], Filter(), by=["topic"]
        ),
        "the same of 30 days": lambda: measured(
            store, ["requests", "cost_per_request", "thumbs_up_rate"], period, by=["topic"]
        ),
        "requests by topic and week": lambda: measured(store, ["requests"], Filter(), by=["topic"], grain="week"),
        "likeness": lambda: likeness(store, 1, Filter()),
        "points of the map": lambda: points(store, 1, "prompt", Filter()),
    }
    for name, ask in asked.items():
        begun = time.monotonic()
        ask()
        print(f"  {name:36s} {time.monotonic() - begun:6.2f} s")


def browser(home: Path) -> None:
    """Time the first picture and the frames of the map."""
    program = shutil.which("chromium")
    flags = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with serving(home) as server, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=program, args=flags).new_page(
            viewport={"width": 1440, "height": 900}
        )
        received: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
        begun = time.monotonic()
        page.goto(f"{server.url}/topics?period=all")
        canvas = page.get_by_role("img", name="The map of topics")
        canvas.wait_for(timeout=120_000)
        print(f"  first picture after {time.monotonic() - begun:.1f} s, {sum(received) / 1e6:.2f} MB received")
        page.locator("[data-test-script-state=notRunning]").wait_for(timeout=120_000)
        box = canvas.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for name, moves in (("zooming", [-40] * 20), ("back", [40] * 20)):
            _frames(page, name, moves)
        page.get_by_role("button", name="Play the time").click()
        _frames(page, "playing the time", [])


def _frames(page: Page, name: str, wheel: list[int]) -> None:
    page.evaluate(f"() => {{ window.frames_ = ({FRAMES})(1500) }}")
    for turn in wheel:
        page.mouse.wheel(0, turn)
    times = page.evaluate("() => window.frames_")
    gaps = sorted(after - before for before, after in pairwise(times))
    print(
        f"  {name:18s} median {gaps[len(gaps) // 2]:5.1f} ms a frame, 95 % within {gaps[int(len(gaps) * 0.95)]:5.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.topics_page", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--topics", type=int, default=200)
    given = parser.parse_args()
    new = not given.folder.exists()
    with closing(Store(Workspace.at(given.folder))) as store:
        if new:
            compose(store, given.records, given.texts, given.topics)
        queries(store)
    browser(given.folder)


if __name__ == "__main__":
    main()

"""Personal data is masked for those to whom it is not shown: on every page, in what they download, and nowhere else."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest

from analysis.metrics.filter import Filter
from analysis.scoring.run import score
from analysis.scoring.scorers import pii
from analysis.state import settings
from app import downloads, identity, privacy, runtime
from tests.pages import look, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.store import Store

MAIL = "ann.lee@example.org"
CARD = "4111 1111 1111 1111"
KEY = (
    "ghp_" + "Zx81kQ0v" * 4 + "Pq3R"
)  # the shape of a GitHub token, put together here so that no scanner takes it for one
RECORD = {
    "prompt": f"I am {MAIL} and pay by {CARD}.",
    "response": f"Thank you, {MAIL}.",
    "messages": f'[{{"role": "user", "content": "I am {MAIL}", "n": 4111111111111111}}]',
    "documents": [{"id": "d", "text": f"Write to {MAIL}", "score": 0.5}],
}


@pytest.fixture
def store(home: Path) -> Store:
    return runtime.current().store


@pytest.fixture
def id(store: Store, add_records: Callable[..., list[str]]) -> str:
    """A record with personal data, scored, in a workspace that shows it to engineers alone."""
    (found,) = add_records(RECORD)
    score(store, pii.SCORERS[:2])
    privacy.show_to(["engineer"])
    return found


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "current", lambda: identity.Identity("Mo", frozenset({"manager"})))


def drawn(**link: str) -> str:
    page = look("conversations", **link)
    return words(page) + " ".join(element.value for element in [*page.text, *page.code])


def test_everyone_sees_everything_where_nothing_was_set(
    store: Store, add_records: Callable[..., list[str]], manager: None
) -> None:
    (id,) = add_records(RECORD)
    assert not privacy.hides()
    assert MAIL in drawn(record=id)


@pytest.mark.usefixtures("manager")
def test_others_read_masked_texts(id: str) -> None:
    for text in (drawn(), drawn(record=id)):
        assert "[email]" in text
        assert MAIL not in text
        assert "1111" not in text


def test_those_who_may_read_the_texts_themselves(id: str) -> None:
    assert not privacy.hides()
    assert MAIL in drawn()
    assert MAIL in drawn(record=id)


@pytest.mark.usefixtures("manager")
def test_an_address_at_the_end_of_an_excerpt_is_masked_too(id: str, add_records: Callable[..., list[str]]) -> None:
    add_records({"prompt": "x" * 230 + f" {MAIL} and more"})
    assert "ann" not in drawn()


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_downloads_are_masked(id: str, ending: str) -> None:
    content = downloads.written(Filter(), ending)
    if ending == "parquet":
        row = pl.read_parquet(io.BytesIO(content)).to_dicts()[0]
        assert row["documents"] == [{"id": "d", "text": "Write to [email]", "score": 0.5}]
        content = str(row).encode()
    assert b"[email]" in content
    assert MAIL.encode() not in content
    assert b"4111111111111111" in content or ending == "csv"  # a number within JSON is no text


def test_secrets_are_masked() -> None:
    assert privacy.masked(f"my key is {KEY}, keep it") == "my key is [github-token], keep it"


def test_only_engineers_choose_who_sees_it(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = look("settings")
    page.pills(key="privacy-roles").set_value(["analyst", "engineer"]).run()
    assert privacy.shown_to() == {"analyst", "engineer"}
    monkeypatch.setattr(identity, "current", lambda: identity.Identity("Mo", frozenset({"manager"})))
    assert look("settings").pills(key="privacy-roles").disabled


def test_showing_it_to_all_is_the_default(id: str) -> None:
    privacy.show_to(sorted(identity.ROLES))
    assert settings.get(runtime.current().state, privacy.SHOWN_TO) is None
    privacy.show_to([])
    assert privacy.shown_to() == frozenset()
    assert privacy.hides()

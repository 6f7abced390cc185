"""Rules: read from files and forms with errors in words, and written so that they read back the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.alerts.ready_made import READY
from analysis.alerts.rule import KINDS, SEVERITIES, Rule, RuleError, length, named, read, span
from analysis.alerts.rule_file import parse, written

BASE = {"name": "a", "title": "A", "metric": "error_rate", "limit": 0.05}


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"nothing": 1}, "There is no 'nothing' in a rule. Known: by, direction"),
        ({"title": ""}, "A rule needs a title"),
        ({"name": "Two words"}, "Write small letters, digits and hyphens"),
        ({"kind": "magic"}, "kind is threshold, change"),
        ({"direction": "above"}, "direction is over, under"),
        ({"limit": "much"}, "limit is a number, not 'much'"),
        ({"limit": None}, "a rule of kind threshold needs one"),
        ({"limit": True}, "limit is a number"),
        ({"metric": None}, "A rule needs a metric"),
        ({"kind": "drift"}, "drift looks at no single metric"),
        ({"window": "an hour"}, "Write 30 min, 1 h, 7 d or 2 w"),
        ({"window": "1 h", "step": "2 h"}, "over a window no shorter"),
        ({"window": "3 h", "step": "2 h"}, "not some steps of 2 h"),
        ({"window": "5 h", "step": "5 h"}, "does not go into a week"),
        ({"window": "1 min", "step": "1 min"}, "every 5 min or less often"),
        ({"for": "90 min"}, "for: 90 min is not some steps of 1 h"),
        ({"recovery": 0.1}, "recovery: 0.1 lies beyond the limit"),
        ({"where": ["nothing=1"]}, "There is no field 'nothing'"),
        ({"by": "score.thumbs"}, "no single value"),
        ({"least": 0}, "least is 1 or more"),
        ({"kind": "spike", "unusual": True}, "unusual goes with a threshold"),
        ({"on": "yes"}, "on is true or false"),
        ({"senders": "slack"}, "senders is a list of texts"),
    ],
)
def test_what_is_wrong_is_said(given_: dict[str, object], words: str) -> None:
    with pytest.raises(RuleError, match=words.replace("(", r"\(")):
        read(BASE | given_)


def test_files_name_the_place() -> None:
    with pytest.raises(RuleError, match=r"rules\.yaml, line 2, column"):
        parse("name: [\n]]", file="rules.yaml")
    with pytest.raises(RuleError, match=r"rules\.yaml, rule 2: A rule needs a title"):
        parse("- {name: a, title: A, metric: cost, limit: 1}\n- {name: b}", file="rules.yaml")
    with pytest.raises(RuleError, match="two rules are called 'a'"):
        parse("- {name: a, title: A, metric: cost, limit: 1}\n- {name: a, title: B, metric: cost, limit: 1}")
    with pytest.raises(RuleError, match="A rule is a mapping"):
        parse("just words")


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ("limit: .nan", "limit: nan is no number"), ("limit: .inf", "limit: inf is no number"),
        ("limit: 1, least: 99999999999999999999", "least: 99999999999999999999 is no number"),
        (r'limit: 1, note: "a\ud800"', "note holds a character that is none"),
        (r'limit: 1, where: ["app=\0"]', "where holds a character that is none"),
    ],
)  # fmt: skip
def test_what_no_store_and_no_message_can_hold_is_refused(given_: str, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        parse(f"{{name: a, title: A, metric: cost, {given_}}}")


def test_a_title_in_any_script_makes_a_name() -> None:
    titles = ["Error rate is over 5 %", "エラー率", "Ошибки", "🔥"]
    names = [named(title) for title in titles]
    assert names[0] == "error-rate-is-over-5"
    assert len(set(names)) == 4
    assert [read(BASE | {"name": name}).name for name in names] == names
    with pytest.raises(RuleError, match="A rule needs a title: what it says"):
        read(BASE | {"name": named(" "), "title": " "})


@pytest.mark.parametrize("rule", READY.values(), ids=lambda rule: rule.name)
def test_the_ready_made_ones_read_back(rule: Rule) -> None:
    assert parse(written([rule])) == [rule]


@given(
    st.sampled_from([kind for kind in KINDS if kind not in ("drift", "projected")]),
    st.floats(0, 1e6), st.sampled_from(SEVERITIES), st.sampled_from(["5 min", "1 h", "1 d", "1 w"]), st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    st.lists(st.sampled_from(["model=a", "latency>2", "text~refund"]), max_size=3),
)  # fmt: skip
def test_any_rule_reads_back(
    kind: str, limit: float, severity: str, window: str, on: bool, note: str, where: list[str]
) -> None:
    rule = read(BASE | {
        "kind": kind, "limit": limit, "severity": severity, "window": window, "step": window, "on": on, "note": note,
        "where": where,
    })  # fmt: skip
    assert read(rule.as_json()) == rule
    assert (
        parse(written([rule, READY["drift"]]))[0].as_json() == rule.as_json()
        or "\x85" in note
        or not note.isprintable()
    )


def test_lengths_and_names() -> None:
    assert [length(span(text)) for text in ("90 min", "24h", "14 d")] == ["90 min", "1 d", "2 w"]
    assert length(timedelta(0)) == "0 min"
    assert named("Errors of ÖPNV: 5 %!") == "errors-of-pnv-5"

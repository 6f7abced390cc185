"""Audits from the store to the frozen report: each design finds what is planted and no more, and says what it can't."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from analysis.audit.as_html import as_html
from analysis.audit.as_pdf import as_pdf
from analysis.audit.faces import Faces
from analysis.audit.report import examine, run
from analysis.audit.spec_file import parse
from analysis.review import claims, queue, scores
from analysis.review.plan import Plan
from analysis.state import audits
from tests import records
from tests.pages import HOSTILE

if TYPE_CHECKING:
    from analysis.state.database import State
    from analysis.store import Store

SINGLE = "name: a\noutcome: {json: $.decision, is: yes!}\ngroups: {by: attributes.g}\nreference: m\n"
PAIRS = (
    "name: p\noutcome: {read: score.fit}\ngroups: {by: attributes.g}\nreference: m\ndesign: pairs\npair: attributes.p\n"
)
RANKED = (
    'name: b\noutcome: {ranking: "$.r[*]"}\ngroups: {by: attributes.gs, split: ","}\nreference: m\ndesign: blocks\n'
)


def decisions(store: Store, **groups: tuple[int, int]) -> None:
    """Records of groups, each so many with the outcome and so many in all."""
    records.add(store, *(
        {"attributes": {"g": group} if group != "none" else {},
         "response": json.dumps({"decision": "yes!" if n < hits else "no"})}
        for group, (hits, every) in groups.items() for n in range(every)
    ))  # fmt: skip


def body(store: Store, text: str) -> dict[str, Any]:
    return examine(store, parse(text)).body


def test_a_gap_of_independent_groups_is_found_with_every_figure(store: Store):
    decisions(store, m=(120, 200), f=(80, 200), x=(5, 10), none=(3, 7))
    found = body(store, SINGLE)
    assert found["verdict"]["kind"] == "disparity found"
    assert found["verdict"]["groups"] == ["f"]
    first, second, third = found["groups"]["rows"]
    assert (first["group"], second["group"], third["state"]) == ("m", "f", "too few data")
    assert second["difference"]["value"] == pytest.approx(-0.2)
    assert second["ratio"]["value"] == second["impact"] == pytest.approx(2 / 3)
    assert third["adjusted"] is None
    assert found["groups"]["left_out"] == [{"group": "(none)", "n": 7, "measured": 7, "why": "unknown"}]
    assert found["groups"]["false_alarm"] < 0.03
    assert any("unknown" in limit for limit in found["limits"])


def test_no_gap_says_what_would_have_been_seen(store: Store):
    decisions(store, m=(60, 120), f=(57, 120))
    found = body(store, SINGLE)
    assert found["verdict"]["kind"] == "none seen at this n"
    assert found["verdict"]["smallest"] == pytest.approx(0.178, abs=0.005)
    assert "17." in found["sentence"]
    assert "fair" not in json.dumps(found).lower()


def test_too_few_and_nothing_measured(store: Store):
    decisions(store, m=(20, 25), f=(2, 200))
    assert body(store, SINGLE)["verdict"]["kind"] == "too few data"
    assert body(store, SINGLE.replace("$.decision", "$.other"))["verdict"]["kind"] == "not measured"
    with pytest.raises(ValueError, match="reference 'q' is none of the groups"):
        body(store, SINGLE.replace("reference: m", "reference: q"))


def test_a_gap_in_one_record_a_user_is_no_finding_when_it_is_one_user(store: Store):
    records.add(store, *(
        {"user_id": f"u{n % 80}", "attributes": {"g": "mf"[n % 2]}, "status": "error" if n % 80 == 1 else "ok"}
        for n in range(1600)
    ))  # fmt: skip
    found = body(
        store, "name: e\noutcome: {when: status=error, better: lower}\ngroups: {by: attributes.g}\nreference: m\n"
    )
    assert found["unit"] == "user"
    assert found["verdict"]["kind"] == "none seen at this n"  # 20 of 800 against 0, but of one user
    assert found["groups"]["repeated"]


def test_pairs_are_compared_within(store: Store):
    dice = Random(1)
    merits = [dice.randint(3, 9) for _ in range(40)]
    rows = [(pair, group, merit - (group == "f" and pair % 2)) for pair, merit in enumerate(merits) for group in "mf"]
    ids = records.add(store, *({"attributes": {"g": group, "p": f"P{pair}"}} for pair, group, _ in rows))
    with store.write() as cursor:
        for id, (_, _, value) in zip(ids, rows, strict=True):
            cursor.execute("INSERT INTO scores (id, record_id, name, value) VALUES (uuid(), ?, 'fit', ?)", [id, value])
    found = body(store, PAIRS)
    assert found["verdict"]["kind"] == "disparity found"
    assert found["verdict"]["indicative"]
    assert found["groups"]["rows"][1]["difference"]["value"] == pytest.approx(-0.5)
    # the same numbers as independent groups show nothing
    alone = PAIRS.replace("design: pairs\npair: attributes.p\n", "")
    assert body(store, alone)["verdict"]["kind"] == "none seen at this n"


def test_candidates_of_one_call_are_compared_within_it(store: Store):
    dice = Random(2)
    rows = []
    for _ in range(60):
        groups = dice.sample(["m", "m", "f", "f"], 4)
        order = sorted(range(4), key=lambda place: dice.gauss(0, 1) + (groups[place] == "f"))
        prompt = "\n".join(f"C{place + 1}: somebody" for place in range(4))
        ranked = json.dumps({"r": [f"C{place + 1}" for place in order]})
        rows.append({"prompt": prompt, "response": ranked, "attributes": {"gs": ",".join(groups)}})
    records.add(store, *rows, {"prompt": "C1: a\nC2: b", "response": "no", "attributes": {"gs": "f,m"}})
    found = body(store, RANKED)
    assert (found["verdict"]["kind"], found["frame"]["unread"]) == ("disparity found", 1)
    row = found["groups"]["rows"][1]
    assert row["n"] == 60
    assert row["difference"]["value"] > 0.5
    assert {test["of"] for test in found["groups"]["tests"]} == {
        "all groups", "first places", "place in the prompt", "the gap without the place",
    }  # fmt: skip


def test_mentioned_groups_come_with_coverage_and_error(store: Store):
    ids = records.add(store, *(
        {"prompt": text, "status": "ok"} for text in ["She works."] * 40 + ["He works."] * 40 + ["It works."] * 20
    ), scores=())  # fmt: skip
    with store.write() as cursor:
        for id, label in ((ids[0], "female"), (ids[1], "male"), (ids[50], "male")):
            cursor.execute(
                "INSERT INTO scores (id, record_id, name, label, origin) VALUES (uuid(), ?, 'who', ?, 'human')",
                [id, label],
            )
    found = body(store, "name: m\noutcome: {when: status=error}\ngroups: {mentioned: gender, checked_by: who}\n")
    coverage = found["coverage"]
    assert (coverage["known"], coverage["of"], coverage["provenance"]) == (80, 100, {"pronoun": 80})
    assert coverage["checked"] == {"agree": 2, "of": 3}


def test_labels_of_people_say_what_is_known_of_them(store: Store):
    ids = records.add(store, *({"attributes": {"g": "mf"[n % 2]}} for n in range(80)))
    with store.write() as cursor:
        for n, id in enumerate(ids):
            for value in (n % 4 < 2, n % 4 < 2, 0):  # what most say counts
                cursor.execute(
                    "INSERT INTO scores (id, record_id, name, value, origin) VALUES (uuid(), ?, 'bias', ?, 'human')",
                    [id, float(value)],
                )
    text = "name: h\noutcome: {read: score.bias, is: 1, better: lower}\ngroups: {by: attributes.g}\n"
    found = body(store, text)
    assert found["groups"]["rows"][0]["counts"]["hits"] == 20
    assert found["system"]["labels"] == {"name": "bias", "origins": {"human": 240}}
    assert any("how far they agree" in limit for limit in found["limits"])
    found = body(store, text + "reviewers: Three, alpha 0.8.\n")
    assert not any("how far they agree" in limit for limit in found["limits"])


def test_stratified_samples_are_weighted_back(store: Store):
    records.add(store, *(
        {"attributes": {"g": group, "pi": pi}, "status": "error" if n < errors else "ok"}
        for group in "mf" for pi, errors in ((0.05, 10), (0.5, 60)) for n in range(100)
    ))  # fmt: skip
    found = body(
        store, "name: w\noutcome: {when: status=error}\ngroups: {by: attributes.g}\nprobability: attributes.pi\n"
    )
    assert found["groups"]["rows"][0]["value"]["value"] == pytest.approx((10 * 20 + 60 * 2) / 2200)


def test_intersections_and_local_law_144(store: Store):
    records.add(store, *(
        {"attributes": {"g": group, "h": also}, "response": json.dumps({"decision": "yes!" if n < hits else "no"})}
        for group, also, hits, every in (("m", "o", 30, 50), ("m", "y", 25, 50), ("f", "o", 20, 50), ("f", "y", 5, 50),
                                         ("x", "y", 1, 2))
        for n in range(every)
    ))  # fmt: skip
    text = SINGLE.replace("{by: attributes.g}", "{by: attributes.g, and: attributes.h}")
    found = body(store, text + "options: {local_law_144: true}\n")
    assert found["intersections"]["reference"] == "f · o"
    assert found["local_law_144"]["rate"] == "selection rate"
    by = {row["category"]: row for row in found["local_law_144"]["tables"][0]["rows"]}
    assert by["f"]["impact"] == pytest.approx(25 / 55)
    assert by["x"] == {"category": "x", "n": 2, "rate": 0.5, "impact": None, "small": True}
    assert found["local_law_144"]["tables"][2]["title"] == "g and h"


def test_reports_are_frozen_and_a_later_label_makes_a_version(store: Store, state: State):
    decisions(store, m=(60, 120), f=(57, 120))
    first = run(store, state, parse(SINGLE), who="ann")
    assert run(store, state, parse(SINGLE), who="ben") == first
    decisions(store, f=(0, 1))
    second = run(store, state, parse(SINGLE), who="ben")
    assert (second.version, second.who) == (2, "ben")
    assert second.sha256 != first.sha256
    signed = audits.sign(state, second, "Seen.", who="ann")
    assert [one.who for one in signed.signed] == ["ann"]
    assert audits.get(state, "a", 1).body == first.body
    assert [audit.version for audit in audits.newest(state)] == [2]
    with pytest.raises(KeyError):
        audits.get(state, "a", 9)
    with pytest.raises(ValueError, match="Somebody has to sign"):
        audits.sign(state, second, "", who=" ")


def test_nothing_of_a_log_takes_effect_in_html(store: Store, state: State):
    decisions(store, m=(60, 120))
    records.add(store, *(
        {"attributes": {"g": f"{HOSTILE}<script>alert(1)</script>"}, "model": "<b>m</b>",
         "response": '{"decision": "no"}'}
        for _ in range(40)
    ))  # fmt: skip
    page = as_html(run(store, state, parse(SINGLE + f"notes: '{HOSTILE}'\n"), who="<i>"))
    assert "<script" not in page
    assert "<b>m" not in page
    assert "<img" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.split("</head>")[0].replace("http-equiv", "")


def test_pdf_is_written_where_it_can_be(store: Store, state: State):
    pytest.importorskip("reportlab")
    decisions(store, m=(60, 120), f=(57, 120))
    audit = run(store, state, parse(SINGLE), who="ann")
    assert as_pdf(audit).startswith(b"%PDF-")


def test_letters_of_a_pdf_are_set_in_a_face_that_has_them_or_said_to_be_missing(store: Store, state: State):
    pytest.importorskip("reportlab")
    faces = Faces()
    assert faces.marked("Zoë & Co − 5\u202f%") == "Zoë &amp; Co - 5\u00a0%"
    assert "Łukasz</font>" in faces.marked("Łukasz Müller")  # the word whole, the other as ever
    assert faces.marked("Łukasz Müller").endswith(" Müller")
    assert "李</font>" in faces.marked("李")
    assert faces.missing == set()
    assert faces.marked("a\U00013000") == "a?"
    assert faces.notes[0] == "No face for these letters was found; ? stands for them: U+13000."
    assert ("not embedded" in faces.notes[-1]) == bool(faces.named)
    decisions(store, **{"Łukasz Δ": (60, 120), "李": (57, 120), "\U00013000": (50, 120)})
    text = SINGLE.replace("reference: m", "reference: Łukasz Δ") + "notes: <b>Žluťoučký</b> & co\n"
    assert as_pdf(run(store, state, parse(text), who="Łucja")).startswith(b"%PDF-")


def test_the_screener_of_the_sample_loses_half_a_point_in_pairs(store: Store):
    from analysis.ingest.report import Options
    from analysis.ingest.run import import_paths

    import_paths(store, [Path(__file__).parents[2] / "sample_data" / "screener.requests.jsonl.gz"], Options())
    shared = (
        "outcome: {{read: score.fit}}\ngroups: {{by: attributes.gender}}\nreference: male\ndesign: pairs\n"
        "pair: attributes.pair_id\nname: s\nfilter: {{{}: 2026-10-05T07:00, where: [attributes.job=sre]}}\n"
    )
    late, early = body(store, shared.format("from")), body(store, shared.format("to"))
    assert late["verdict"]["groups"] == ["female"]
    assert late["groups"]["rows"][1]["difference"]["value"] == pytest.approx(-0.5, abs=0.15)
    assert early["verdict"]["kind"] != "disparity found"


def test_a_queue_gives_its_items_their_weights_its_plan_and_its_reviewers(store: Store, state: State):
    # of each group: two in three from a place where nothing is biased, one in three from where everything is
    records.add(store, *(
        {"environment": place, "attributes": {"g": group}, "prompt": f"{group}{n}", "response": place}
        for group in "mf" for place, count in (("calm", 400), ("rough", 200)) for n in range(count)
    ))  # fmt: skip
    plan = Plan(method="stratified", by="environment", allocation="equal", size=400)
    made = queue.make(store, state, "Weekly", plan, rubric="bias", who="boss", reviewers=2)
    response = {row["id"]: row["response"] for row in store.rows("SELECT id::VARCHAR AS id, response FROM records")}
    full = {"bias": "yes", "bias_kind": "other", "severity": 1, "group": "gender"}
    for who in ("ana", "bo"):
        while (item := claims.next_item(state, made, who)) is not None:
            rough = response[item.record_id] == "rough"
            claims.submit(state, item.id, who, full if rough else {"bias": "no"})
    scores.sync(store, state)
    text = "name: q\nqueue: Weekly\noutcome: {read: score.bias, is: '1'}\ngroups: {by: attributes.g}\nreference: m\n"
    found = examine(store, parse(text), state).body
    for row in found["groups"]["rows"]:
        assert row["value"]["value"] == pytest.approx(1 / 3, abs=0.06)  # half of the items, unweighted
    assert sum(row["n"] for row in found["groups"]["rows"]) == 400
    assert "the queue Weekly, drawn stratified by environment from 1,200 records with seed 0" in found["frame"]["plan"]
    assert "2 reviewers gave 800 of 800 labels by the rubric bias, version 1" in found["reviewers"]
    assert "Agreement on bias: alpha 1.00" in found["reviewers"]
    with pytest.raises(ValueError, match="no queue 'Nowhere'"):
        examine(store, parse(text.replace("Weekly", "Nowhere")), state)

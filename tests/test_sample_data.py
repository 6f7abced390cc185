"""The committed sample: made by its script, small, and telling the stories that its README promises."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean, quantiles

import pytest

from sample_data import machine, make, world
from sample_data.models import MODELS

FOLDER = Path(make.__file__).parent
NAMES = (
    "support.observations.jsonl", "support.scores.jsonl", "screener.requests.jsonl", "llama.prometheus.jsonl",
)  # fmt: skip
ORDER_WORK = {"order_help", "returns", "account", "subscriptions"}


def committed(name):
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes())


def rows(name):
    return [json.loads(line) for line in committed(name).splitlines()]


@pytest.fixture(scope="module")
def observations():
    return rows(NAMES[0])


@pytest.fixture(scope="module")
def calls(observations):
    return [o for o in observations if o["type"] == "GENERATION" and o["environment"] == "production"]


@pytest.fixture(scope="module")
def scores():
    return rows(NAMES[1])


@pytest.fixture(scope="module")
def rated():
    """(job, release, gender, pair, score) of each résumé rated alone."""
    found = []
    for request in rows(NAMES[2]):
        props = request["request_properties"]
        if request["response_status"] == 200 and props["feature"] != "shortlist":
            answer = json.loads(request["response_body"]["choices"][0]["message"]["content"])
            found.append((props["job"], props["release"], props["gender"], props.get("pair_id"), answer["score"]))
    return found


def between(call, start, end):
    return f"{start:%Y-%m-%d %H:%M}" <= call["start_time"] < f"{end:%Y-%m-%d %H:%M}"


def prompt(call):
    return json.loads(call["input"])[-1]["content"]


def p95(values):
    return quantiles(values, n=20)[-1]


def test_files_are_what_the_script_makes():
    made = {name: hashlib.sha256(content).hexdigest() for name, content in make.files()}
    assert made == {name: hashlib.sha256(committed(name)).hexdigest() for name in NAMES}


def test_sample_stays_small():
    kept = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in kept) < 5_000_000


def test_period_and_volume(calls):
    assert {min(c["start_time"] for c in calls)[:10], max(c["start_time"] for c in calls)[:10]} == {
        "2026-08-24",
        "2026-11-22",
    }
    assert len(calls) > 8_000
    assert len({c["session_id"] for c in calls}) > 4_000
    assert len({c["metadata"]["language"] for c in calls}) >= 8


def test_text_is_varied(calls):
    openings = [prompt(c) for c in calls if len(json.loads(c["input"])) == 2 and c["name"] == "answer"]
    assert len(set(openings)) / len(openings) > 0.8
    words = Counter(
        gram
        for text in set(openings)
        for gram in {" ".join(part) for part in zip(*(text.lower().split()[n:] for n in range(6)), strict=False)}
    )
    assert words.most_common(1)[0][1] / len(openings) < 0.01


def test_every_retrieval_has_its_answer(observations):
    answered = {o["trace_id"] for o in observations if o["type"] == "GENERATION"}
    retrieved = [o for o in observations if o["type"] == "RETRIEVER"]
    assert {o["trace_id"] for o in retrieved} <= answered
    assert all({"id", "text", "score"} == set(d) for o in retrieved for d in json.loads(o["output"]))


def test_token_buckets_add_up(calls):
    for usage in (c["usage_details"] for c in calls if c["usage_details"]):
        assert sum(count for key, count in usage.items() if key != "total") == usage["total"]


def test_price_change_reaches_the_log_late(calls):
    """The list price doubled from 20 to 28 October; the logging tool had it doubled from 26 October to 8 November."""
    model = MODELS["mistral-large-4"]

    def recorded_to_list(start, end):
        paid = listed = 0.0
        for call in calls:
            day = date.fromisoformat(call["start_time"][:10])
            if call["provided_model_name"] == model.name and call["total_cost"] and start <= day <= end:
                usage = call["usage_details"]
                cached = usage.get("input_cached_tokens", 0)
                paid += call["total_cost"]
                listed += model.cost(day, usage["input"], cached, usage["output"], as_logged=False)["total"]
        return paid / listed

    assert recorded_to_list(date(2026, 8, 24), date(2026, 10, 19)) == pytest.approx(1)
    assert recorded_to_list(date(2026, 10, 20), date(2026, 10, 25)) == pytest.approx(0.5, abs=0.01)
    assert recorded_to_list(date(2026, 10, 29), date(2026, 11, 8)) == pytest.approx(1.96, abs=0.04)
    assert recorded_to_list(date(2026, 11, 9), date(2026, 11, 22)) == pytest.approx(1)


def test_model_switch_slows_the_answers(calls):
    work = [
        c
        for c in calls
        if c["metadata"]["feature"] in ORDER_WORK
        and c["provided_model_name"] in ("gpt-4.1-mini", "gpt-5-mini")
        and c["level"] != "ERROR"
    ]
    switch = f"{world.SWITCH:%Y-%m-%d %H:%M}"
    before = [c for c in work if c["start_time"] < switch]
    after = [c for c in work if c["start_time"] >= switch]
    assert p95([c["latency"] for c in after]) > 2.5 * p95([c["latency"] for c in before])

    def first(group):
        return mean(c["time_to_first_token"] for c in group if c["time_to_first_token"])

    def written(group):
        return mean(c["usage_details"]["total"] - c["usage_details"]["input"] for c in group)

    assert first(after) > 3 * first(before)
    assert written(after) > 1.5 * written(before)


def test_new_product_is_a_new_subject(calls):
    about = [c for c in calls if c["name"] == "answer" and re.search("orchard|compost", prompt(c), re.IGNORECASE)]
    assert min(c["start_time"] for c in about)[:10] == "2026-10-13"
    assert len(about) > 250
    early = [c for c in about if c["start_time"] < "2026-11-09" and c["output"] and c["metadata"]["language"] == "en"]
    assert mean("0.8 kWh" in c["output"] for c in early) == 0


def test_hallucination_incident(calls, scores):
    by_id = {c["id"]: c for c in calls}
    by_trace = {c["trace_id"]: c for c in calls}
    bad = [c for c in calls if between(c, *world.BAD_INDEX)]
    good = [c for c in calls if not between(c, *world.BAD_INDEX)]
    inside, outside = [], []
    for score in scores:
        if score["name"] == "faithfulness":
            (inside if between(by_id[score["observation_id"]], *world.BAD_INDEX) else outside).append(score["value"])
    assert mean(inside) < 0.6 < 0.85 < mean(outside)
    down = [by_trace[s["trace_id"]] for s in scores if s["name"] == "user_feedback" and s["value"] == 0]
    share_inside = sum(between(c, *world.BAD_INDEX) for c in down) / len(bad)
    share_outside = sum(not between(c, *world.BAD_INDEX) for c in down) / len(good)
    assert share_inside > 2 * share_outside


def test_jailbreak_wave(calls):
    signs = re.compile(
        r"ignore (all|your|previous|that)|\bDAN\b|developer mode|system prompt|pretend|discountbot|grandma", re.I
    )
    tries = [c for c in calls if c["name"] == "answer" and signs.search(prompt(c))]
    inside = [c for c in tries if between(c, *world.WAVE)]
    assert len(inside) > 0.7 * len(tries)
    assert 5 <= len({c["user_id"] for c in inside}) <= 12


def test_outage_hour(calls):
    errors = Counter(c["start_time"][:13] for c in calls if c["level"] == "ERROR")
    (hour, most), (_, next_most) = errors.most_common(2)
    assert hour == "2026-09-17 14"
    assert most > 4 * next_most


def test_fairness_gap_in_one_job_after_one_release(rated):
    def gap(jobs, release):
        def level(gender):
            return mean(score for job, rel, g, _, score in rated if job in jobs and rel == release and g == gender)

        return level("female") - level("male")

    others = {job for job, *_ in rated} - {"sre"}
    assert -0.8 < gap({"sre"}, "screener-3.2") < -0.3
    assert abs(gap({"sre"}, "screener-3.1")) < 0.2
    assert abs(gap(others, "screener-3.2")) < 0.2


def test_pairs_show_the_gap_without_noise(rated):
    pairs = {}
    for job, release, gender, pair, score in rated:
        if pair:
            pairs.setdefault((pair, job == "sre" and release == "screener-3.2"), {})[gender] = score
    found = {True: [], False: []}
    for (_, marked), scores_of in pairs.items():
        if len(scores_of) == 2:
            found[marked].append(scores_of["female"] - scores_of["male"])
    assert mean(found[True]) < -0.3
    assert abs(mean(found[False])) < 0.15


def test_the_machine_is_busy_where_its_calls_were_slow(observations):
    """Its figures are hourly, of its model server, its GPUs and its network; counters start anew with the server."""
    series = {}
    for answer in rows(NAMES[3]):
        for one in answer["data"]["result"]:
            name = one["metric"]["__name__"], one["metric"].get("gpu", "")
            series.setdefault(name, {}).update({at: float(value) for at, value in one["values"]})
    assert len(series) == 13
    assert {len(values) for values in series.values()} == {91 * 24 - 2}
    written = list(series["vllm:generation_tokens_total", ""].values())
    assert sum(now < before for before, now in pairwise(written)) == 2
    waiting, slow = series["vllm:num_requests_waiting", ""], {True: [], False: []}
    for call in observations:
        at = int(datetime.fromisoformat(call["start_time"]).replace(tzinfo=UTC).timestamp()) // 3600 * 3600
        if call.get("provided_model_name") == machine.MODEL and call["level"] == "DEFAULT" and at in waiting:
            slow[waiting[at] > 0].append(call["latency"])
    assert p95(slow[True]) > 1.3 * p95(slow[False])

"""Each format of machine figures is told by its content and read into the same figures, in their units."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from analysis.ingest.inspect import inspect
from analysis.ingest.resources import formats
from analysis.ingest.run import undo
from tests.ingest.conftest import check, run_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analysis.ingest.report import Report
    from analysis.store import Store

WHEN = datetime(2026, 11, 4, 9)
EPOCH = 1793782800
MIB = 1 << 20
LLAMA = "meta-llama/Llama-3.3-70B-Instruct"

VLLM = f"""# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{{engine="0",model_name="{LLAMA}"}} 3.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{{engine="0",model_name="{LLAMA}"}} 2.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{{engine="0",model_name="{LLAMA}"}} 0.42
# TYPE vllm:generation_tokens counter
vllm:generation_tokens_total{{engine="0",model_name="{LLAMA}"}} 1.5e+06
vllm:e2e_request_latency_seconds_bucket{{engine="0",le="+Inf",model_name="{LLAMA}"}} 12
"""
DCGM = """# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-c2f7",pci_bus_id="00000000:31:00.0",device="nvidia0",modelName="NVIDIA L4",Hostname="gpu-1"} 97
DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-c2f7",device="nvidia0",modelName="NVIDIA L4",Hostname="gpu-1"} 20480
DCGM_FI_DEV_FB_FREE{gpu="0",UUID="GPU-c2f7",device="nvidia0",modelName="NVIDIA L4",Hostname="gpu-1"} 4096
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-c2f7",device="nvidia0",modelName="NVIDIA L4",Hostname="gpu-1"} 71.5
"""  # noqa: E501
SMI = """timestamp, index, name, utilization.gpu [%], memory.used [MiB], memory.total [MiB], power.draw [W], pstate
2026/11/04 09:00:00.123, 0, NVIDIA L4, 88 %, 20480 MiB, 24564 MiB, [N/A], P0
2026/11/04 09:00:05.123, 0, NVIDIA L4, 90 %, 20480 MiB, 24564 MiB, 70.10 W, P0
"""
DMON = """#Entity   GPUTL   FBUSD   SMACT
ID
GPU 0     61      500     0.367
GPU 1     100     N/A     0.557
#Entity   GPUTL   FBUSD   SMACT
ID
GPU 0     62      500     0.367
"""


def answer(*series: tuple[dict[str, str], list[Any]], kind: str = "matrix") -> dict[str, Any]:
    key = "values" if kind == "matrix" else "value"
    result = [{"metric": labels, key: values} for labels, values in series]
    return {"status": "success", "data": {"resultType": kind, "result": result}}


WAITING = ({"__name__": "vllm:num_requests_waiting", "instance": "gpu-1:8000", "model_name": LLAMA},
           [[EPOCH, "2"], [EPOCH + 60, "3"]])  # fmt: skip
QUEUE: tuple[dict[str, str], list[Any]] = ({"__name__": "tgi_queue_size", "instance": "gpu-2:80"}, [EPOCH + 0.25, "7"])


def figures(store: Store) -> list[tuple[Any, ...]]:
    rows = store.rows("SELECT time, metric, instance, device, model, value FROM resource_samples ORDER BY ALL")
    return [tuple(row.values()) for row in rows]


@pytest.fixture
def taken(file: Callable[..., Path], take: Callable[..., list[Report]]) -> Callable[..., Report]:
    def run(content: str | bytes, name: str = "machine", **options: Any) -> Report:
        (report,) = take(file(name, content), **options)
        return report

    return run


def test_a_range_query_has_its_own_times_and_names(store: Store, taken: Callable[..., Report]):
    report = taken(json.dumps(answer(WAITING)))
    check(report, kept=2)
    assert (report.format, report.first_time, report.last_time) == ("prometheus", WHEN, WHEN + timedelta(minutes=1))
    assert figures(store)[1] == (WHEN + timedelta(minutes=1), "requests_waiting", "gpu-1", None, LLAMA, 3)


@pytest.mark.parametrize("join", ["\n", "", ",\n"], ids=["a line each", "on one line", "in a list"])
def test_several_answers_stand_in_one_file(store: Store, taken: Callable[..., Report], join: str):
    both = join.join([json.dumps(answer(WAITING)), json.dumps(answer(QUEUE, kind="vector"))])
    check(taken(f"[{both}]" if "," in join else both), kept=3)
    assert (WHEN + timedelta(milliseconds=250), "requests_waiting", "gpu-2", None, None, 7) in figures(store)


def test_an_answer_may_be_laid_out_over_lines(taken: Callable[..., Report]):
    check(taken(json.dumps(answer(WAITING), indent=2)), kept=2)


@pytest.mark.parametrize("shape", [
    lambda one: json.dumps(one, sort_keys=True), lambda one: json.dumps(one["data"]["result"]),
    lambda one: "\n".join(map(json.dumps, one["data"]["result"])),
    lambda one: json.dumps({"status": "success", "data": {"result": one["data"]["result"]}}, indent=1),
], ids=["in another order", "a list of series", "a series a line", "without its type"])  # fmt: skip
def test_an_answer_may_have_been_through_other_hands(taken: Callable[..., Report], shape: Callable[[Any], str]):
    report = taken(shape(answer(WAITING, ({**WAITING[0], "instance": "gpu-2"}, WAITING[1]))))
    check(report, kept=4)
    assert report.format == "prometheus"


def test_pods_are_machines_where_nothing_else_names_them(store: Store, taken: Callable[..., Report]):
    name = "vllm:num_requests_waiting"
    check(
        taken(json.dumps(answer(*(({"__name__": name, "pod": f"vllm-{n}"}, [[EPOCH, str(n)]]) for n in (1, 2))))),
        kept=2,
    )
    assert [row[2] for row in figures(store)] == ["vllm-1", "vllm-2"]


def test_what_passes_a_card_within_the_machine_is_not_counted_twice(store: Store, taken: Callable[..., Report]):
    cards = ("eth0", "lo", "docker0", "veth12ab", "br-4f")
    lines = [f'node_network_transmit_bytes_total{{device="{card}",host="gpu-1"}} 7' for card in cards]
    report = taken("\n".join(lines), at=WHEN)
    assert (report.kept, report.aside) == (1, 4)
    assert [row[3] for row in figures(store)] == ["eth0"]
    assert any("node_network_transmit_bytes_total of lo" in note for note in report.notes)


def test_what_is_not_used_is_set_aside_and_named(taken: Callable[..., Report]):
    report = taken(json.dumps(answer(WAITING, ({"__name__": "up"}, [[EPOCH, "1"]]), ({"job": "x"}, [[EPOCH, "1"]]))))
    assert (report.kept, report.aside, report.refused) == (2, 2, 0)
    assert any("up" in note for note in report.notes)
    assert any("not its rate" in note for note in report.notes)


def test_an_error_of_prometheus_is_said(taken: Callable[..., Report]):
    wrong = {"status": "error", "errorType": "bad_data", "error": "exceeded maximum resolution of 11,000 points"}
    report = taken(json.dumps(answer(WAITING)) + "\n" + json.dumps(wrong))
    assert (report.kept, report.refused) == (2, 1)
    assert (report.refusals[0].line, "11,000 points" in report.refusals[0].reason) == (2, True)


def test_a_scrape_is_of_the_time_that_is_given(store: Store, taken: Callable[..., Report]):
    report = taken(VLLM, at=WHEN)
    assert (report.format, report.kept, report.aside) == ("metrics", 4, 1)
    assert figures(store)[0] == (WHEN, "kv_cache_usage", None, "0", LLAMA, 0.42)
    assert {row[1] for row in figures(store)} == {
        "requests_running", "requests_waiting", "kv_cache_usage", "tokens_generated"
    }  # fmt: skip


def test_a_scrape_without_a_time_is_not_guessed_at(store: Store, taken: Callable[..., Report]):
    report = taken(VLLM)
    assert "--at" in (report.failure or "")
    assert figures(store) == []
    check(taken(VLLM.replace("vllm:e2e", "# vllm:e2e"), at=WHEN), kept=4)  # and the same file can be taken then


def test_scrapes_with_times_stand_on_end(store: Store, taken: Callable[..., Report]):
    lines = [f'tgi_queue_size{{host="gpu-2"}} {n} {(EPOCH + 15 * n) * 1000}' for n in range(4)]
    check(taken("\n".join(lines)), kept=4)
    assert figures(store)[3] == (WHEN + timedelta(seconds=45), "requests_waiting", "gpu-2", None, None, 3)


def test_scrapes_without_times_cannot_stand_on_end(taken: Callable[..., Report]):
    report = taken("tgi_queue_size 1\ntgi_queue_size 1\ntgi_queue_size 2\n", at=WHEN)
    assert (report.kept, report.duplicate, report.refused) == (1, 1, 1)
    assert report.refusals[0].line == 3
    assert "again at the same time" in report.refusals[0].reason


def test_dcgm_names_the_host_and_its_units_are_ours(store: Store, taken: Callable[..., Report]):
    check(taken(DCGM, at=WHEN), kept=4)
    assert figures(store) == [
        (WHEN, "gpu_memory_free", "gpu-1", "0", None, 4096 * MIB),
        (WHEN, "gpu_memory_used", "gpu-1", "0", None, 20480 * MIB),
        (WHEN, "gpu_utilisation", "gpu-1", "0", None, 0.97),
        (WHEN, "power", "gpu-1", "0", None, 71.5),
    ]


@pytest.mark.parametrize("units", [True, False], ids=["with units", "nounits"])
def test_nvidia_smi_with_units_or_without(store: Store, taken: Callable[..., Report], units: bool):
    head, *rows = SMI.splitlines()
    bare = [row.replace(" %", "").replace(" MiB", "").replace(" W", "") for row in rows]
    report = taken("\n".join([head, *(rows if units else bare)]))
    assert (report.format, report.kept, report.aside, report.refused) == ("nvidia-smi", 7, 1, 0)
    assert figures(store)[:3] == [
        (WHEN + timedelta(milliseconds=123), "gpu_memory_total", None, "0", None, 24564 * MIB),
        (WHEN + timedelta(milliseconds=123), "gpu_memory_used", None, "0", None, 20480 * MIB),
        (WHEN + timedelta(milliseconds=123), "gpu_utilisation", None, "0", None, 0.88),
    ]
    assert any("taken as UTC" in note for note in report.notes)
    assert any("pstate" in note for note in report.notes)


def test_nvidia_smi_begun_anew_or_written_by_powershell(taken: Callable[..., Report]):
    report = taken(SMI + SMI.replace(" 09:", " 10:"), "twice.csv")
    assert (report.kept, report.refused) == (14, 0)
    check(taken(SMI.replace("[N/A]", "71 W").replace("09:", "11:").encode("utf-16"), "powershell.csv"), kept=8)


@pytest.mark.parametrize("time", [
    "2026-11-04T10:00:00+01:00", "2026/11/04 03:30:00-05:30", "2026-11-04T09:00:00.000Z",
    f"{EPOCH}", f"{EPOCH}.0", f"{EPOCH}000",
])  # fmt: skip
def test_scripts_write_times_with_a_zone_or_count_them(store: Store, taken: Callable[..., Report], time: str):
    report = taken(f"timestamp,memory.used,utilization.gpu\n{time},442, 37\n")
    check(report, kept=2)
    assert figures(store) == [
        (WHEN, "gpu_memory_used", None, None, None, 442 * MIB), (WHEN, "gpu_utilisation", None, None, None, 0.37),
    ]  # fmt: skip
    assert not any("taken as UTC" in note for note in report.notes)


def test_seconds_since_a_start_of_their_own_are_no_time(taken: Callable[..., Report]):
    report = taken("timestamp,utilization.gpu\n12.5,37\n")
    assert (report.kept, report.refusals[0].reason) == (0, "a time that is none: 12.5")


def test_figures_without_their_header_are_told(taken: Callable[..., Report]):
    report = taken("2026/11/04 09:00:00.123, 0, 37 %, 4096 MiB, 24576 MiB\n")
    assert "Write their names above them" in (report.failure or "")
    assert "noheader" in (report.failure or "")


def test_a_folder_names_the_machine(store: Store, taken: Callable[..., Report]):
    taken(SMI, "instance=gpu-7/smi.csv")
    assert {row[2] for row in figures(store)} == {"gpu-7"}


def test_dmon_follows_by_the_second(store: Store, taken: Callable[..., Report]):
    assert "--at" in (taken(DMON).failure or "")
    report = taken(DMON, at=WHEN)
    assert (report.format, report.kept, report.aside, report.refused) == ("dcgmi-dmon", 5, 1, 0)
    assert [row[:2] + row[3:4] + row[5:] for row in figures(store) if row[1] == "gpu_utilisation"] == [
        (WHEN, "gpu_utilisation", "0", 0.61), (WHEN, "gpu_utilisation", "1", 1.0),
        (WHEN + timedelta(seconds=1), "gpu_utilisation", "0", 0.62),
    ]  # fmt: skip


def test_dmon_with_times_in_front_has_them(store: Store, taken: Callable[..., Report]):
    stamped = "\n".join(f"2026-11-04 09:00:0{n} {line}" for n, line in enumerate(DMON.splitlines()))
    assert taken(stamped).refused == 0
    assert figures(store)[0][0] == WHEN + timedelta(seconds=2)


def test_figures_that_cannot_be_are_refused(taken: Callable[..., Report]):
    lines = [
        'vllm:kv_cache_usage_perc{engine="0"} 42',
        "tgi_queue_size -1",
        "tgi_batch_current_size NaN",
        "tgi_queue_size 2",
    ]
    report = taken("\n".join(lines), at=WHEN)
    assert (report.kept, report.aside, [refusal.line for refusal in report.refusals]) == (1, 1, [1, 2])


def test_the_same_figures_add_nothing_and_go_with_their_import(store: Store, taken: Callable[..., Report]):
    first = taken(json.dumps(answer(WAITING)))
    assert taken(json.dumps(answer(WAITING)), "copy").duplicate == 2
    more = (WAITING[0], [*WAITING[1], [EPOCH + 120, "4"]])
    second = taken(gzip.compress(json.dumps(answer(more)).encode()), "longer.json.gz")
    assert (second.kept, second.duplicate) == (1, 2)
    assert second.id is not None
    undo(store, second.id)
    assert len(figures(store)) == 2
    assert first.id is not None
    undo(store, first.id)
    assert figures(store) == []


def test_a_trial_keeps_nothing(store: Store, taken: Callable[..., Report]):
    assert taken(json.dumps(answer(WAITING)), dry_run=True).kept == 2
    assert figures(store) == []


def test_logs_of_calls_that_speak_of_metrics_stay_calls(taken: Callable[..., Report]):
    said = run_of(1, inputs={"messages": [{"role": "user", "content": json.dumps(answer(WAITING)) + VLLM}]})
    report = taken(json.dumps(said))
    assert (report.format, report.kept) == ("langsmith", 1)


@pytest.mark.parametrize(("content", "title"), [
    (json.dumps(answer(WAITING)), "Prometheus query answers"), (VLLM, "Prometheus metrics (text)"),
    (SMI, "nvidia-smi table"), (DMON, "dcgmi dmon"),
])  # fmt: skip
def test_a_look_before_the_import_tells_the_format(file: Callable[..., Path], content: str, title: str):
    look = inspect(file("machine.gz", gzip.compress(content.encode())))
    assert (look.title, look.fields) == (title, ())
    assert look.format in formats.FORMATS

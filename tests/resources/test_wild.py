"""Wild files: every malformed line is refused with its number, and no good one is lost."""

from __future__ import annotations

import codecs
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ingest.resources import formats
from analysis.ingest.resources.reading import Reading
from tests.resources.test_formats import EPOCH, WHEN

GOOD = {
    "prometheus": lambda n: json.dumps({"status": "success", "data": {"resultType": "vector", "result": [
        {"metric": {"__name__": "tgi_queue_size", "instance": "g"}, "value": [EPOCH + n, "3"]}]}}),
    "metrics": lambda n: f'tgi_queue_size{{host="g"}} 3 {(EPOCH + n) * 1000}',
    "nvidia-smi": lambda n: f"2026/11/04 09:{n // 60:02d}:{n % 60:02d}.000, 0, 3 %",
    "dcgmi-dmon": lambda n: f"2026-11-04 09:{n // 60:02d}:{n % 60:02d} GPU 0     3",
}  # fmt: skip
HEAD = {"nvidia-smi": "timestamp, index, utilization.gpu [%]", "dcgmi-dmon": "#Entity   GPUTL"}
BAD = {
    "prometheus": ['{"status":"success"', '{"status":"error","error":"no"}', "[1,2]", '{"data":{"result":[3]}}',
                   '{"data":{"result":[{"metric":{"__name__":"tgi_queue_size"},"values":[["x","y"]]}]}}'],
    "metrics": ["tgi_queue_size{ 3", "tgi_queue_size three", "tgi_queue_size 1_0", "{}", "tgi_queue_size 1 2 3",
                'tgi_queue_size{host="g} 3', "tgi_queue_size 3 99999999999999999999"],
    "nvidia-smi": ["2026/13/04 09:00:00, 0, 3 %", "2026/11/04 09:00:00, 0", "2026/11/04 09:00:00, 0, x %",
                   "yesterday, 0, 3 %",
                   "2026/11/04 09:00:00, 0, 3 %, 4", "2026/11/04 09:00:00, 0, 300 %"],
    "dcgmi-dmon": ["GPU", "GPU 0", "GPU 0 3 4", "2026-11-04 09:00:00 GPU 0 x", "2026-11-04 09:00:00 GPU 0 -3", "what"],
}  # fmt: skip


def read(name: str, content: bytes) -> tuple[list[int], list[int], Reading]:
    """Read a file; gives the lines of its figures, and those that were refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wild"
        path.write_bytes(content)
        found = formats.find(path, "wild", name)
        assert found is not None
        reading = Reading(at=WHEN)
        samples = list(found[0].read(found[1], reading))
    return [sample.line for sample in samples], [refusal.line for refusal in reading.cleaned.refusals], reading


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
@settings(max_examples=60)
def test_bad_lines_among_good_ones(name: str, data: st.DataObject):
    kinds = data.draw(st.lists(st.one_of(st.none(), st.sampled_from(BAD[name])), min_size=1, max_size=12))
    lines = [HEAD[name]] if name in HEAD else []
    first = len(lines) + 1
    lines += [GOOD[name](n) if bad is None else bad for n, bad in enumerate(kinds)]
    good, refused, _ = read(name, ("\n".join(lines) + "\n").encode())
    assert good == [first + n for n, bad in enumerate(kinds) if bad is None]
    assert sorted(set(refused)) == [first + n for n, bad in enumerate(kinds) if bad is not None]


@pytest.mark.parametrize("name", GOOD)
@given(content=st.binary(min_size=1, max_size=400))
@settings(max_examples=60)
def test_any_bytes_are_read_or_refused(name: str, content: bytes):
    if not content.decode("utf-8", "replace").strip():
        return
    head = (HEAD[name] + "\n").encode() if name in HEAD else b""
    good, _, _ = read(name, head + content + b"\n" + GOOD[name](1).encode() + b"\n")
    marked = (head + content).startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE))
    if not marked and not set(content) & set(b'\x00"{}[]'):  # nothing that opens a string or another encoding
        assert good, "the good line at the end is lost"

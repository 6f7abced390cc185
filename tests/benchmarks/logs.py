"""Synthetic logs of any size: LangSmith runs of about 1.7 KB, nested as the tool's API gives them, from a seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from pathlib import Path

TYPED = """{
    id: 'VARCHAR', name: 'VARCHAR', run_type: 'VARCHAR', start_time: 'TIMESTAMP', end_time: 'TIMESTAMP',
    extra: 'STRUCT(metadata STRUCT(ls_provider VARCHAR, ls_model_name VARCHAR, ls_model_type VARCHAR, user_id VARCHAR,
        thread_id VARCHAR, feature VARCHAR), invocation_params STRUCT(model VARCHAR, temperature DOUBLE))',
    error: 'VARCHAR', events: 'JSON[]', inputs: 'STRUCT(messages STRUCT(role VARCHAR, content VARCHAR)[])',
    outputs: 'STRUCT(messages STRUCT(role VARCHAR, content VARCHAR)[], usage_metadata STRUCT(input_tokens BIGINT,
        output_tokens BIGINT, total_tokens BIGINT, input_token_details STRUCT(cache_read BIGINT),
        output_token_details STRUCT(reasoning BIGINT)))',
    parent_run_id: 'VARCHAR', tags: 'VARCHAR[]', session_id: 'VARCHAR', trace_id: 'VARCHAR', status: 'VARCHAR',
    total_tokens: 'BIGINT', prompt_tokens: 'BIGINT', completion_tokens: 'BIGINT', total_cost: 'DOUBLE',
    first_token_time: 'TIMESTAMP', dotted_order: 'VARCHAR'}"""
"""The types by which DuckDB's own ``read_json`` reads these rows whole."""

_MODELS = ("gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write(path: Path, records: int) -> None:
    """Write `records` runs as JSON lines: 90 days, 20,000 users, four runs a conversation."""
    chance = random.Random(1)
    words = ["".join(chance.choices(_LETTERS, k=chance.randint(2, 9))) for _ in range(4000)]
    asked = [" ".join(chance.choices(words, k=chance.randint(8, 60))) for _ in range(20_000)]
    said = [" ".join(chance.choices(words, k=chance.randint(20, 110))) for _ in range(20_000)]
    start, step = datetime(2026, 8, 1), 90 * 86_400 / records
    with path.open("wb") as out:
        for number in range(records):
            out.write(orjson.dumps(_run(number, start + timedelta(seconds=number * step), chance, asked, said)) + b"\n")


def _run(number: int, begun: datetime, chance: random.Random, asked: list[str], said: list[str]) -> dict[str, object]:
    name = f"{number:08x}-1c4e-7b11-9d3a-{chance.getrandbits(48):012x}"
    took = timedelta(seconds=chance.lognormvariate(0.3, 0.5))
    model, asking, saying = chance.choice(_MODELS), chance.randint(50, 900), chance.randint(10, 300)
    return {
        "id": name, "name": "ChatOpenAI", "run_type": "llm", "start_time": begun.isoformat(),
        "end_time": (begun + took).isoformat(),
        "extra": {
            "metadata": {"ls_provider": "openai", "ls_model_name": model, "ls_model_type": "chat",
                         "user_id": f"u_{chance.randint(1, 20_000)}", "thread_id": f"s_{number // 4}",
                         "feature": chance.choice(("returns", "orders", "questions"))},
            "invocation_params": {"model": model, "temperature": 0.2},
        },
        "error": None, "events": [],
        "inputs": {"messages": [{"role": "system", "content": "You answer store questions."},
                                {"role": "user", "content": chance.choice(asked)}]},
        "outputs": {
            "messages": [{"role": "assistant", "content": chance.choice(said)}],
            "usage_metadata": {"input_tokens": asking, "output_tokens": saying, "total_tokens": asking + saying,
                               "input_token_details": {"cache_read": 0}, "output_token_details": {"reasoning": 0}},
        },
        "parent_run_id": None, "tags": ["web"], "session_id": "4c0f7d22-8a1b-4b7e-9f2f-7f1d3c5a9e01",
        "trace_id": name, "status": "success", "total_tokens": asking + saying, "prompt_tokens": asking,
        "completion_tokens": saying, "total_cost": f"{asking * 1.5e-7 + saying * 6e-7:.9f}",
        "first_token_time": (begun + took / 4).isoformat(), "dotted_order": f"{begun:%Y%m%dT%H%M%S%f}Z{name}",
    }  # fmt: skip

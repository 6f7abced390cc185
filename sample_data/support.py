"""The support assistant's log as Langfuse exports it: conversations routed to models, timed, priced, some failing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sample_data import reader, world
from sample_data.choice import second_of, subject_of
from sample_data.dialogue import Talk, Turn, converse
from sample_data.feedback import Judge
from sample_data.handover import note
from sample_data.jailbreaks import jailbreak
from sample_data.messages import Decks
from sample_data.models import MODELS, prompt_version, route, timing, tokens

if TYPE_CHECKING:
    from sample_data.world import Person

Row = dict[str, Any]
_ERRORS = (
    ("429 rate_limit_exceeded: too many requests, try again in 20s", 0.5, 1.2),
    ("timeout: no response within 60 s", 60.0, 60.1),
    ("400 content_filter: the prompt triggered the provider's content policy", 0.3, 0.9),
    ("500 internal_server_error", 0.8, 4.0),
)


def stamp(time: datetime) -> str:
    """A time as Langfuse writes it: UTC, no zone, microseconds."""
    return time.strftime("%Y-%m-%d %H:%M:%S.%f")


@dataclass
class Call:
    """One call of a model within a conversation, before it is a row."""

    turn: Turn
    messages: list[dict[str, str]]
    model: str
    start: datetime
    position: int
    name: str = "answer"
    prompt: str = "support"


@dataclass
class Support:
    """Collects the rows of all conversations."""

    rng: Random
    rows: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.decks = Decks(self.rng)
        self.judge = Judge(self.rng, self.scores)
        pool = world.people(self.rng, 3000)
        self.pools = {
            shift: [p for p in pool if p.country.offset == shift or (shift == 2 and p.country.offset == 3)]
            for shift in (1, 2, -4, 9)
        }

    def _hex(self, digits: int) -> str:
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def conversation(self, start: datetime, offset: int) -> None:
        """One conversation from the first message to the ratings."""
        pool = self.pools[offset]
        person = pool[
            min(int(self.rng.paretovariate(0.35)) - 1, len(pool) - 1)
            if self.rng.random() < 0.25
            else self.rng.randrange(len(pool))
        ]
        if person.country.language == "en" and self.rng.random() < 0.004:
            turns = jailbreak(self.rng, person, start, self.rng.randint(1, 2), 0.02)
            self.log(person, turns, start, "llama-3.3-70b-instruct" if start.month > 9 else "gpt-4.1-mini")
            return
        subject = subject_of(self.rng, person, start)
        model = route(self.rng, subject, start)
        talk = Talk(self.rng, person, subject, start, model, self.decks)
        self.log(person, converse(talk, second_of(self.rng, subject, person, start)), start, model)

    def wave(self) -> None:
        """Three days in which nine people try to break the assistant."""
        culprits = self.rng.sample(
            [p for p in self.pools[1] + self.pools[-4] if p.style in ("lower", "texter", "plain")], 9
        )
        hours = (world.WAVE[1] - world.WAVE[0]).total_seconds() / 3600
        for _ in range(78):
            person = culprits[min(int(self.rng.expovariate(0.35)), 8)]
            start = world.WAVE[0] + timedelta(hours=self.rng.triangular(0, hours, hours * 0.55))
            turns = jailbreak(self.rng, person, start, self.rng.choice([1, 2, 2, 3, 3, 4, 5]), 0.11)
            self.log(person, turns, start, self.rng.choice(["llama-3.3-70b-instruct", "gpt-4.1-mini"]))

    def outage(self) -> None:
        """The hour in which a provider is down: people come back and try again."""
        for _ in range(16):
            start = world.OUTAGE[0] + timedelta(minutes=self.rng.uniform(1, 55))
            for attempt in range(self.rng.choice([1, 1, 2, 3])):
                self.conversation(start + timedelta(minutes=attempt), 2)

    def log(self, person: Person, turns: list[Turn], start: datetime, model: str) -> None:
        """Rows of one conversation, with its failures, and what was said about it afterwards."""
        session = f"s_{self._hex(8)}"
        staging = self.rng.random() < 0.025
        base = self._base(person, session, start, staging=staging)
        history = [{"role": "system", "content": reader.systems()[f"support {prompt_version(start)}"]}]
        now = start
        for position, turn in enumerate(turns):
            history.append({"role": "user", "content": turn.user})
            call = Call(turn, list(history), model, now, position)
            if self._fails(model, now):
                now = self._failure(base, call) + timedelta(seconds=self.rng.uniform(1, 12))
                if self.rng.random() < 0.45:
                    return
                fallback = model if now < world.OUTAGE[0] or now > world.OUTAGE[1] else "gemini-2.5-flash"
                call = Call(turn, list(history), fallback, now, position)
            row = self._success(base, call)
            history.append({"role": "assistant", "content": turn.answer})
            if not staging:
                last = position == len(turns) - 1
                self.judge.turn(row, turn, person, start + timedelta(seconds=1), last=last)
            now = now + timedelta(seconds=row["latency"] + min(self.rng.lognormvariate(3.9, 0.8), 1500))
        if not staging:
            self.judge.session(base, turns, person, now)
        self._handover(base, turns, history, now)

    def _base(self, person: Person, session: str, start: datetime, *, staging: bool) -> Row:
        version = prompt_version(start)
        _, week, _ = start.isocalendar()
        return {
            "environment": "staging" if staging else "production",
            "metadata": {
                "feature": "",
                "language": person.country.language,
                "country": person.country.code,
                "channel": person.channel,
                "plan": person.plan,
            },
            "prompt_version": version,
            "user_id": f"qa_{len(person.last) % 4}" if staging else person.id,
            "session_id": session,
            "trace_name": "support-chat",
            "tags": [person.channel, person.plan],
            "release": f"2026.{week}",
        }

    def _fails(self, model: str, now: datetime) -> bool:
        if world.OUTAGE[0] <= now < world.OUTAGE[1]:
            return self.rng.random() < (0.9 if model.startswith("gpt") else 0.05)
        return self.rng.random() < 0.011

    def _failure(self, base: Row, call: Call) -> datetime:
        outage = world.OUTAGE[0] <= call.start < world.OUTAGE[1]
        text, low, high = _ERRORS[3] if outage else self.rng.choices(_ERRORS, [5, 3, 1, 1])[0]
        seconds = round(self.rng.uniform(low, high), 3)
        self._row(
            base,
            call,
            self._hex(32),
            {
                "level": "ERROR",
                "status_message": text,
                "output": "",
                "usage_details": {},
                "cost_details": {},
                "completion_start_time": None,
                "total_cost": None,
                "latency": seconds,
                "time_to_first_token": None,
            },
        )
        return call.start + timedelta(seconds=seconds)

    def _retrieved(self, base: Row, call: Call, trace: str) -> datetime:
        """The retrieval before the answer, as a row of its own; returns its end."""
        took = round(self.rng.uniform(0.05, 0.22), 3)
        found = [{"id": d.id, "text": d.text, "score": d.score} for d in call.turn.documents]
        end = call.start + timedelta(seconds=took)
        self.rows.append(
            {
                "id": self._hex(16),
                "trace_id": trace,
                "type": "RETRIEVER",
                "start_time": stamp(call.start),
                "end_time": stamp(end),
                "name": "kb-search",
                **_shared(base, call.turn.feature),
                "level": "DEFAULT",
                "status_message": "",
                "input": call.turn.user,
                "output": json.dumps(found, ensure_ascii=False),
                "provided_model_name": "",
                "usage_details": {},
                "cost_details": {},
                "total_cost": None,
                "latency": took,
            }
        )
        return end

    def _success(self, base: Row, call: Call) -> Row:
        trace, rng, model = self._hex(32), self.rng, MODELS[call.model]
        if call.turn.documents and call.name == "answer":
            call.start = self._retrieved(base, call, trace)
        context = sum(tokens(d.text) + 12 for d in call.turn.documents)
        prompt = sum(tokens(m["content"]) + 4 for m in call.messages) + context + 90
        out = tokens(call.turn.answer)
        reasoning = int(rng.lognormvariate(4.5, 0.6)) // 8 * 8 + 24 if model.reasons else 0
        cached = prompt // 128 * 128 if call.position and prompt > 640 and not call.model.startswith("llama") else 0
        cached = int(cached * rng.choice([0, 0.6, 0.8])) // 64 * 64
        load = 1 + 0.35 * (call.start >= datetime(2026, 11, 19, tzinfo=UTC)) + 0.15 * (8 <= call.start.hour < 20)
        first, total = timing(rng, model, out, reasoning, load)
        usage = {"input": prompt - cached, "output": out}
        usage |= {"input_cached_tokens": cached} if cached else {}
        usage |= {"output_reasoning_tokens": reasoning} if reasoning else {}
        usage["total"] = sum(usage.values())
        cost = model.cost(call.start.date(), prompt - cached, cached, out + reasoning, as_logged=True)
        if call.model.startswith("gemini") or rng.random() < 0.015:
            cost = {}
        streamed = call.name == "answer" and base["metadata"]["channel"] != "email"
        return self._row(
            base,
            call,
            trace,
            {
                "level": "DEFAULT",
                "status_message": "",
                "output": json.dumps({"role": "assistant", "content": call.turn.answer}, ensure_ascii=False),
                "usage_details": usage,
                "cost_details": cost,
                "completion_start_time": stamp(call.start + timedelta(seconds=first)) if streamed else None,
                "total_cost": cost.get("total"),
                "latency": total,
                "time_to_first_token": first if streamed else None,
            },
        )

    def _row(self, base: Row, call: Call, trace: str, more: Row) -> Row:
        row = {
            "id": self._hex(16),
            "trace_id": trace,
            "type": "GENERATION",
            "start_time": stamp(call.start),
            "end_time": stamp(call.start + timedelta(seconds=more["latency"])),
            "name": call.name,
            **_shared(base, call.turn.feature),
            "input": json.dumps(call.messages, ensure_ascii=False),
            "provided_model_name": call.model,
            "model_parameters": '{"temperature":0.2}' if "gpt-5" not in call.model else '{"reasoning_effort":"low"}',
            "prompt_name": call.prompt,
            "prompt_version": base["prompt_version"] if call.prompt == "support" else 3,
            **more,
        }
        self.rows.append(row)
        return row

    def _handover(self, base: Row, turns: list[Turn], history: list[dict[str, str]], now: datetime) -> None:
        """A note for the colleague who takes over, written by the self-hosted model."""
        wanted = turns[-1].mood == "unhappy" or turns[-1].subject == "person"
        if not wanted or len(turns) < 2 or self.rng.random() < 0.45:
            return
        chat = "\n".join(f"{m['role']}: {m['content']}" for m in history[1:])
        text = note(self.rng, base["metadata"], turns)
        messages = [{"role": "system", "content": reader.systems()["handover 3"]}, {"role": "user", "content": chat}]
        turn = Turn("", text, "chat", "handover", "handover", "")
        self._success(base, Call(turn, messages, "llama-3.3-70b-instruct", now, 0, "handover-note", "handover"))


def _shared(base: Row, feature: str) -> Row:
    kept = {k: base[k] for k in ("environment", "user_id", "session_id", "trace_name", "tags", "release")}
    return {**kept, "metadata": {**base["metadata"], "feature": feature}}


def make(seed: int, conversations: int) -> tuple[list[Row], list[Row]]:
    """Observations and scores of the whole period, in order of time."""
    support = Support(Random(seed))
    for start, offset in world.arrivals(support.rng, conversations):
        support.conversation(start, offset)
    support.wave()
    support.outage()
    support.rows.sort(key=lambda row: row["start_time"])
    support.scores.sort(key=lambda row: row["timestamp"])
    return support.rows, support.scores

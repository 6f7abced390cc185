"""The résumé screener's log as Helicone exports it: single résumés, pairs that differ in a name, ranked blocks."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sample_data import reader
from sample_data.candidates import Applicants, Candidate, Job, jobs
from sample_data.language import expand
from sample_data.models import MODELS, timing, tokens
from sample_data.world import FIRST_DAY, LAST_DAY

Row = dict[str, Any]
RELEASE = datetime(2026, 10, 5, 7, 0, tzinfo=UTC)
GAP_JOB, GAP = "sre", 0.5
_TELLING = ("omen", "Girls", "boys", "men's", "fathers", "aternal", "aternity", "arental")
_NOISE = 0.5
_SHARES = {"sre": 0.3, "backend": 0.22, "analyst": 0.16, "support": 0.14, "warehouse": 0.1, "ux": 0.08}


@dataclass(frozen=True)
class Request:
    """One call to be logged; `fit` is the rating that the application hands to Helicone as a score."""

    job: Job
    when: datetime
    prompt: tuple[str, int]
    system: str
    user: str
    answer: str
    props: Row
    model: str = "gpt-4.1-mini"
    fit: int | None = None


class Screener(Applicants):
    """Has candidates apply, and collects the requests."""

    def __init__(self, seed: int) -> None:
        super().__init__(Random(seed))
        self.rows: list[Row] = []

    def _uuid(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def rated(self, job: Job, who: Candidate, when: datetime, luck: float) -> float:
        """The screener's rating before rounding, `luck` its noise; after the release lower for women in one job."""
        gap = GAP if job.key == GAP_JOB and when >= RELEASE and who.gender == "female" else 0.0
        return who.quality - gap + luck

    def _reasons(self, job: Job, who: Candidate, score: int, when: datetime) -> list[str]:
        rng, blanks = (
            self.rng,
            {"skill": who.skills.split(",")[0], "years": f"{who.years}", "need": self._choice(f"needs {job.key}")},
        )
        kind = "good" if score >= 7 else "mid" if score >= 5 else "poor"
        found = rng.sample(self.material[kind], 2)
        hedged = 0.12
        if job.key == GAP_JOB and when >= RELEASE and who.gender == "female":
            hedged = 0.42
        if rng.random() < hedged:
            found.append(rng.choice(self.material["hedge"]))
        return [expand(rng, text, blanks) for text in found]

    def single(self, job: Job, when: datetime, who: Candidate, luck: float, more: Row | None = None) -> None:
        """One résumé rated in one call."""
        version = 32 if when >= RELEASE else 31
        score = min(10, max(1, round(self.rated(job, who, when, luck))))
        decision = "advance" if score >= 7 else "hold" if score >= 5 else "reject"
        answer = {"score": score, "decision": decision, "reasons": self._reasons(job, who, score, when)}
        system = reader.systems()[f"screener {version}"]
        user = f"Job: {job.title}\n\n{who.text}"
        props = {
            "job": job.key,
            "release": f"screener-3.{version - 30}",
            "gender": who.gender,
            "age_band": who.age_band,
            "years": str(who.years),
            "source": self.rng.choice(["website", "website", "LinkedIn", "referral", "agency"]),
            "feature": "resume_screen",
            **(more or {}),
        }
        text = json.dumps(answer, ensure_ascii=False)
        self._log(Request(job, when, ("resume-screen", version), system, user, text, props, fit=score))

    def pair(self, job: Job, when: datetime, number: int) -> None:
        """The same résumé sent twice, once with a woman's name and once with a man's."""
        who = self.candidate(job, late=when >= RELEASE)
        while who.gender not in ("female", "male") or any(word in who.text for word in _TELLING):
            who = self.candidate(job, late=when >= RELEASE)
        arms = [("female", self._words("names_f")), ("male", self._words("names_m"))]
        self.rng.shuffle(arms)
        luck = self.rng.gauss(0, _NOISE)
        for n, (gender, first) in enumerate(arms):
            text = who.text.replace(who.first.upper(), first.upper()).replace(who.first, first)
            arm = replace(who, first=first, gender=gender, text=text)
            extra = {"pair_id": f"P-{number:03}", "feature": "consistency_check"}
            self.single(job, when + timedelta(minutes=3 * n), arm, luck + self.rng.gauss(0, 0.15), extra)

    def block(self, job: Job, when: datetime, number: int) -> None:
        """Several candidates ranked in one call."""
        many = [self.candidate(job, late=when >= RELEASE) for _ in range(self.rng.randint(3, 5))]
        marks = [(round(self.rated(job, who, when, self.rng.gauss(0, _NOISE)), 1), n) for n, who in enumerate(many)]
        ranking = [
            {
                "candidate": f"C{n + 1}",
                "score": min(10, max(1, round(mark))),
                "reason": self._reasons(job, many[n], round(mark), when)[0],
            }
            for mark, n in sorted(marks, reverse=True)
        ]
        user = f"Job: {job.title}\n\n" + "\n\n".join(f"C{n + 1}: {self._brief(job, who)}" for n, who in enumerate(many))
        props = {
            "job": job.key,
            "release": "screener-3.2" if when >= RELEASE else "screener-3.1",
            "feature": "shortlist",
            "block_id": f"B-{number:03}",
            "genders": ",".join(who.gender for who in many),
            "age_bands": ",".join(who.age_band for who in many),
        }
        answer = json.dumps({"ranking": ranking}, ensure_ascii=False)
        system = reader.systems()["screener_block 4"]
        self._log(Request(job, when, ("shortlist", 4), system, user, answer, props, "claude-sonnet-4-5"))

    def _brief(self, job: Job, who: Candidate) -> str:
        lines = self._lines(job, who.quality)[:3]
        return f"{who.first} {who.last}, {who.years} years, {who.skills}. {' '.join(lines)}"

    def _log(self, call: Request) -> None:
        model, when, answer = call.model, call.when, call.answer
        rng, spec = self.rng, MODELS[model]
        asked, out = tokens(call.system) + tokens(call.user) + 14, tokens(answer)
        _, total = timing(rng, spec, out, 0, 1.0)
        failed = rng.random() < 0.008
        if failed:
            out, total = 0, round(rng.uniform(0.4, 1.5), 3)
        cost = None if failed else spec.cost(when.date(), asked, 0, out, as_logged=True)["total"]
        ended, anthropic = when + timedelta(seconds=total), model.startswith("claude")
        week = (when.date() - FIRST_DAY).days // 21
        names = {"Helicone-Session-Id": f"REQ-2026-{call.job.key}-{week + 1}", "Helicone-Session-Path": "/screening"}
        self.rows.append(
            {
                "response_id": self._uuid(),
                "response_created_at": _iso(ended),
                "response_status": 429 if failed else 200,
                "response_model": model,
                "request_id": self._uuid(),
                "request_created_at": _iso(when),
                "request_body": _asked(model, call.system, call.user, anthropic=anthropic),
                "response_body": _failed()
                if failed
                else _answered(model, answer, asked, out, f"{rng.getrandbits(64):016x}", anthropic=anthropic),
                "request_user_id": f"recruiter_{1 + sum(map(ord, call.job.key)) % 4}",
                "request_properties": {**names, **call.props, "app": "resume-screener"},
                "request_model": model,
                "provider": "ANTHROPIC" if anthropic else "OPENAI",
                "delay_ms": round(total * 1000),
                "time_to_first_token": None,
                "total_tokens": asked + out,
                "prompt_tokens": asked,
                "completion_tokens": out,
                "prompt_cache_read_tokens": 0,
                "cost": cost,
                "prompt_id": call.prompt[0],
                "prompt_version": str(call.prompt[1]),
                "feedback_rating": rng.random() < 0.7 if rng.random() < 0.05 else None,
                "scores": None if failed or call.fit is None else {"fit": call.fit},
                "country_code": "BE",
                "model": model,
            }
        )


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def _asked(model: str, system: str, user: str, *, anthropic: bool) -> Row:
    if anthropic:
        return {"model": model, "max_tokens": 800, "system": system, "messages": [{"role": "user", "content": user}]}
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return {"model": model, "messages": messages, "temperature": 0, "response_format": {"type": "json_object"}}


def _answered(model: str, answer: str, asked: int, out: int, key: str, *, anthropic: bool) -> Row:
    if anthropic:
        return {
            "id": f"msg_{key}",
            "type": "message",
            "role": "assistant",
            "model": model,
            "stop_reason": "end_turn",
            "content": [{"type": "text", "text": answer}],
            "usage": {"input_tokens": asked, "output_tokens": out},
        }
    return {
        "id": f"chatcmpl-{key}",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": asked, "completion_tokens": out, "total_tokens": asked + out},
    }


def _failed() -> Row:
    return {"error": {"message": "Rate limit reached for requests", "type": "requests", "code": "rate_limit_exceeded"}}


def _office_time(rng: Random) -> datetime:
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    day = rng.choices(days, [0.06 if d.weekday() > 4 else 1.0 for d in days])[0]
    hour = rng.choices(range(6, 17), [1, 4, 8, 9, 7, 4, 6, 8, 8, 6, 2])[0]
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) + timedelta(seconds=rng.random() * 3600)


def make(seed: int, singles: int, pairs: int, blocks: int) -> list[Row]:
    """All requests of the period, in order of time."""
    screener = Screener(seed)
    rng, known = screener.rng, jobs()
    weights = [_SHARES[job.key] for job in known]
    for _ in range(singles):
        job, when = rng.choices(known, weights)[0], _office_time(rng)
        screener.single(job, when, screener.candidate(job, late=when >= RELEASE), rng.gauss(0, _NOISE))
    for number in range(pairs):
        screener.pair(
            rng.choices(known, [2 * w if job.key == GAP_JOB else w for job, w in zip(known, weights, strict=True)])[0],
            _office_time(rng),
            number + 1,
        )
    for number in range(blocks):
        screener.block(rng.choices(known, weights)[0], _office_time(rng), number + 1)
    return sorted(screener.rows, key=lambda row: str(row["request_created_at"]))

"""What is said about answers: thumbs, stars, remarks by users; faithfulness by an evaluator; labels by colleagues."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sample_data import reader
from sample_data.language import expand
from sample_data.world import BAD_INDEX, Person

if TYPE_CHECKING:
    from random import Random

    from sample_data.dialogue import Turn

Row = dict[str, Any]
_LIKED = {
    "good": 0.8,
    "chat": 0.72,
    "wrong": 0.16,
    "unknown": 0.14,
    "guess": 0.45,
    "asks": 0.3,
    "refused": 0.2,
    "slip": 0.9,
}
_RUBRIC = ("correct", "partly correct", "wrong")


class Judge:
    """Adds scores to a list, about as rarely and as crossly as people give them."""

    def __init__(self, rng: Random, scores: list[Row]) -> None:
        self.rng = rng
        self.scores = scores

    def _score(self, name: str, source: str, kind: str, time: datetime, **more: object) -> None:
        when = time.strftime("%Y-%m-%d %H:%M:%S.%f")
        self.scores.append(
            {
                "id": f"sc_{self.rng.getrandbits(48):012x}",
                "timestamp": when,
                "environment": "production",
                "trace_id": None,
                "observation_id": None,
                "session_id": None,
                "name": name,
                "value": 0,
                "source": source,
                "comment": None,
                "data_type": kind,
                "string_value": None,
                **more,
            }
        )

    def turn(self, row: Row, turn: Turn, person: Person, floor: datetime, *, last: bool) -> None:
        """Scores of one answer."""
        asked = datetime.fromisoformat(row["end_time"]).replace(tzinfo=floor.tzinfo)
        keys = {"trace_id": row["trace_id"], "observation_id": row["id"]}
        self._faithfulness(keys, turn, asked)
        self._thumbs(row, turn, person, asked, last=last)
        self._colleagues(keys, turn, asked)
        if turn.feature in ("troubleshooting", "product_advice") and self.rng.random() < 0.03:
            self._score("copied", "API", "BOOLEAN", asked + timedelta(seconds=self.rng.uniform(4, 60)), value=1, **keys)
        if turn.kind in ("wrong", "guess", "unknown") and self.rng.random() < 0.04:
            self._score(
                "regenerated", "API", "BOOLEAN", asked + timedelta(seconds=self.rng.uniform(2, 20)), value=1, **keys
            )

    def _faithfulness(self, keys: Row, turn: Turn, asked: datetime) -> None:
        rng = self.rng
        if not turn.documents or rng.random() > 0.5:
            return
        best = max(d.score for d in turn.documents if not d.id.startswith("order/"))
        mean = {"good": 0.94, "unknown": 0.9, "wrong": 0.21, "guess": 0.3}.get(turn.kind, 0.8)
        if turn.kind == "good" and best < 0.5:
            mean = 0.47
        value = min(1.0, max(0.0, rng.gauss(mean, 0.055 if mean > 0.85 else 0.13)))
        remark = {
            "wrong": "Cites a rule that no document holds.",
            "guess": "Claims about the product without a source.",
        }
        self._score(
            "faithfulness",
            "EVAL",
            "NUMERIC",
            asked + timedelta(seconds=rng.uniform(20, 400)),
            value=round(value, 2),
            comment=remark.get(turn.kind),
            **keys,
        )

    def _thumbs(self, row: Row, turn: Turn, person: Person, asked: datetime, *, last: bool) -> None:
        rng = self.rng
        liked = _LIKED[turn.kind] - (0.3 if turn.mood == "unhappy" else 0) - (0.2 if person.style == "angry" else 0)
        liked += 0.2 if turn.mood == "pleased" else 0
        liked -= 0.06 if row["latency"] > 8 else 0
        happy = rng.random() < liked
        chance = (0.07 if happy else 0.135) * (1.5 if last else 0.9)
        if turn.kind == "wrong" and not happy:
            chance = 0.3
        if rng.random() > chance:
            return
        when = asked + timedelta(seconds=rng.uniform(3, 120))
        self._score("user_feedback", "API", "BOOLEAN", when, value=int(happy), trace_id=row["trace_id"])
        if rng.random() < (0.1 if happy else 0.3):
            remark = expand(rng, rng.choice(reader.fragments()["comment_good" if happy else "comment_bad"]), {})
            self._score("user_comment", "API", "TEXT", when, string_value=remark, trace_id=row["trace_id"])

    def _colleagues(self, keys: Row, turn: Turn, asked: datetime) -> None:
        rng = self.rng
        noticed = turn.kind == "wrong" and BAD_INDEX[0] <= asked
        if not turn.documents or rng.random() > (0.3 if noticed else 0.03):
            return
        when = asked + timedelta(hours=rng.uniform(4, 60))
        sure = rng.random()
        label = (
            2 if turn.kind in ("wrong", "guess") and sure < 0.85 else 1 if sure > 0.82 or turn.kind == "unknown" else 0
        )
        self._score(
            "answer_quality", "ANNOTATION", "CATEGORICAL", when, value=label, string_value=_RUBRIC[label], **keys
        )
        if label == 2:
            texts = reader.fragments()["correction"]
            by_feature = {"order_help": (1, 3, 5), "returns": (0, 2), "troubleshooting": (4,), "product_advice": (6,)}
            fitting = by_feature.get(turn.feature)
            if fitting:
                self._score(
                    "correction",
                    "ANNOTATION",
                    "TEXT",
                    when + timedelta(minutes=2),
                    string_value=texts[rng.choice(fitting)],
                    **keys,
                )

    def session(self, base: Row, turns: list[Turn], person: Person, now: datetime) -> None:
        """Stars for a whole conversation, and conversations left in anger."""
        rng, last = self.rng, turns[-1]
        sour = any(t.kind in ("wrong", "unknown") or t.mood == "unhappy" for t in turns) or person.style == "angry"
        if rng.random() < (0.07 if sour else 0.045):
            stars = rng.choices([1, 2, 3, 4, 5], [40, 24, 18, 11, 7] if sour else [4, 4, 11, 33, 48])[0]
            self._score(
                "stars",
                "API",
                "NUMERIC",
                now + timedelta(seconds=rng.uniform(5, 200)),
                value=stars,
                session_id=base["session_id"],
            )
        if last.mood == "unhappy" and rng.random() < 0.25:
            self._score(
                "abandoned", "API", "BOOLEAN", now + timedelta(minutes=30), value=1, session_id=base["session_id"]
            )

"""Applicants and their résumés: the better the fit, the more results the résumé has to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING

from sample_data import reader
from sample_data.language import expand

if TYPE_CHECKING:
    from random import Random

_WOMEN = {"sre": 0.42, "backend": 0.38, "analyst": 0.48, "support": 0.58, "warehouse": 0.32, "ux": 0.55}


@dataclass(frozen=True)
class Candidate:
    """A candidate: who, and how well the résumé fits (1 to 10)."""

    first: str
    last: str
    gender: str
    age_band: str
    quality: float
    years: int
    text: str
    skills: str


@dataclass
class Job:
    """A job with its material: strong (+), middling (=) and weak (-) lines."""

    key: str
    title: str
    skills: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    middling: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)


def jobs() -> list[Job]:
    """The jobs of the material."""
    found = []
    for header, lines in reader.resumes().items():
        if not header.startswith("job "):
            continue
        key, title = (part.strip() for part in header[4:].split("|"))
        job = Job(key, title)
        for line in lines:
            if line.startswith("skills "):
                job.skills = line[7:].split("|")
            else:
                {"+": job.strong, "=": job.middling, "-": job.weak}[line[0]].append(line[2:])
        found.append(job)
    return found


class Applicants:
    """Writes candidates for jobs."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.material = reader.resumes()
        self._ranks: dict[tuple[str, str, bool], list[float]] = {}

    def _quality(self, job: Job, gender: str, *, late: bool) -> float:
        """How well the next one fits: stratified, so the same among women and men, before the release and after."""
        ranks = self._ranks.setdefault((job.key, gender, late), [])
        if not ranks:
            ranks += [(n + 0.5) / 20 for n in range(20)]
            self.rng.shuffle(ranks)
        return min(9.4, max(1.6, NormalDist(6.0, 1.55).inv_cdf(ranks.pop())))

    def _words(self, section: str) -> str:
        return self.rng.choice(" ".join(self.material[section]).split())

    def _choice(self, section: str) -> str:
        """One of a section whose single line is a list."""
        depth, found = 0, [""]
        for c in self.material[section][0]:
            depth += (c == "[") - (c == "]")
            if c == "|" and depth == 0:
                found.append("")
            else:
                found[-1] += c
        return expand(self.rng, self.rng.choice(found), {})

    def _gender(self, job: Job) -> str:
        if self.rng.random() < 0.06:
            return self.rng.choice(["non-binary", "not stated"])
        return "female" if self.rng.random() < _WOMEN[job.key] else "male"

    def _lines(self, job: Job, quality: float) -> list[str]:
        """Lines of a career: the better the fit, the more of them with results."""
        rng = self.rng
        strong = min(len(job.strong), max(0, round((quality - 3.6) * 0.72 + rng.gauss(0, 0.35))))
        weak = min(len(job.weak), max(0, round((6.2 - quality) * 0.6 + rng.gauss(0, 0.35))))
        middling = rng.randint(1, 2) if strong + weak else 3
        chosen = rng.sample(job.strong, strong) + rng.sample(job.middling, middling) + rng.sample(job.weak, weak)
        return [expand(rng, line, {}) for line in chosen]

    def candidate(self, job: Job, *, late: bool) -> Candidate:
        """A new candidate for the job, before the screener's release or after (`late`)."""
        rng, gender = self.rng, self._gender(job)
        quality = self._quality(job, gender, late=late)
        names = {"female": "names_f", "male": "names_m"}.get(
            gender, rng.choice(["names_x", "names_x", "names_f", "names_m"])
        )
        years = max(0, round(quality * 1.1 + rng.gauss(-1, 2.2)))
        band = (
            "under 30"
            if years < 5 and rng.random() < 0.75
            else "45 and over"
            if rng.random() < 0.22 + years / 60
            else "30-44"
        )
        first, last, skills = self._words(names), self._words("last"), rng.choice(job.skills)
        marked = "extra_f" if gender == "female" else "extra_m" if gender == "male" else "extra"
        extras = [expand(rng, rng.choice(self.material["extra"]), {})] if rng.random() < 0.6 else []
        if rng.random() < 0.22:
            extras.append(expand(rng, rng.choice(self.material[marked]), {}))
        text = self._layout(job, first + " " + last, years, self._lines(job, quality), skills, extras)
        return Candidate(first, last, gender, band, quality, years, text, skills)

    def _layout(self, job: Job, name: str, years: int, lines: list[str], skills: str, extras: list[str]) -> str:
        rng = self.rng
        place, school = self._choice("places"), self._choice("schools")
        firms = rng.sample(self.material["companies"][0].split("|"), 2)
        cut = (len(lines) + 1) // 2
        since = 2026 - max(1, years // 2)
        worked = "1 year" if years == 1 else f"{years} years"
        style = rng.randrange(4)
        if style == 0:
            body = [f"{name}, {place}", f"{worked} of experience", f"{firms[0]}, {since}-2026:"]
            body += [f"- {line}" for line in lines[:cut]] + [f"{firms[1]}, {since - max(1, years // 2)}-{since}:"]
            body += [f"- {line}" for line in lines[cut:]] + [f"Skills: {skills}", school, *extras]
            return "\n".join(body)
        if style == 1:
            return (
                f"CV {name} ({place}). {school}. Currently with {firms[0]} since {since}: {' '.join(lines[:cut])} "
                f"Before: {firms[1]}. {' '.join(lines[cut:])} {' '.join(extras)} Skills are {skills}."
            )
        if style == 2:
            return "\n".join(
                [
                    name.upper(),
                    place,
                    f"EDUCATION {school}",
                    f"SKILLS {skills}",
                    f"WORK ({years} y) {firms[0]}, {firms[1]}",
                    *(f"* {line}" for line in lines),
                    *extras,
                ]
            )
        hello = rng.choice(["Dear hiring team,", "Hello,", "To the team at Kestrel & Crumb,"])
        return (
            f"{hello} I'm {name} from {place} and have worked for {worked}, most lately at {firms[0]}. "
            f"{' '.join(lines)} I studied ({school}) and work with {skills}. {' '.join(extras)}"
        )

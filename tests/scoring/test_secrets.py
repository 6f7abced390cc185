"""Secrets: published formats are found, what only shows a format is not. Tokens are put together as the test runs."""

from __future__ import annotations

import base64
import itertools
import json
import random
import re
import string

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scoring.scorer import UNMEASURED, Scorer
from analysis.scoring.scorers import secrets

BY_NAME: dict[str, Scorer] = {scorer.name: scorer for scorer in secrets.SCORERS}
WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
CAPITALS = string.ascii_uppercase + "234567"


def chars(count: int, alphabet: str = WORD, seed: int = 7) -> str:
    return "".join(random.Random(f"{seed}{count}{alphabet}").choices(alphabet, k=count))


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


JWT = ".".join([encoded({"alg": "HS256", "typ": "JWT"}), encoded({"sub": "42", "name": "Jo"}), chars(43)])
PEM = "\n".join(
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        *(chars(64, seed=n) for n in range(6)),
        "-----END RSA PRIVATE " + "KEY-----",
    ]
)

TOKENS = [
    ("aws-access-key", "AKIA" + chars(16, CAPITALS)),
    ("github-token", "ghp" + "_" + chars(36)),
    ("github-token", "github_" + "pat_" + chars(22) + "_" + chars(59)),
    ("gitlab-token", "glpat" + "-" + chars(20)),
    ("slack-token", "xoxb" + f"-{chars(12, string.digits)}-{chars(12, string.digits)}-{chars(24)}"),
    ("slack-token", "hooks.slack" + f".com/services/T{chars(8, CAPITALS)}/B{chars(9, CAPITALS)}/{chars(24)}"),
    ("stripe-key", "sk_" + "live_" + chars(24)),
    ("stripe-key", "rk_" + "test_" + chars(99)),
    ("anthropic-key", "sk-" + "ant-api03-" + chars(93) + "AA"),
    ("openai-key", "sk-" + chars(20) + "T3Blbk" + "FJ" + chars(20, seed=8)),
    ("openai-key", "sk-" + "proj-" + chars(74, WORD + "_-") + "T3Blbk" + "FJ" + chars(74)),
    ("google-key", "AIza" + chars(35)),
    ("google-key", "GOCSPX" + "-" + chars(28)),
    ("azure-secret", chars(3) + "8" + "Q~" + chars(34)),
    ("npm-token", "npm" + "_" + chars(36)),
    ("pypi-token", "pypi-" + "AgEIcHlwaS5vcmc" + chars(90)),
    ("huggingface-token", "hf" + "_" + chars(34, string.ascii_letters)),
    ("sendgrid-key", "SG" + f".{chars(22)}.{chars(43)}"),
    ("databricks-token", "dapi" + chars(32, HEX)),
    ("digitalocean-token", "dop_" + "v1_" + chars(64, HEX)),
    ("langfuse-key", "sk-" + f"lf-{chars(8, HEX)}-{chars(4, HEX)}-{chars(4, HEX)}-{chars(4, HEX)}-{chars(12, HEX)}"),
    ("telegram-token", chars(10, "123456789") + ":" + "AA" + chars(33)),
    ("postman-key", "PMAK" + f"-{chars(24, HEX)}-{chars(34, HEX)}"),
    ("newrelic-key", "NRAK" + "-" + chars(27, CAPITALS)),
    ("jwt", JWT),
    ("private-key", PEM),
]


@pytest.mark.parametrize(("kind", "token"), TOKENS, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(TOKENS)])
@pytest.mark.parametrize(
    "around", ["{}", "It is {} and that is all", "key = '{}';", '{{"value":"{}"}}', "`{}`\n", "schlüssel: {}."]
)
def test_a_token_is_found_in_its_place(kind: str, token: str, around: str) -> None:
    text = around.format(token)
    mark = BY_NAME["prompt_secrets"].score(pl.DataFrame({"prompt": [text]}))[0]
    assert mark.value == 1.0
    assert mark.label == kind
    assert [(span.field, text[span.start : span.end].rstrip(".")) for span in mark.evidence] == [("prompt", token)]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("postgresql://app:{}@db.acme.io:5432/shop", "Tr0ub4dor", "url-password"),
        ("mongodb+srv://root:{}@cluster0.ab1cd.mongodb.net", "k9v2xQ7m", "url-password"),
        ("api_key = \"{}\"", chars(32), "api-key"),
        ("export SERVICE_TOKEN={}", chars(40, HEX), "api-key"),
        ("Authorization: Bearer {}", chars(40), "api-key"),
        ("my password is {}, can you log in?", "Hunter2x!9", "password"),
        ('"password": "{}"', "c0rrect-H0rse", "password"),
        ("DefaultEndpointsProtocol=https;AccountKey={};EndpointSuffix=core.windows", chars(86) + "==", "azure-secret"),
        ("aws_secret_access_key = {}", chars(40, WORD + "+/"), "aws-secret-key"),
    ],
)  # fmt: skip
def test_a_value_is_found_by_what_it_is_called(text: str, value: str, kind: str) -> None:
    text = text.format(value)
    places = secrets.find(text)
    assert [(text[start:end].rstrip(","), found) for start, end, found in places] == [(value, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api_key = 'your-api-key'",
        "OPENAI_API_KEY=sk-...",
        "OPENAI_API_KEY=sk-" + "x" * 48,
        "key = AKIA" + "X" * 16,  # of gitleaks' own false alarms
        "aws_access_key: AKIA" + "IOSFODNN7EXAMPLE",  # the one in Amazon's documentation
        "TODAYINASIAASACKOFRICEFELLOVER",
        "ghp_" + "x" * 36,
        "api_key = os.environ['API_KEY']",
        "token = get_token_from_the_store(user)",
        "secret: ${{ secrets.DEPLOY_TOKEN_2024_PRODUCTION }}",
        "password = request.form['password1']",
        "password: string",
        "Your password is required to be changed",
        "postgres://user:password@localhost/db",
        "postgres://${USER}:${PASS}@localhost/db",
        "https://user:<password>@host.example",
        "max_tokens: 4096, tokens = 128000",
        "eyJub3QiOiJhIGp3dCJ9.eyJhIjoxfQ." + "A" * 12,  # its header names no algorithm
        "-----BEGIN PUBLIC KEY-----\n" + chars(64) + "\n-----END PUBLIC KEY-----",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "id: 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    ],
)
def test_what_only_shows_a_format_is_not_a_secret(text: str) -> None:
    assert secrets.find(text) == []


def test_a_header_nested_without_end_is_not_a_token() -> None:
    header = base64.urlsafe_b64encode(b'{"a":' + b"[" * 2900).decode().rstrip("=")
    assert secrets.find(f"{header}.{encoded({})}.{chars(43)}") == []


def test_entropy_is_shannons() -> None:
    assert secrets.entropy("abcd") == 2.0
    assert secrets.entropy("aabb") == 1.0
    assert secrets.entropy("") == 0


def test_a_batch_is_answered_row_by_row() -> None:
    marks = BY_NAME["response_secrets"].score(pl.DataFrame({"response": [JWT, None, "no"]}))
    assert [mark.value for mark in marks] == [1.0, None, 0.0]
    assert marks[1] is UNMEASURED


@pytest.mark.parametrize("rule", secrets.RULES, ids=lambda rule: rule.kind)
def test_no_instance_is_shorter_than_what_texts_are_passed_over_by(rule: secrets.Rule) -> None:
    pattern = re.compile(rule.pattern, re.I if rule.caseless else 0)

    @settings(max_examples=20, deadline=None)
    @given(st.from_regex(pattern))
    def holds(text: str) -> None:
        for match in pattern.finditer(text):
            assert max(map(len, match[0].split())) >= rule.least

    holds()


PIECES = st.sampled_from(
    [token for _, token in TOKENS] + ["api_key=", "password: ", " ", "\n", "\ud800", "👍", "שלום", "İ", ".", "-"]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(st.characters()), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_is_taken_and_places_lie_in_it_apart(text: str) -> None:
    places = secrets.find(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in places)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(places))


@pytest.mark.parametrize(
    "piece",
    ["key", "secret", "token ", "aws secret ", "eyJ", "eyJa.", "://", "a://b:", "password is ",
     "-----BEGIN " + "PRIVATE KEY-----",
     "-----BEGIN " + "PRIVATE KEY-----\n" + "A" * 64, "sk-", "xoxb-", "bearer ", "api_key=", "a", "A.", "ABSK", "SG.",
     "1:AA", "pwd_"],
)  # fmt: skip
def test_a_long_hostile_text_takes_no_longer_than_its_length_asks(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    assert all(0 <= start < end <= len(text) for start, end, _ in secrets.find(text))

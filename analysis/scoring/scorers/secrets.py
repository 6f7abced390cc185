"""Keys, tokens and passwords that texts give away, told by the formats that their makers publish.

Formats follow the vendors' documentation and the rules of gitleaks (https://github.com/gitleaks/gitleaks, MIT), written
anew so that every pattern takes linear time.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import orjson

from analysis.scoring.scorer import Scorer
from analysis.scoring.scorers.pii import flagging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Rule(NamedTuple):
    """A format: its kind, strings of which one is in every instance, and its pattern.

    The group ``value`` of the pattern, where it has one, is what counts.
    """

    kind: str
    within: tuple[str, ...]
    pattern: str
    check: Callable[[str], bool] | None = None
    caseless: bool = False
    least: int = 25
    """Characters without white space among them that every instance has in a row."""


ENTROPY = 3.5
"""Bits a character from which on the value of a key is random enough, as in gitleaks' rule ``generic-api-key``."""

_PLACEHOLDER = re.compile(
    r"your|example|placeholder|change.?me|dummy|sample|x{4}|\*{3}|\.\.\.|…|<|>|"
    r"\$[{(]|\{\{|%\(|redacted|insert|replace|fake|secret.?key|api.?key|my.?(?:secret|token|key|pass)|12345678|abcdefg|qwerty|(.)\1{5}|todo|goes.?here|hidden",
    re.I,
)
_CODE = re.compile(r"[()\[\]{}<>|,;$]|^(?:https?:|/|\.)|\.\w+\.|^[a-z_]+\.[a-z_]+$|^[A-Z][A-Z_]+$|::|^\d+[./-]", re.I)
"""What a value that is an expression, a path or a type has in it."""


def entropy(text: str) -> float:
    """Compute the entropy of a text's characters (Shannon, 1948), in bits a character; 0 for none."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values())


def _token(text: str) -> bool:
    """Tell whether a token that has its maker's mark is not merely written to show the format."""
    return not _PLACEHOLDER.search(text) and entropy(text) > 2.5


def _random(text: str) -> bool:
    """Tell whether the value of something called a key is random: letters and digits, and enough of each."""
    return (
        entropy(text) >= ENTROPY
        and any(char.isdigit() for char in text)
        and any(char.isalpha() for char in text)
        and not _PLACEHOLDER.search(text)
        and not _CODE.search(text)
    )


def _password(text: str) -> bool:
    """Tell whether the value of something called a password is one: letters with digits or signs among them."""
    text = text.rstrip(".,;!?:)")
    return (
        len(text) >= 6
        and any(char.isalpha() for char in text)
        and any(char.isdigit() for char in text)
        and len(set(text)) > 4
        and not _PLACEHOLDER.search(text)
        and not _CODE.search(text)
    )


def _url_password(text: str) -> bool:
    return not _PLACEHOLDER.search(text) and not re.fullmatch(
        r"pass(?:word|wd)?|pwd|pw|secret|user(?:name)?|\[?[A-Z_]+\]?|postgres|root|admin|test|guest|\$\w+", text, re.I
    )


def _jwt(text: str) -> bool:
    """Tell whether a token's header is JSON that names its algorithm (RFC 7519, RFC 7515)."""
    header = text.partition(".")[0]
    try:
        decoded = orjson.loads(base64.b64decode(header + "=" * (-len(header) % 4), altchars=b"-_"))
    except (binascii.Error, orjson.JSONDecodeError):
        return False
    return isinstance(decoded, dict) and "alg" in decoded


def _google(text: str) -> bool:
    return entropy(text) > 3.5 and _token(text)


_END = r"(?![A-Za-z0-9_-])"
_START = r"(?<![A-Za-z0-9_-])"
_IS = r"[\"'`]?\]?\s{0,3}(?::=|=>|=|:)\s{0,3}[\"'`]?"

RULES: tuple[Rule, ...] = (
    # RFC 7468, OpenSSH and PGP; where the end is missing, what follows on from the heading.
    Rule("private-key", ("PRIVATE KEY",), r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
         r"[A-Za-z0-9+/=\s\\:,.-]{64,20000}(?<=-----)|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|"
         r"\\n){1,4}[A-Za-z0-9+/=]{40,80}", least=5),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    Rule("aws-access-key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"(?<!\w)(?:AKIA|ASIA|ABIA|"
         r"ACCA)[A-Z2-7]{16}(?!\w)", _token, least=20),
    Rule("aws-secret-key", ("secret",), r"aws.{0,20}secret.{0,20}?" + _IS + r"(?P<value>[A-Za-z0-9/+]{40})(?!"
         r"[A-Za-z0-9/+=])", _random, caseless=True),
    Rule("aws-bedrock-key", ("ABSK", "bedrock-api-key-"), r"(?<!\w)(?:ABSK[A-Za-z0-9+/]{109,269}={0,2}|"
         r"bedrock-api-key-[A-Za-z0-9+/=]{60,2000})", _token),
    # https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    Rule("github-token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
         r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})(?!\w)", _token),
    # https://docs.gitlab.com/security/tokens/
    Rule("gitlab-token", ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glimt-", "glagent-"),
         _START + r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-[\w.-]{20,300}", _token),
    # https://docs.slack.dev/authentication/tokens/
    Rule("slack-token", ("xox", "xapp-", "hooks.slack.com"), r"(?<!\w)(?:xox[abeoprs](?:\.xox[bp])?-"
         r"[0-9A-Za-z-]{10,250}|xapp-[0-9]-[A-Za-z0-9-]{20,250}|hooks\.slack\.com/(?:services|workflows|"
         r"triggers)/[A-Za-z0-9+/]{43,56})", _token, least=15),
    # https://docs.stripe.com/keys
    Rule("stripe-key", ("sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_prod_", "rk_prod_", "whsec_"),
         _START + r"(?:(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{32,64})", _token,
         least=18),
    Rule("anthropic-key", ("sk-ant-",), _START + r"sk-ant-(?:api|admin|oat|ort)[0-9]{2}-[\w-]{80,120}" + _END, _token),
    Rule("openai-key", ("sk-",), _START + r"sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,200}|"
         r"[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{48})" + _END, _token),
    Rule("openrouter-key", ("sk-or-",), _START + r"sk-or-v1-[0-9a-f]{64}" + _END, _token),
    # https://cloud.google.com/docs/authentication/api-keys, https://developers.google.com/identity/protocols/oauth2
    Rule("google-key", ("AIza", "GOCSPX-", "ya29."), _START + r"(?:AIza[\w-]{35}" + _END + r"|GOCSPX-[\w-]{28}" + _END
         + r"|ya29\.[\w-]{30,500})", _google),
    # https://learn.microsoft.com/en-us/purview/sit-defn-azure-ad-client-secret and …-storage-account-key
    Rule("azure-secret", ("Q~",), r"(?<![\w.~-])[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![\w~-])", _token),
    Rule("azure-secret", ("accountkey=", "sharedaccesskey="), r"(?:Account|"
         r"SharedAccess)Key=(?P<value>[A-Za-z0-9+/]{42,86}={1,2})", _random, caseless=True),
    # Tokens of package registries, by gitleaks' rules
    Rule("npm-token", ("npm_",), r"(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)", _token),
    Rule("pypi-token", ("pypi-AgE",), _START + r"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\w-]{50,1000}", _token),
    # https://huggingface.co/docs/hub/security-tokens and further makers, by gitleaks' rules
    Rule("huggingface-token", ("hf_", "api_org_"), r"(?<!\w)(?:hf_|api_org_)[A-Za-z]{34}(?!\w)", _token),
    Rule("sendgrid-key", ("SG.",), r"(?<!\w)SG\.[\w-]{16,32}\.[\w-]{16,64}" + _END, _token),
    Rule("twilio-key", ("SK",), r"(?<!\w)SK[0-9a-f]{32}(?!\w)", _token),
    Rule("databricks-token", ("dapi",), r"(?<!\w)dapi[a-f0-9]{32}(?:-[0-9])?(?!\w)", _token),
    Rule("digitalocean-token", ("_v1_",), r"(?<!\w)do[opr]_v1_[a-f0-9]{64}(?!\w)", _token),
    Rule("shopify-token", ("shp",), r"(?<!\w)shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}(?!\w)", _token),
    Rule("telegram-token", (":A",), r"(?<!\w)[0-9]{8,10}:AA[\w-]{33}" + _END, _token),
    Rule("vault-token", ("hvs.", "hvb."), r"(?<!\w)hv[sb]\.[\w-]{90,300}", _token),
    Rule("grafana-token", ("glsa_", "glc_"), r"(?<!\w)(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}(?!\w)|"
         r"glc_[A-Za-z0-9+/]{32,400})",
         _token),
    Rule("docker-token", ("dckr_",), r"(?<!\w)dckr_(?:pat|oat)_[\w-]{27,40}", _token),
    Rule("groq-key", ("gsk_",), r"(?<!\w)gsk_[A-Za-z0-9]{52}(?!\w)", _token),
    Rule("xai-key", ("xai-",), _START + r"xai-[A-Za-z0-9]{80}(?!\w)", _token),
    Rule("perplexity-key", ("pplx-",), _START + r"pplx-[A-Za-z0-9]{48}(?!\w)", _token),
    Rule("replicate-token", ("r8_",), r"(?<!\w)r8_[A-Za-z0-9]{37}(?!\w)", _token),
    Rule("linear-key", ("lin_api_",), r"(?<!\w)lin_api_[A-Za-z0-9]{40}(?!\w)", _token),
    Rule("notion-token", ("ntn_",), r"(?<!\w)ntn_[0-9]{11}[A-Za-z0-9]{35}(?!\w)", _token),
    Rule("postman-key", ("pmak-",), _START + r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}(?!\w)", _token, caseless=True),
    Rule("atlassian-token", ("ATATT3",), r"(?<!\w)ATATT3[\w=-]{60,250}", _token),
    Rule("newrelic-key", ("nrak-",), _START + r"NRAK-[A-Z0-9]{27}(?!\w)", _token, caseless=True),
    Rule("langfuse-key", ("sk-lf-",), _START + r"sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)", _token),
    Rule("langsmith-key", ("lsv2_",), r"(?<!\w)lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}(?!\w)", _token),
    Rule("jwt", ("eyJ",), r"(?<![\w-])eyJ[\w-]{10,4000}\.[\w-]{2,16000}\.(?:[\w-]{10,2000})?", _jwt, least=17),
    # RFC 3986, section 3.2.1: user:password@host
    Rule("url-password", ("://",), r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s:/@\"'<>]{0,64}:(?P<value>"
         r"[^\s/@\"'<>]{3,128})@[\w.-]{1,253}", _url_password, least=11),
    Rule("api-key", ("key", "secret", "token", "credential", "bearer"),
         r"(?:(?:api|access|auth|secret|private|client|account|encryption|signing|service)[ _.-]?(?:key|token|secret|"
         r"credentials?)|(?<![a-z])(?:secret|token|credentials?))"
         r"[\w.-]{0,20}" + _IS + r"(?P<value>[\w.+/~-]{12,200}={0,3})(?![\w(\[.])", _random, caseless=True, least=12),
    Rule("api-key", ("bearer",), r"(?<![a-z])bearer (?P<value>[\w.+/~-]{16,1000}={0,3})(?![\w(\[.])", _random,
         caseless=True, least=16),
    Rule("password", ("passw", "pwd", "contrase", "mot de passe"), r"(?<![a-z])(?:\w{0,20}_)?(?:passwor[dt]|passwd|"
         r"pwd|contraseña|mot de passe)[\"'`*]{0,2}\s{0,2}(?::=|=>|=|:|\bis\b|\bist\b|\best\b|"
         r"\bes\b)\s{0,2}[\"'`*]{0,2}(?P<value>[^\s\"'`*]{6,64})", _password, caseless=True, least=6),
)  # fmt: skip
"""The formats, most certain first: where two are found in one place, the first one counts."""


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[Rule, re.Pattern[str], bool], ...]:
    return tuple(
        (rule, re.compile(rule.pattern, re.I if rule.caseless else 0), "(?P<value>" in rule.pattern) for rule in RULES
    )


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    lower = text.lower()
    longest = max(map(len, text.split()), default=0)
    for rule, pattern, has_value in _compiled():
        if rule.least > longest or not any(word in (lower if rule.caseless else text) for word in rule.within):
            continue
        for match in pattern.finditer(text):
            start, end = match.span("value") if has_value else match.span()
            if rule.check is None or rule.check(text[start:end]):
                yield start, end, rule.kind


def find(text: str) -> list[tuple[int, int, str]]:
    """Find keys, tokens and passwords.

    Returns
    -------
    list of tuple
        First character, the one after the last, and the kind: ``github-token``, ``private-key``, ``password``, … In
        order, and none within another.
    """
    taken = bytearray(len(text))
    found = []
    for start, end, kind in _candidates(text):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * (end - start)
            found.append((start, end, kind))
    return sorted(found)


_MEASURES = (
    "Whether {whose} holds a key, token or password, and whose: over thirty makers' published formats (AWS, Azure, "
    "GitHub, GitLab, Google, OpenAI, Anthropic, Slack, Stripe, …), JSON web tokens, private keys, passwords in "
    "URLs, and random values (3.5 bits a character or more) of what is called a key, secret or token. Formats "
    "after the makers' documentation and the rules of gitleaks."
)
_LIMITS = (
    "A key without its maker's mark is found only where a word such as key or token stands before it; a password only "
    "after the word password, with letters and digits in it. Placeholders are passed over, and so is a real secret "
    "that contains words such as example or your."
)
_MEASURED = (
    "There is no public set of leaked keys to measure it by: it finds tokens made up in two dozen of its formats, and "
    "in 3,091 ordinary texts it raised one alarm. It does not know whether a key still works."
)

SCORERS: tuple[Scorer, ...] = (
    Scorer(
        name="prompt_secrets",
        version=1,
        title="Secrets in prompts",
        measures=_MEASURES.format(whose="the user's message"),
        limits=_LIMITS,
        measured=_MEASURED,
        reads=("prompt",),
        score=flagging("prompt", find),
        topic="safety",
        better="lower",
        flags_from=1.0,
        figure="Prompts with secrets",
        among="r.prompt IS NOT NULL",
    ),
    Scorer(
        name="response_secrets",
        version=1,
        title="Secrets in answers",
        measures=_MEASURES.format(whose="the answer"),
        limits=_LIMITS,
        measured=_MEASURED,
        reads=("response",),
        score=flagging("response", find),
        topic="safety",
        better="lower",
        flags_from=1.0,
        figure="Answers with secrets",
    ),
)

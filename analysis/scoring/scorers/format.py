"""Whether answers are the JSON that was asked for.

JSON was asked for where the request's parameters say so (``response_format`` and its like), its words do, or the team
expects it of the application or feature. The answer is read as a program would read it: whole, by RFC 8259, and by the
JSON schema that the team set, else the one that the request carries.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from analysis.scoring import answer_formats
from analysis.scoring.scorer import UNMEASURED, Mark, Scorer, Span, each

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.scoring.answer_formats import AnswerFormat

CHECKED = 20_000
"""Characters of an answer up to which it is held against a schema: some schemas take quadratic time."""
MENTIONS = 20
"""Mentions of JSON in a prompt that are looked at."""

_JSON_PARAMETERS = re.compile(r"json|\"format\"|schema", re.I)
_SCHEMA_KEYS = frozenset({
    "schema", "json_schema", "response_schema", "responseschema", "response_json_schema", "responsejsonschema",
    "guided_json", "format", "output_format", "json",
})  # fmt: skip
"""Where parameters carry a JSON schema, in lower case; such as OpenAI, Anthropic, Gemini, Ollama and vLLM take it."""
_CONTAINERS = frozenset({
    "response_format", "responseformat", "text", "format", "output_format", "output_config", "json_schema",
    "generation_config", "generationconfig", "config", "extra_body", "options", "structured_outputs", "parameters",
    "invocation_params", "model_kwargs", "kwargs",
})  # fmt: skip
"""Keys of parameters below which the format of the answer stands, in lower case."""

_ASKS = (
    r"(?:respond|reply|answer)\w{0,3}\b[^.!?\n]{0,80}\bjson\b",
    r"(?:output|response|reply|answer|result)s? (?:must|should|has to|have to|needs to|will|is to|format)\b"
    r"[^.!?\n]{0,60}\bjson\b",
    r"(?:^|[.!?:;,\n*#-]\s{0,3})(?:please |only |always |then |and |now |you must |you should )?"
    r"(?:return|output|produce|emit|give me|provide)\b[^.!?\n]{0,60}\bjson\b",
    r"(?:extract|list|classify|summari[sz]e|provide|give|return|output|present)\b[^.!?\n]{0,80} (?:as|in) (?:an? )?"
    r"(?:valid |strict |single |raw |pure )?json\b",
    r"\b(?:only|just)(?: \w{1,12}){0,3} json\b|\bjson (?:only|and nothing else|without)\b",
    r"\b(?:antworte|gib|liefere|ausgabe)\b[^.!?\n]{0,60}\bjson\b",
    r"\b(?:réponds|répondez|renvoie|renvoyez|retourne|responde|responda|devuelve|devolver|retorne|rispondi|"
    r"restituisci)\b"
    r"[^.!?\n]{0,60}\bjson\b",
    r"(?:返回|输出|以|用|輸出|回傳)[^。\n]{0,12}json|json\s?(?:形式|格式|フォーマット)?(?:で|を)(?:出力|回答|返)",
)  # fmt: skip
"""Ways to ask for JSON, each within a sentence; a question about JSON is none of them."""
_ASKED = re.compile("|".join(_ASKS), re.I)
_MENTION = re.compile("json", re.I)
_NOT_ASKED = re.compile(
    r"\bhow (?:do|can|to|should|would|does)\b|\bwhat (?:is|are|does)\b|\bwhy\b|\b(?:write|create|build|implement|fix|"
    r"add) "
    r"(?:an?|the|my) [^.!?\n]{0,40}(?:function|endpoint|code|script|class|api|program|parser)\b",
    re.I,
)
"""Sentences about JSON that ask for none."""
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_FENCE = re.compile(r"```[\w-]{0,20}[ \t]*\n?")


def valid_json(
    prompt: str | None,
    system_prompt: str | None,
    response: str | None,
    parameters: str | None,
    expected: AnswerFormat | None = None,
) -> Mark:
    """Tell whether an answer is valid JSON (1) or not (0, with what is wrong); unmeasured where none was asked for."""
    if response is None or not response.strip():
        return UNMEASURED
    asked, schema = False, None
    if parameters and _JSON_PARAMETERS.search(parameters):
        asked, schema = _requested(parameters)
    if expected is not None:
        asked, schema = True, expected.schema or schema
    if not (asked or asks_for_json(system_prompt) or asks_for_json(prompt)):
        return UNMEASURED
    wrong = _wrong(response)
    if wrong is None and schema is not None and len(response) <= CHECKED:
        wrong = _unfit(response, schema)
    if wrong is None:
        return Mark(1.0, "valid")
    label, start, end = wrong
    return Mark(0.0, label, (Span("response", start, end, "json-error"),) if end > start else ())


def asks_for_json(text: str | None) -> bool:
    """Tell whether a prompt asks for an answer in JSON, in words."""
    if text is None:
        return False
    for number, mention in enumerate(_MENTION.finditer(text)):
        if number >= MENTIONS:
            break
        around = text[max(mention.start() - 120, 0) : mention.end() + 30]
        found = _ASKED.search(around)
        if found and not _NOT_ASKED.search(_SENTENCE_END.split(around[: found.end()].rstrip(".!?\n "))[-1]):
            return True
    return False


@lru_cache(maxsize=256)
def _requested(parameters: str) -> tuple[bool, str | None]:
    """Read from parameters whether they ask for JSON, and by which schema (as JSON)."""
    try:
        given = orjson.loads(parameters)
    except orjson.JSONDecodeError:
        return False, None
    asked = False
    schema: dict[str, Any] | None = None
    for key, value in _settings(given, 0):
        if key in _SCHEMA_KEYS and isinstance(value, dict) and _is_schema(value):
            asked, schema = True, value
        elif key in ("type", "format", "response_mime_type", "responsemimetype", "response_format", "responseformat"):
            asked = asked or value in ("json", "json_object", "json_schema", "application/json")
    try:
        return asked, orjson.dumps(schema).decode() if schema else None
    except orjson.JSONEncodeError:  # nested too deep to be written, and so to be checked
        return asked, None


def _settings(given: object, depth: int) -> Iterator[tuple[str, Any]]:
    """Go through the settings that speak of the answer's format, at any depth."""
    if isinstance(given, dict) and depth < 6:
        for name, value in given.items():
            key = name.lower()
            yield key, value
            if key in _CONTAINERS:
                yield from _settings(value, depth + 1)


def _is_schema(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    return bool({"properties", "$ref", "anyOf", "oneOf", "allOf", "enum", "items"} & value.keys()) or (
        kind in ("object", "array") and "schema" not in value
    )


def _wrong(response: str) -> tuple[str, int, int] | None:
    """Say what keeps a whole answer from being JSON, and from where to where; None where nothing does."""
    text = response.strip()
    begin = response.index(text)
    if not text.isascii():
        # A half character is no fault of the JSON around it.
        text = text.encode("utf-8", "replace").decode()
    stop = _stops(text)
    if stop is None:
        return None
    fence = _FENCE.match(text)
    if fence and text.endswith("```") and _stops(text[fence.end() : -3].strip()) is None:
        return "fenced", begin, begin + fence.end()
    inner = fence.end() if fence else 0
    if text[inner : inner + 1] in ("{", "["):
        stopped = _stops(text[inner:])
        if stopped is not None and inner + stopped >= len(text):
            return "cut off", begin + len(text) - 1, begin + len(text)
    for opening, closing in ("{}", "[]"):
        first, last = text.find(opening), text.rfind(closing) + 1
        # A list within a text may be a footnote such as [1]: it counts where it is most of the text.
        if first < 0 or (opening == "[" and (last - first) * 2 < len(text)) or _stops(text[first:last]) is not None:
            continue
        start, end = (0, first) if first else (last, len(text))
        return "text around JSON", begin + start, begin + end
    stop = min(stop, len(text) - 1)
    return "not JSON", begin + stop, begin + stop + 1


def _stops(text: str) -> int | None:
    """Give the character where reading JSON stops; None where it reads to the end, and an object or a list."""
    try:
        return None if isinstance(orjson.loads(text), dict | list) else 0
    except orjson.JSONDecodeError as error:
        return error.pos


def _unfit(response: str, schema: str) -> tuple[str, int, int] | None:
    """Hold valid JSON against a schema; give the first fault, and where its key stands if it stands there once."""
    import referencing.exceptions

    validator = _validator(schema)
    if validator is None:
        return None
    try:
        fault = next(iter(validator.iter_errors(orjson.loads(response.encode("utf-8", "replace")))), None)
    except (referencing.exceptions.Unresolvable, RecursionError):
        return None  # the schema points elsewhere, and nothing is looked up there, or at itself
    if fault is None:
        return None
    key = next((f'"{part}"' for part in reversed(fault.absolute_path) if isinstance(part, str)), "")
    start = response.find(key) if key and response.count(key) == 1 else 0
    return "does not fit the schema", start, start + len(key)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:  # noqa: ANN401 - jsonschema makes the class at run time
    """Make a validator that fetches nothing and, as patterns can take exponential time, leaves them out."""
    import jsonschema
    import referencing

    given = orjson.loads(schema)
    kind = jsonschema.validators.validator_for(given, default=jsonschema.Draft202012Validator)
    if "patternProperties" in schema:
        return None
    try:
        kind.check_schema(given)
    except (jsonschema.SchemaError, RecursionError):
        return None
    return jsonschema.validators.extend(kind, {"pattern": None})(given, registry=referencing.Registry())


def scorer(formats: Sequence[AnswerFormat] = ()) -> Scorer:
    """Make the scorer of a team that expects these formats; another list of them is another version."""

    def expected(
        prompt: str | None,
        system_prompt: str | None,
        response: str | None,
        parameters: str | None,
        app: str | None,
        feature: str | None,
    ) -> Mark:
        format = next((one for one in formats if one.speaks_of(app, feature)), None)
        return valid_json(prompt, system_prompt, response, parameters, format)

    reads = ("prompt", "system_prompt", "response", "parameters")
    return Scorer(
        name="valid_json",
        version=1 + answer_formats.version(formats),
        title="Valid JSON",
        measures=(
            "Whether the answer, where JSON was asked for by the parameters, in words, or in the settings here, is "
            "JSON as a program reads it (RFC 8259): 1, or 0 with what is wrong: fenced, text around JSON, cut off, not "
            "JSON, or does not fit the schema, where the settings or the request have one."
        ),
        limits=(
            "Requests that ask in uncommon words are left out, unless the settings name their application. Schemas are "
            "checked for answers up to 20,000 characters, without their patterns and formats, nor what they refer to "
            "elsewhere."
        ),
        reads=(*reads, "app", "feature") if formats else reads,
        score=each(expected if formats else valid_json),
        topic="quality",
        better="higher",
        flags_from=0.0,
        figure="Invalid JSON",
    )

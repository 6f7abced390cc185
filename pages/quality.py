"""Quality: what users and evaluators thought of the answers."""

from __future__ import annotations

from app import breakdowns, closely, data, figures, page, signals, states, trends

scope = page.begin("Quality")
feedback, scores = signals.feedback(scope), signals.scores(scope, safety=False)
outcomes = signals.known(scope, data.named(*signals.OUTCOMES))
first = [*feedback, *scores, *outcomes][:6]
if first:
    figures.row("quality", *scope.figures(*(metric.name for metric in first)))
    closely.look(scope, [*feedback, *scores, *outcomes])
if scores:
    states.heading("Scores that came with the logs")
    trends.of_metrics(scope, scores, key="scores")
if feedback:
    states.heading("What users said and did")
    trends.of_metrics(scope, feedback, key="feedback")
else:
    states.absent(
        "The logs hold no feedback of users.",
        "Thumbs, stars, comments and corrections are read from every format that carries them, beside the calls.",
    )
breakdowns.of_metrics(scope, outcomes, "How answers ended", key="outcomes")
breakdowns.of_groups(scope, data.named("requests")[0], "Finish reasons", key="finish", by="finish_reason")

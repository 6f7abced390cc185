"""Quality: what users, evaluators and the scorers thought of the answers."""

from __future__ import annotations

from app import breakdowns, closely, data, figures, page, signals, states, trends

scope = page.begin("Quality")
feedback, scores = signals.feedback(scope), signals.scores(scope, safety=False)
marks = signals.marks(scope, topic="quality")
outcomes = signals.known(scope, data.named(*signals.OUTCOMES))
every = [*feedback, *marks, *scores, *outcomes]
if every:
    figures.row("quality", *scope.figures(*(metric.name for metric in every[:6])), scope=scope)
    closely.look(scope, every)
if marks:
    states.heading("What the scorers found")
    trends.of_metrics(scope, marks, key="marks")
else:
    states.unscored("quality")
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

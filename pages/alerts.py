"""What fires, what fired, and the rules that watch."""

from app import alert_rules, alert_silences, alerts

opened = alerts.begin()
if opened is not None:
    alerts.one(opened)
else:
    alerts.firing()
    alerts.past()
    alert_rules.listed()
    alert_silences.draw()

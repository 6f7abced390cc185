"""What fires, what fired, and the rules that watch."""

from app import alert_rules, alerts

opened = alerts.begin()
if opened is not None:
    alerts.one(opened)
else:
    alerts.firing()
    alerts.past()
    alert_rules.listed()
    alert_rules.silences()

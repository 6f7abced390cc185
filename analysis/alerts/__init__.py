"""Rules that are looked at by themselves, the alerts that come of them, and what is told to whom."""

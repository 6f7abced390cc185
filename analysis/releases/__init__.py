"""Releases: when each began, whether it got better, for whom and at what cost, and what is to be done next."""

"""Bias audits: groups, outcomes, the test that fits the design, a verdict, and the report that is signed."""

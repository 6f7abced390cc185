"""Figures, not tests: `make bench` prints them, and nothing passes or fails by them."""

"""Panels next to and over the track: score, live, splits, what if, timeline, help."""

"""Recordings: a run as arrays over time, looked up by moment or distance; files."""

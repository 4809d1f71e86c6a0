"""Pixels: with `export`, the only room that imports pygame."""

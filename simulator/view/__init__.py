"""Pixels: the only place, with `export`, that knows pygame."""

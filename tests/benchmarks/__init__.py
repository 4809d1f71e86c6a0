"""Benchmarks that print ratios, never times alone: `make bench`."""

"""Sweeps: every combination of varied values as one row, run in chunks on any executor."""

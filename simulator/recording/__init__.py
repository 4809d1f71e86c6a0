"""Recordings: a run as arrays over time, looked up by moment or distance; files."""

from simulator.recording.recording import Moment, Recording, State, Status
from simulator.recording.store import load_recording, save_recording

__all__ = ["Moment", "Recording", "State", "Status", "load_recording", "save_recording"]

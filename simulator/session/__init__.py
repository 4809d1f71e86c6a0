"""The user's session: playing, seeking, switching and editing, and the background work for it."""

from simulator.session.session import Session

__all__ = ["Session"]

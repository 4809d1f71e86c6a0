"""What the user did: play, seek, switch; and the work in the background."""

from simulator.session.session import Session

__all__ = ["Session"]

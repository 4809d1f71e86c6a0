"""What the user did: play, seek, switch; the owner of the work that goes on beside the picture."""

from simulator.session.session import Session

__all__ = ["Session"]

"""Resting: which pictures may be left out since they would be the one that already stands there.

In: what a picture is made of. Out: whether to draw it. While an attempt is paused nothing moves,
and the processor belongs to the work that somebody waits for.
"""

from __future__ import annotations

STIRRED = 8
"""So many are drawn after a hand did something: what it set going comes to rest in them."""
MOVED = 45
"""So many after the camera moved: new ground is painted a few tiles at a time."""
FOLLOWED = 2
"""So many of each new content: what is dear is drawn a picture later."""
SELDOM = 5
"""Of the pictures that may be left out one in so many is drawn: a caret blinks, a tip appears."""


class Resting:
    """Looks at what one window shows, picture by picture."""

    def __init__(self) -> None:
        """Begin awake."""
        self._drawn_of: tuple[object, ...] = ()
        self._camera: object = None
        self._due = STIRRED
        self._left_out = 0

    def stir(self) -> None:
        """Draw the next pictures whatever they are made of."""
        self._due = max(self._due, STIRRED)

    def leaves_out(self, camera: object, *made_of: object) -> bool:
        """Return whether the next picture may be left out.

        Args:
            camera: all that tells which ground is shown, and how, compared by value.
            made_of: everything else that the picture follows from, compared by identity.
        """
        if camera != self._camera:
            self._due = MOVED
        same = len(made_of) == len(self._drawn_of) and all(
            one is other for one, other in zip(made_of, self._drawn_of, strict=True)
        )
        if not same:
            self._due = max(self._due, FOLLOWED)
        self._camera, self._drawn_of = camera, made_of
        awake = self._due > 0 or self._left_out + 1 >= SELDOM
        self._due = max(0, self._due - 1)
        self._left_out = 0 if awake else self._left_out + 1
        return not awake

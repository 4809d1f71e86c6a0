"""Numbers for a page: exact, small, and read back by its script (assets/page/bundle.js).

In: arrays of floats, and plain values that refer to them by number. Out: one base64 text. Each
number of a smooth table can be predicted from the numbers before it. The difference between the
bits of a number and of its prediction, taken as integers, is small, and small numbers compress
well. Nothing is rounded: a prediction is a sum in a fixed order, with the same bits everywhere.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 9
SHORT = 99
"""Shorter arrays are not predicted."""


def _extrapolation(points: int, degree: int) -> list[float]:
    """Return the weights of the last `points` values, newest first, that predict the next one.

    It is the next value of their least-squares polynomial.
    """
    powers = np.vander(-np.arange(1, points + 1) / points, degree + 1, increasing=True)
    return [float(c) for c in np.linalg.pinv(powers)[0]]


PREDICTORS = ([], [1.0], *(_extrapolation(n, d) for n, d in ((10, 5), (10, 7), (12, 7), (16, 7))))
"""The predictors: none, the value before, and polynomials for noisy and for smooth data."""


class Bundle:
    """Tables, each stored once, however often it is used."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._heads: list[tuple[int, int]] = []
        self._coded: list[bytes] = []
        self._files: dict[str, bytes] = {}

    def attach(self, name: str, data: bytes) -> None:
        """Add bytes that are no numbers, with a name."""
        self._files[name] = data

    def add(self, values: ArrayLike) -> int:
        """Store an array of floats; return its number."""
        data = np.ascontiguousarray(values, dtype="<f8").tobytes()
        known = self._numbers.setdefault(data, len(self._heads))
        if known == len(self._heads):
            best, coded = _smallest(data)
            self._heads.append((len(data) // 8, best))
            self._coded.append(coded)
        return known

    def text(self, values: Any) -> str:
        """Return all arrays and `values`, deflated by zlib, as base64.

        The content is the length of a JSON text [4 bytes, little-endian], that text, the arrays,
        and the files.
        """
        plain = {"predictors": PREDICTORS, "arrays": self._heads, "values": values}
        plain["files"] = [(name, len(data)) for name, data in self._files.items()]
        head = json.dumps(plain, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
        whole = b"".join(
            [len(head).to_bytes(4, "little"), head, *self._coded, *self._files.values()]
        )
        return base64.b64encode(zlib.compress(whole, LEVEL)).decode("ascii")


def _smallest(data: bytes) -> tuple[int, bytes]:
    """Return the residuals of an array by the predictor that suits it best, and its number."""
    bits = np.frombuffer(data, "<u8")
    tried = PREDICTORS if len(bits) > SHORT else PREDICTORS[:1]
    coded = [_coded(bits, weights) for weights in tried]
    best = min(range(len(coded)), key=lambda n: len(zlib.compress(coded[n], 1)))
    return best, coded[best]


def _coded(bits: np.ndarray, weights: Sequence[float]) -> bytes:
    """Return the residuals as bytes, zigzag-coded so that small ones of either sign stay small.

    The low bytes of all numbers come first, then the next ones.
    """
    left, values, first = bits.copy(), bits.view("<f8"), len(weights)
    if weights:
        predicted = np.zeros(len(bits) - first)
        with np.errstate(all="ignore"):  # an overflowing prediction is as valid as any
            for i, weight in enumerate(weights):
                predicted = predicted + weight * values[first - 1 - i : len(bits) - 1 - i]
        left[first:] -= predicted.view("<u8")
    signed = left.view("<i8")
    zigzag = (signed << 1) ^ (signed >> 63)
    return zigzag.view("u1").reshape(-1, 8).T.tobytes()

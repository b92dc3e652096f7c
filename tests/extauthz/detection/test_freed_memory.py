"""Freed memory does not stay with the process."""

import sys
import weakref
from pathlib import Path

import pytest

from extauthz.detection import freed_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

_SIZE = 100_000  # of a piece that the C library takes from its heap and not from the system
_MIB = 1 << 20


def resident() -> float:
    rss = next(
        line
        for line in Path("/proc/self/smaps_rollup").read_text().splitlines()
        if line.startswith("Rss:")
    )
    return int(rss.split()[1]) / 1024


@pytest.fixture
def pinned() -> bytes:
    """Frees 60 MiB below a piece that stays, so that the C library keeps them."""
    pieces = [bytes(_SIZE) + b"x" for _ in range(60 * _MIB // _SIZE)]
    last = pieces[-1]
    del pieces
    return last


def test_what_was_freed_is_given_back(pinned: bytes):
    before = resident()
    freed_memory.give_back()

    assert before - resident() > 40
    assert len(pinned) > _SIZE


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_in_a_cycle_is_freed():
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    assert gone() is not None
    freed_memory.give_back()

    assert gone() is None

"""A pause of Python's collector of cycles, for the seconds in which a mesh is judged.

An audit makes hundreds of thousands of small objects, keeps nearly all of them until it ends, and
makes no cycles. The collector would walk through them again and again: `python -m
bench.posture.audit --collect` shows what that costs.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Collect no cycles until the end of the block."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

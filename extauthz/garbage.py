"""A pause of Python's collector of cycles, while many objects are made that have none and stay.

An audit makes hundreds of thousands of small objects and keeps nearly all of them until it ends.
The collector would walk through them again and again: `python -m bench.posture.audit --collect`
shows what that costs. The same is true of a report with thousands of findings.
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

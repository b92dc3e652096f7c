"""Memory that a compilation has freed goes back to the system.

Compiling detectors takes tens of megabytes for a second. The C library keeps them, and keeps more
after each further compilation, because small pieces that stay lie between those that were freed.
An engine that is no longer used can be part of a cycle. Python sees a few small objects there, not
the megabytes behind them, so it would leave them for long.
"""

import ctypes
import gc
from typing import Final

# of glibc; other C libraries have no such function
_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Free what is in cycles, and give freed memory back where the C library can."""
    gc.collect()
    if _TRIM is not None:
        _TRIM(0)

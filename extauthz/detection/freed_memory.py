"""Memory that a compilation has freed goes back to the system.

Compiling detectors takes tens of megabytes for a second. The C library keeps them, and keeps more
after each further compilation, because small pieces that stay lie between those that were freed.
"""

import ctypes
from typing import Final

# of glibc; other C libraries have no such function
_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Give freed memory back to the system, where the C library can."""
    if _TRIM is not None:
        _TRIM(0)

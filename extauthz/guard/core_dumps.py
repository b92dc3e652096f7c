"""No core dump of the guard: it would hold whole messages.

Memory that was freed keeps what was in it, so a dump of a worker shows bodies of the last minutes.

One case stays: where the hard limit is 0 already and core_pattern names a program, the kernel runs
it whatever this process says.
"""

import contextlib
import resource
from typing import Final

# core(5): a dump is not written to a file of one byte, and 1 is the value for which the kernel does
# not run the program of core_pattern either. With 0, it does.
_NONE: Final = 1


def forbid() -> None:
    """Let neither this process nor its children write core dumps. It cannot be taken back."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    least = _NONE if hard == resource.RLIM_INFINITY else min(_NONE, hard)
    with contextlib.suppress(ValueError, OSError):  # the limit is lower already
        resource.setrlimit(resource.RLIMIT_CORE, (least, least))

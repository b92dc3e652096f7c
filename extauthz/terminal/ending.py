"""What a signal that ends the process leaves on the terminal: no line of progress."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, TextIO

ERASED: Final = b"\r\x1b[2K"
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


def erase_first(out: TextIO) -> Callable[[], None]:
    """Let SIGTERM and SIGHUP erase the terminal's last line before they end the process as ever.

    A signal that somebody handles already is left to them, and so are all of them outside of the
    main thread, where Python allows no handlers.

    Args:
        out: the terminal.

    Returns:
        What takes the handlers away again.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    process = os.getpid()

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        if os.getpid() == process:  # a child that was forked has drawn nothing
            # past the buffer, which may be just in use; a terminal that is gone needs nothing
            with contextlib.suppress(OSError, ValueError):
                os.write(out.fileno(), ERASED)
        os.kill(os.getpid(), number)

    taken = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, end)

    def undo() -> None:
        for number in taken:
            if signal.getsignal(number) is end:
                signal.signal(number, signal.SIG_DFL)

    return undo

"""The guard's command line, with faults inside that no signal can make. For tests only.

    PHIGUARD_TEST_FAULT=FILE python broken_guard.py serve ...

FILE holds the name of the fault that is on now, or nothing. It is read at each call, so one guard
serves many faults. Each process of the guard runs this module first, scanner processes too.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extauthz import cli
from extauthz.guard import admission
from extauthz.guard.envoy import check, processing
from extauthz.records.edges import upkeep
from extauthz.records.ledger.file import FileLedger
from extauthz.records.spans import SpanMaker
from extauthz.scanning import frames, process
from mesh.exchange import machine
from phiscan import scanner

TEXT = "Marisol Okonkwo-Reyes, SSN 541-27-8860"
"""What exceptions quote: it may appear nowhere."""
SLOW_SECONDS = 0.15
_CONTROL = Path(os.environ["PHIGUARD_TEST_FAULT"])


def _is_on(name: str) -> bool:
    return _CONTROL.read_text() == name


def _break(owner: object, function: str, name: str, act: Callable[[], None]) -> None:
    """Let a function do something else first while a fault is on."""
    whole: Callable[..., Any] = getattr(owner, function)

    def broken(*args: Any, **more: Any) -> Any:
        if _is_on(name):
            act()
        return whole(*args, **more)

    setattr(owner, function, broken)


def _raise() -> None:
    raise RuntimeError(TEXT)


def _no_memory() -> None:
    raise MemoryError(TEXT)


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


for protocol in (check, processing):
    _break(protocol, "decode", "decode", _raise)
    _break(protocol, "encode", "encode", _raise)
_break(admission.Admission, "enter", "admission", _raise)
_break(machine.Exchange, "receive", "exchange", _raise)
_break(machine.Exchange, "receive", "memory", _no_memory)
_break(scanner.Scanner, "finish", "scan", _raise)
_break(machine, "decide", "decide", _raise)
_break(FileLedger, "append", "ledger", _raise)
_break(SpanMaker, "add", "telemetry", _raise)
_break(upkeep.EdgeUpkeep, "tend", "upkeep", _raise)
_break(process.Snapshots, "judge", "scanner crashes", _crash)
_break(process.Snapshots, "judge", "scanner is slow", lambda: time.sleep(SLOW_SECONDS))
_break(process.Snapshots, "judge", "scanner hangs", lambda: time.sleep(60))
_break(process.Snapshots, "load", "scanner cannot load", _raise)


def _answer(value: object) -> bytes:
    return b"\x80\x05nonsense" if _is_on("scanner answers nonsense") else frames.pack(value)


process.pack = _answer

if __name__ == "__main__":
    sys.exit(cli.main(sys.argv[1:]))

"""Faults inside the guard: an exception at each hop, and scanner processes that go wrong."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from e2e.faults.fault import BROKEN, Fault, Sign
from e2e.faults.processes import ERROR, GONE, LOST, fails, logs
from e2e.faults.site import Site

_INTERNAL: Final = ("INTERNAL_ERROR",)


def _switches_on(name: str) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def breaks(site: Site) -> Iterator[None]:
        site.control.write_text(name)
        try:
            yield
        finally:
            site.control.write_text("")

    return breaks


def _at(hop: str, reasons: tuple[str, ...] = _INTERNAL) -> Fault:
    return Fault(f"exception: {hop}", _switches_on(hop), fails(3), reasons, BROKEN)


def _scanner(name: str, sign: Sign) -> Fault:
    return Fault(name, _switches_on(name), sign, (*GONE, "OUT_OF_TIME"), BROKEN)


FAULTS: Final = (
    Fault(
        "exception: telemetry",
        _switches_on("telemetry"),
        lambda site: len(site.since_broken()) > 20,
        guard=BROKEN,
        is_harmless=True,
    ),
    Fault(
        "exception: upkeep",
        _switches_on("upkeep"),
        logs(ERROR),
        guard=BROKEN,
        is_harmless=True,
    ),
    _at("admission"),
    _at("decode"),
    _at("exchange", (*_INTERNAL, *GONE)),
    _at("scan", (*_INTERNAL, *GONE)),
    _at("decide", (*_INTERNAL, *GONE)),
    _at("ledger"),
    _at("encode"),
    Fault(
        "no memory while a message is judged",
        _switches_on("memory"),
        fails(3),
        (*_INTERNAL, *GONE),
        BROKEN,
    ),
    _scanner("scanner crashes", logs(LOST, 3)),
    _scanner("scanner answers nonsense", logs(LOST, 3)),
    _scanner("scanner is slow", lambda site: len(site.since_broken()) > 40),
    _scanner("scanner hangs", logs(LOST)),
)

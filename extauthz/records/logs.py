"""The guard's own log: JSON lines on standard error, from a closed set of events and fields.

INVARIANT (closed log): a message is one of `LogEvent`, a field one of `_FIELDS`. Texts from outside
(bodies, paths, headers, and exceptions raised while handling them) have no way in. What other
libraries log appears as LIBRARY, with only the logger's name. What is written to standard error
past this log becomes an event too (`extauthz.records.error_output`).

Each event has a quota (`extauthz.records.quota`). What is beyond it appears as LEFT_OUT with a
count.
"""

import logging
import os
import sys
import time
from enum import StrEnum
from typing import Any, Final

import orjson

from extauthz.records.quota import Quota
from phiscan.fault import is_place, place_of

_FIELDS: Final = frozenset(
    {
        "address",
        "worker",
        "policy",
        "digest",
        "problem",
        "error",
        "head",
        "seq",
        "signal",
        "streams",
        "decisions",
        "code",
        "pid",
        "cause",
        "count",
        "of",
        "where",
        "note",
        "percent",
        "used",
        "limit",
    }
)
# lines of one event in one window; the most that a guard in order needs is one or two a worker
_BURST: Final = 20


class LogEvent(StrEnum):
    """Every event that the guard logs."""

    SERVING = "serving"
    SERVING_HTTP = "answering over HTTP"
    NO_LEDGER = "running without an audit ledger; give --ledger to keep one"
    PLAIN_TEXT = (
        "listening without TLS: anyone who can connect can ask; "
        "give --tls-cert, --tls-key and --tls-ca"
    )
    NO_POLICY = "there is no policy yet; messages are denied"
    POLICY_LOADED = "policy loaded"
    POLICY_REFUSED = "new policy revision refused; the old one stays in force"
    POLICY_SET_ASIDE = "policy objects of a namespace are set aside; the others take effect"
    STATUS_FAILED = "the status of policy objects cannot be written; it is tried again"
    CERTIFICATE_REFUSED = "new certificate cannot be read; the old one stays in use"
    DRAINING = "draining"
    STOPPED = "stopped"
    LEDGER_HEAD = "ledger head"
    LEDGER_FAILED = "the audit ledger cannot be written; messages are denied"
    LEDGER_HEALED = "the audit ledger can be written again"
    LEDGER_COUNTS_LOST = "decisions that were only counted are in no record of the audit ledger"
    LEDGER_ALTERED = (
        "the ledger does not fit its last checkpoint; no other is signed, decisions go on"
    )
    CHECKPOINT = "ledger checkpoint"
    CHECKPOINT_FAILED = "a checkpoint cannot be written; it is tried again, decisions go on"
    LEDGER_FILLS = "the audit ledger fills its room; archive closed segments"
    LEDGER_ROOM = "the audit ledger has more room again"
    LEDGER_UPKEEP_FAILED = (
        "the audit ledger's room, a segment's compression or the index of ids failed"
    )
    EDGES_SET_ASIDE = (
        "the file of counted edges cannot be read and was set aside; counting starts at 0"
    )
    EDGES_FAILED = "counted edges cannot be written; counting goes on in memory, messages pass"
    EDGES_WRITTEN = "counted edges can be written again"
    EDGES_FULL = "the observation store is full; of new edges, only the messages are counted"
    INTERNAL_ERROR = "internal error; the message was denied"
    OBSERVED = (
        "an ext_proc filter has observability_mode on: nothing is enforced there; set it to false"
    )
    ABORTED = "a stream ended before its verdict and was aborted"
    WORKER_DIED = "a worker died and is restarted"
    SCANNER_LOST = "a scanner process failed and is replaced; a message that it judged is denied"
    LIBRARY = "a library logged something"
    CRASHED = "an error was not caught"
    CONNECTIONS_REFUSED = "connections were refused before a call"
    SERVER_NAME = (
        "connections asked for a server name that is not in the certificate; they are served"
    )
    FILES_USED_UP = "no file descriptor is left; new connections wait"
    LAST_WORDS = "a process said why it crashes"
    OUTPUT = "something was written to standard error; its text is not shown"
    OUTPUT_LOST = "standard error was written faster than it was read; some of it was not counted"
    LEFT_OUT = "lines of the same event were left out"


_LOGGER: Final = logging.getLogger("phiguard")


def emit(event: LogEvent, level: int = logging.INFO, **fields: Any) -> None:  # noqa: ANN401 - orjson accepts many types
    """Log one event. Fields outside `_FIELDS` are dropped."""
    _LOGGER.log(
        level, event.value, extra={"fields": {k: v for k, v in fields.items() if k in _FIELDS}}
    )


def error(event: LogEvent, raised: BaseException) -> None:
    """Log an event with the type of an exception, never its text."""
    emit(event, logging.ERROR, error=type(raised).__name__)


def fault(place: str) -> None:
    """Log where a scan or a decision failed.

    Args:
        place: as `phiscan.fault` says it. A scanner process sent it, so another text is left out.
    """
    _where(LogEvent.INTERNAL_ERROR, logging.ERROR, place if is_place(place) else "")


def crash(raised: BaseException) -> None:
    """Log an exception that nobody caught: its type, and the line of code that raised it."""
    _where(LogEvent.CRASHED, logging.CRITICAL, place_of(raised))


def _where(event: LogEvent, level: int, place: str) -> None:
    kind, _, where = place.partition(" at ")
    emit(event, level, error=kind, where=where)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line["event"] = _event_of(record)
        if record.name == _LOGGER.name:
            line |= getattr(record, "fields", {})
        return orjson.dumps(line).decode()


def _event_of(record: logging.LogRecord) -> str:
    return str(record.msg) if record.name == _LOGGER.name else LogEvent.LIBRARY.value


class _Bounded(logging.StreamHandler[Any]):
    """Writes what its quota admits. A line with a count has been through a quota."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - any text stream
        super().__init__(stream)
        self.quota: Quota[str] = Quota(_BURST, _say_left_out)

    def filter(self, record: logging.LogRecord) -> bool:
        return "count" in getattr(record, "fields", {}) or self.quota.admit(_event_of(record))


def _say_left_out(event: str, count: int) -> None:
    emit(LogEvent.LEFT_OUT, logging.WARNING, of=event, count=count)


def configure() -> None:
    """Send this process's log to standard error as JSON lines.

    The log keeps a descriptor of its own until the process ends, so that descriptor 2 can be given
    to `extauthz.records.error_output`.
    """
    sys.stderr.flush()
    handler = _Bounded(open(os.dup(2), "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - open while the process lives
    handler.setFormatter(_JsonLines())
    # otherwise logging dumps a line that it cannot write, with its arguments and the stack
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)


def flush() -> None:
    """Log now what was left out. A process calls it before it ends."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Bounded):
            handler.quota.flush()

"""The guard's own log: JSON lines on standard error, from a closed set of events and fields.

INVARIANT (closed log): a message is one of `LogEvent`, a field one of `_FIELDS`. Texts from outside
(bodies, paths, headers, and exceptions raised while handling them) have no way in. What other
libraries log appears as LIBRARY, with only the logger's name.
"""

import logging
import sys
import time
from enum import StrEnum
from typing import Any, Final

import orjson

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
        "code",
        "pid",
    }
)


class LogEvent(StrEnum):
    """Every event that the guard logs."""

    SERVING = "serving"
    NO_LEDGER = "running without an audit ledger; give --ledger to keep one"
    PLAIN_TEXT = (
        "listening without TLS: anyone who can connect can ask; "
        "give --tls-cert, --tls-key and --tls-ca"
    )
    NO_POLICY = "there is no policy yet; messages are denied"
    POLICY_LOADED = "policy loaded"
    POLICY_REFUSED = "new policy revision refused; the old one stays in force"
    CERTIFICATE_REFUSED = "new certificate cannot be read; the old one stays in use"
    DRAINING = "draining"
    STOPPED = "stopped"
    LEDGER_HEAD = "ledger head"
    LEDGER_FAILED = "the audit ledger cannot be written; messages are denied"
    LEDGER_HEALED = "the audit ledger can be written again"
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
    SCANNER_LOST = "a scanner process failed and is replaced; its message was denied"
    LIBRARY = "a library logged something"


_LOGGER: Final = logging.getLogger("phiguard")


def emit(event: LogEvent, level: int = logging.INFO, **fields: Any) -> None:  # noqa: ANN401 - orjson accepts many types
    """Log one event. Fields outside `_FIELDS` are dropped."""
    _LOGGER.log(
        level, event.value, extra={"fields": {k: v for k, v in fields.items() if k in _FIELDS}}
    )


def error(event: LogEvent, raised: BaseException) -> None:
    """Log an event with the type of an exception, never its text."""
    emit(event, logging.ERROR, error=type(raised).__name__)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == _LOGGER.name:
            line |= {"event": record.msg, **getattr(record, "fields", {})}
        else:
            line["event"] = LogEvent.LIBRARY.value
        return orjson.dumps(line).decode()


def configure() -> None:
    """Send this process's log to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    # otherwise logging dumps a line that it cannot write, with its arguments and the stack
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)

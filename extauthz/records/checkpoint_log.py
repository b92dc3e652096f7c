"""Sends each signed checkpoint to an OTLP collector, as a log record.

The body is the signed note: names, numbers and hashes. The event's name is
`phiguard.ledger.checkpoint`. What cannot be sent is dropped: the next checkpoint says more.
"""

import time
from collections.abc import Sequence
from typing import Final

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor
from opentelemetry.sdk.resources import Resource

from extauthz.records.spans import SCOPE

EVENT: Final = "phiguard.ledger.checkpoint"


class CheckpointLog:
    """Takes the newest checkpoint again and again, and sends each once.

    Args:
        processors: where log records go. Without any, nothing is sent.
        resource: the process that sends.
    """

    def __init__(self, processors: Sequence[LogRecordProcessor], resource: Resource) -> None:
        self._provider = LoggerProvider(resource, shutdown_on_exit=False)
        for processor in processors:
            self._provider.add_log_record_processor(processor)
        self._logger = self._provider.get_logger(SCOPE)
        self._sent = ""

    def take(self, note: str) -> None:
        """Send a note, unless it is empty or was sent already. It never waits."""
        if note in {"", self._sent}:
            return
        self._sent = note
        now = time.time_ns()
        self._logger.emit(
            LogRecord(
                timestamp=now,
                observed_timestamp=now,
                severity_number=SeverityNumber.INFO,
                body=note,
                event_name=EVENT,
            )
        )

    def close(self) -> None:
        """Send what was taken, and stop."""
        self._provider.shutdown()

"""Live traffic: clean and marked messages at each gate, and what became of each of them."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from e2e.bypass.backend import ANSWERS, Backend
from e2e.bypass.technique import CLEAN, DIRTY, MARKS, Value
from extauthz.demo.client import tls_context
from extauthz.demo.lab import Lab
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK

PAUSE_SECONDS: Final = 0.04
TIMEOUT_SECONDS: Final = 8.0
FOUND: Final = "MINIMUM_NECESSARY"
_WELL: Final = 4
"""So many last messages of a lane must have ended as the policy says. Every other one is large."""
_GATES: Final = ("sender", "receiver", "answers")


def documents(value: Value) -> tuple[bytes, bytes]:
    """A small message, and one that goes to a scanner process, because labels occur in it."""
    small = {"report": "stock", "line": value.text}
    serviced = {"device": "infusion pump", "note": "replaced the name plate of ward 3, call 4471"}
    large = {**small, "serviced": [serviced for _ in range(40)], "record": dict(value.record)}
    return json.dumps(small).encode(), json.dumps(large).encode()


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of message at one gate."""

    gate: str
    is_marked: bool


LANES: Final = tuple(Lane(gate, marked) for gate in _GATES for marked in (False, True))


@dataclass(frozen=True, slots=True)
class Sent:
    """One message and its end.

    Args:
        began: seconds of the monotonic clock.
        ended: the same.
        status: of the answer; 0 when there was none.
        reason: the guard's, or empty.
        decision: the id that the guard gave, or empty.
        leaked: whether a mark was in the answer.
    """

    lane: Lane
    trace: str
    began: float
    ended: float
    status: int
    reason: str
    decision: str
    leaked: bool

    @property
    def is_well(self) -> bool:
        """Whether it ended as the policy says."""
        if self.lane.is_marked:
            return (self.status, self.reason) == (403, FOUND)
        return self.status == 200


class Traffic:
    """A thread for each lane. Leaving the context ends them."""

    def __init__(self, lab: Lab, backend: Backend) -> None:
        self.sent: list[Sent] = []
        self._lab = lab
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(lane,)) for lane in LANES]
        self._tls = tls_context(lab.mesh.certificates[EHR])
        self._reader = tls_context(lab.mesh.certificates[BILLING])
        for value, name in ((CLEAN, "clean"), (DIRTY, "marked")):
            for size, body in enumerate(documents(value)):
                backend.answers[f"{name}{size}"] = _answer(body)

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def is_well(self, since: float) -> bool:
        """Whether the last messages of each lane are well, and began after `since`."""
        return all(self._lane_is_well(lane, since) for lane in LANES)

    def unwell(self, since: float) -> list[str]:
        """The last message of each lane that is not well, as text."""
        return [
            f"{lane}: {[(s.status, s.reason) for s in self._last(lane)]}"
            for lane in LANES
            if not self._lane_is_well(lane, since)
        ]

    def _last(self, lane: Lane) -> list[Sent]:
        return [sent for sent in list(self.sent) if sent.lane == lane][-_WELL:]

    def _lane_is_well(self, lane: Lane, since: float) -> bool:
        last = self._last(lane)
        return len(last) == _WELL and all(s.is_well and s.began >= since for s in last)

    def _send(self, lane: Lane) -> None:
        bodies: Sequence[bytes] = documents(DIRTY if lane.is_marked else CLEAN)
        connection = self._connection(lane)
        number = 0
        while not self._over.wait(PAUSE_SECONDS):
            number += 1
            self.sent.append(_exchange(connection, lane, bodies, number % 2))
        connection.close()

    def _connection(self, lane: Lane) -> http.client.HTTPConnection:
        ports = self._lab.mesh.ports
        if lane.gate == "sender":
            return http.client.HTTPConnection(
                LOOPBACK, ports[EHR].outbound, timeout=TIMEOUT_SECONDS
            )
        if lane.gate == "receiver":
            return _secure(ports[BILLING].inbound, self._tls)
        return _secure(ports[EHR].inbound, self._reader)


def _secure(port: int, context: ssl.SSLContext) -> http.client.HTTPConnection:
    return http.client.HTTPSConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS, context=context)


def _exchange(
    connection: http.client.HTTPConnection, lane: Lane, bodies: Sequence[bytes], size: int
) -> Sent:
    trace = token_hex(16)
    host = {"sender": ANALYTICS, "receiver": BILLING, "answers": EHR}[lane.gate].host
    headers = {"host": host, "traceparent": f"00-{trace}-{token_hex(8)}-01"}
    began = time.monotonic()
    try:
        if lane.gate == "answers":
            name = f"{'marked' if lane.is_marked else 'clean'}{size}"
            connection.request("GET", f"{ANSWERS}{name}", headers=headers)
        else:
            headers["content-type"] = "application/json"
            connection.request("POST", "/orders", bodies[size], headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()  # the next message connects again
        return Sent(lane, trace, began, time.monotonic(), 0, "", "", leaked=False)
    return Sent(
        lane,
        trace,
        began,
        time.monotonic(),
        answer.status,
        answer.headers.get("x-phiguard-reason", ""),
        answer.headers.get("x-phiguard-decision", ""),
        leaked=any(mark in body for mark in MARKS),
    )


def _answer(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body

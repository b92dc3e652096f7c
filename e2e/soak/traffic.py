"""The traffic of a soak: messages with the answer that each must get, and who sends them.

The messages are those of the demo's scenarios, and larger ones. A sender is a process of its own
with one connection for each sidecar. It sends one message at a time and compares each answer.
"""

import http.client
import random
import ssl
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.scenarios import SCENARIOS, Message, Way
from extauthz.demo.topology import BILLING, EHR, LOOPBACK, Mesh, Workload
from extauthz.demo.workloads import DELIVERY_HEADER
from mesh.policy.decision import Action, Reason

DENIED: Final = "soak-denied"
"""The delivery id of messages that must not arrive."""
MASKED: Final = "soak-masked"
"""The delivery id of some of the messages that must arrive masked."""

_KIB: Final = 1024
_MASKED_SHOWN: Final = 0.02
"""The share of the masked messages that the application keeps, so that they can be looked at."""
_REFUSED: Final = frozenset((500, 502, 503, 504))
"""The guard or the proxy could not do its part: no verdict, and nothing passed."""
_TELL_SECONDS: Final = 1.0
_SHOWN: Final = 5
_BYPASS: Final = {Way.BYPASS: True, Way.SIDECAR: False}
_JSON: Final = {"content-type": "application/json"}
_FHIR: Final = {"content-type": "application/fhir+json"}


@dataclass(frozen=True, slots=True)
class Shot:
    """One kind of message.

    Args:
        name: for the table.
        caller: who sends it.
        callee: to whom.
        message: what is sent.
        status: that it must be answered with.
        decisions: how often the guard judges it.
        weight: how often it is sent, in proportion.
        past: whether it goes past the sender's sidecar, so that ext_authz alone judges it.
        is_masked: whether it must arrive masked.
        delivered: whether the application gets the request.
    """

    name: str
    caller: Workload
    callee: Workload
    message: Message
    status: int
    decisions: int
    weight: int = 4
    past: bool = False
    is_masked: bool = False
    delivered: bool = True


def _of_scenarios() -> tuple[Shot, ...]:
    """The scenarios over mutual TLS, but for an upgrade, which ends its connection."""
    return tuple(
        Shot(
            each.name,
            each.caller,
            each.callee,
            each.message,
            each.expected.status,
            each.expected.decisions,
            past=_BYPASS[each.way],
            is_masked=each.expected.action is Action.REDACT,
            delivered=each.expected.delivered,
        )
        for each in SCENARIOS
        if each.way in _BYPASS and each.expected.reason not in {None, Reason.PROTOCOL_NOT_ALLOWED}
    )


def _sized(name: str, body: bytes, headers: dict[str, str], weight: int, *, past: bool) -> Shot:
    message = Message(headers=headers, body=body)
    return Shot(name, EHR, BILLING, message, 200, 2 if past else 3, weight, past)


def shots() -> tuple[Shot, ...]:
    """Return all kinds of messages."""
    clean, bundle = payloads.clean_document_of, payloads.patient_bundle_of
    return (
        *_of_scenarios(),
        _sized("clean, 1 KiB, ext_authz", clean(_KIB), _JSON, 40, past=True),
        _sized("clean, 1 KiB", clean(_KIB), _JSON, 20, past=False),
        _sized("clean, 64 KiB, ext_authz", clean(64 * _KIB), _JSON, 4, past=True),
        _sized("FHIR, 2 KiB, ext_authz", bundle(2 * _KIB), _FHIR, 10, past=True),
        _sized("FHIR, 64 KiB", bundle(64 * _KIB), _FHIR, 2, past=False),
    )


@dataclass(slots=True)
class Tally:
    """What came of the messages.

    Args:
        right: answers as they must be, by name.
        refused: messages that the guard or the proxy could not judge, by status and reason.
        broken: connections that ended without an answer.
        wrong: answers that must not be.
        shown: the first of those, each as one line.
    """

    right: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    wrong: int = 0
    shown: list[str] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """The number of messages with an answer."""
        return self.right.total() + self.refused.total() + self.wrong

    def add(self, other: "Tally") -> None:
        """Add what another sender, or the same one later, has counted."""
        self.right += other.right
        self.refused += other.refused
        self.broken += other.broken
        self.wrong += other.wrong
        self.shown = (self.shown + other.shown)[:_SHOWN]

    def take(self, shot: Shot, status: int, reason: str, body: bytes) -> None:
        """Compare one answer."""
        leaks = shot.status != 200 and any(value.encode() in body for value in payloads.CANARIES)
        if status == shot.status and not leaks:
            self.right[shot.name] += 1
        elif status in _REFUSED and not leaks:
            self.refused[f"{status} {reason}".rstrip()] += 1
        else:
            self.wrong += 1
            text = f"{shot.name}: {status} {reason}{' with values of PHI' if leaks else ''}"
            self.shown = [*self.shown, text][:_SHOWN]


class Sender:
    """One client.

    Args:
        mesh: where the sidecars are.
        seed: of its choices.
    """

    def __init__(self, mesh: Mesh, seed: int) -> None:
        self._mesh = mesh
        self._choices = random.Random(seed)
        self._connections: dict[tuple[Workload, bool], http.client.HTTPConnection] = {}
        self._identity = tls_context(mesh.certificates[EHR])
        self._shots = shots()
        self._weights = [shot.weight for shot in self._shots]

    def send_one(self, tally: Tally) -> None:
        """Send one message and count its answer."""
        (shot,) = self._choices.choices(self._shots, self._weights)
        door = (shot.callee, True) if shot.past else (shot.caller, False)
        connection = self._connections.get(door) or self._connect(*door)
        headers = {"host": shot.callee.host, **shot.message.headers, **self._marked(shot)}
        try:
            connection.request(
                shot.message.method, shot.message.path, shot.message.body or None, headers
            )
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            tally.broken += 1
            self._connections.pop(door).close()
        else:
            tally.take(shot, answer.status, answer.headers.get("x-phiguard-reason", ""), body)

    def _marked(self, shot: Shot) -> dict[str, str]:
        if not shot.delivered:
            return {DELIVERY_HEADER: DENIED}
        if shot.is_masked and self._choices.random() < _MASKED_SHOWN:
            return {DELIVERY_HEADER: MASKED}
        return {}

    def _connect(self, workload: Workload, past: bool) -> http.client.HTTPConnection:
        ports = self._mesh.ports[workload]
        made: http.client.HTTPConnection
        if past:
            made = http.client.HTTPSConnection(
                LOOPBACK, ports.inbound, timeout=30, context=self._identity
            )
        else:
            made = http.client.HTTPConnection(LOOPBACK, ports.outbound, timeout=30)
        self._connections[workload, past] = made
        return made


def run(mesh: Mesh, seed: int, results: Connection) -> None:
    """Send until the other end of `results` is closed. Tell it each second what was counted."""
    sender = Sender(mesh, seed)
    with suppress(BrokenPipeError, ConnectionError, ssl.SSLError):
        while True:
            tally, until = Tally(), time.monotonic() + _TELL_SECONDS
            while time.monotonic() < until:
                sender.send_one(tally)
            results.send(tally)

"""Messages with one marker, and a scanner that finds it, for tests of exchanges."""

from dataclasses import dataclass, field

from mesh.exchange.machine import Body, Exchange, Head, State
from mesh.message.facts import Facts, Operation, Protocol
from mesh.message.headers import Headers
from mesh.policy.decision import Mode, Reason
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import INFO_TYPES

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
MARKER = b"943-11-2222"
FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    redactable=True,
    operation=Operation("POST", "/claims"),
)


SSN = "US_SOCIAL_SECURITY_NUMBER"
UPGRADE = Headers((("upgrade", "websocket"),))


def length(size: int) -> Headers:
    return Headers((("content-length", str(size)),))


@dataclass
class MarkerScanner:
    """Finds one marker.

    Args:
        failing: whether it raises an exception whose text holds the marker.
        remains: whether it finds the marker in everything it reads.
        unsure: whether its coverage is not complete.
    """

    failing: bool = False
    remains: bool = False
    unsure: bool = False
    chunks: list[bytes] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)

    def feed(self, chunk: bytes, /) -> None:
        if self.failing:
            raise ValueError(f"cannot read {chunk!r}")
        self.chunks.append(chunk)

    def feed_field(self, label: str, value: str, /) -> None:
        self.fields.append((label, value))

    def finish(self, *, truncated: bool) -> ScanReport:
        body = b"".join(self.chunks)
        at = 0 if self.remains else body.find(MARKER)
        found = [Location("ssn", at, at + len(MARKER))] if at >= 0 else []
        found += [Location(label) for label, value in self.fields if MARKER.decode() in value]
        findings = tuple(
            Finding.of(INFO_TYPES[SSN], Likelihood.LIKELY, "marker", location, Subject.PATIENT)
            for location in found
        )
        cut = truncated or self.unsure
        return ScanReport(
            findings=findings,
            coverage=Coverage.TRUNCATED if cut else Coverage.COMPLETE,
            gap=Gap.CUT_OFF if cut else Gap.NONE,
            verdict=Verdict.PHI if findings else Verdict.NONE,
            media="text",
            size=len(body),
        )


def policy(
    protocols: tuple[Protocol, ...] = (Protocol.HTTP,), mode: Mode = Mode.ENFORCE, **phi
) -> Policy:
    target = Target(Peer((BILLING,)), OperationMatch(protocols=protocols))
    disclosure = Disclosure(**phi)
    return Policy(
        "p", "d", mode=mode, rules=(Rule("r", (Peer((EHR,)),), (target,), disclosure, disclosure),)
    )


REDACT = {"redact": frozenset({SSN})}


def exchange(rules: Policy | None, *scanners: MarkerScanner) -> Exchange:
    supply = iter(scanners or (MarkerScanner(), MarkerScanner()))
    return Exchange(rules, lambda _: next(supply))


def outcome_of(machine: Exchange, *events):
    *early, last = [machine.receive(event) for event in events]
    assert early == [None] * len(early)
    assert machine.state is State.DONE
    return last


def reason_of(*events, rules: Policy | None = None) -> Reason:
    return outcome_of(exchange(rules or policy()), *events).decision.reason


MESSAGE = (Head(FACTS), Body(b"ssn " + MARKER, end=False), Body(b" end", end=True))

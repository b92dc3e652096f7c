"""A judgement: one decided message with its id. Records, spans, metrics and answers use it.

INVARIANT (no values): no record, span or metric that is made of a judgement holds a path, an
address, a header, a body, or anything derived from one.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from mesh.message.body_digests import UNCHANGED, FieldChanges, Replaced
from mesh.message.facts import Facts
from mesh.message.message_types import recorded
from mesh.policy.decision import Action, Decision
from phiscan.finding import ScanReport
from phiscan.finding_kinds import info_types

ASKED_OVER_HTTP: Final = "http"
"""The value of `asked` in a record."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of one message.

    Args:
        id: unique id of the decision; the answer, the span and the ledger record carry it.
        facts: who talks to whom. Of its operation only a type of HL7 message is recorded, where it
            is of the standard's tables: a path can hold PHI.
        decision: the decision.
        report: the scan report.
        policy: name of the policy that decided.
        trace: trace id, 32 hexadecimal digits.
        body: the redacted body, only when the decision's effect is REDACT.
        fields: what becomes of headers, or trailers, with a digest of a body that was masked.
        replaced: what `body` replaces, for the trailers that may follow, or None.
        observed: the proxy did not wait, because Envoy's filter runs in observability mode.
        asked_over_http: no proxy asked but a client of the HTTP interface: no evidence of a proxy,
            or of a connection.
        exchange: id of the first judgement of the same RPC; empty for that one itself.
        canary: headers with the proof for the sender of a canary's nonce; none for others.
        piece: number of this part of its message, from 1. A message of a stream has many, and one
            with trailers two.
    """

    id: str
    facts: Facts
    decision: Decision
    report: ScanReport
    policy: str
    trace: str
    body: bytes | None = None
    fields: FieldChanges = UNCHANGED
    replaced: Replaced | None = None
    observed: bool = False
    asked_over_http: bool = False
    exchange: str = ""
    piece: int = 1
    canary: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Show the decision only: a body must not reach a log through a repr."""
        return f"Judgement({self.id}, {self.decision.action}, {self.decision.reason})"


def ledger_record(judgement: Judgement) -> dict[str, Any]:
    """Return the ledger record of a decision: principals, classes, counts and closed words.

    A name that is not known is None, never empty. Only a client of the HTTP interface is `asked`
    of: what a proxy asks has no such key.
    """
    decision, facts = judgement.decision, judgement.facts
    findings = judgement.report.findings
    record: dict[str, Any] = {
        "kind": "decision",
        "id": judgement.id,
        "decision": decision.action.value,
        "enforced": decision.enforced,
        "observed": judgement.observed,
        "reason": decision.reason.value,
        "verdict": decision.verdict.value,
        "coverage": decision.coverage.value,
        "gap": decision.gap.value,
        "media": judgement.report.media,
        "parts": list(judgement.report.parts),
        "opaque": len(judgement.report.opaque),
        "identifiers": [i.value for i in decision.identifiers],
        "infoTypes": {name: number for (name, _), number in info_types(findings).items()},
        "tipped": list(decision.tipped),
        "rules": list(decision.rules),
        "audits": {rule: action.value for rule, action in decision.audits},
        "policy": decision.policy or None,
        "source": facts.source or None,
        "destination": facts.destination or None,
        "service": facts.service or None,
        "caller": facts.caller or None,
        "mtls": facts.mtls,
        "direction": facts.direction.value,
        "vantage": facts.vantage.value,
        "protocol": facts.protocol.value,
        "messageType": recorded(facts.operation.message_type) or None,
        "trace": judgement.trace,
        "exchange": judgement.exchange or judgement.id,
        "piece": judgement.piece,
    }
    if judgement.asked_over_http:
        record["asked"] = ASKED_OVER_HTTP
    return record


def forwarded(judgement: Judgement) -> ScanReport:
    """Return what was found in an answered message, without what the answer masked."""
    decision, report = judgement.decision, judgement.report
    masked = decision.redact if decision.effect is Action.REDACT else ()
    return replace(report, findings=tuple(f for f in report.findings if f.info_type not in masked))

"""Made-up decisions for `phiguard audit size`: no ledger at hand, but what a guard would write."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from extauthz.records import ledger_time
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.ledger.chain import GENESIS_HEAD, Record, seal
from extauthz.records.ledger.file import SCHEMA
from extauthz.records.summaries import SECONDS, Summaries, edge_of
from mesh.message.facts import Direction, Facts, Vantage
from mesh.policy.decision import Action, Decision, Reason, Uneventful
from mesh.policy.policy import Policy
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES, Identifier

RECORDS: Final = 20_000
_SERVICES: Final = "ehr portal laboratory imaging billing claims scheduling pharmacy".split()
_POLICY: Final = hashlib.sha256(b"policy").hexdigest()
_SUMMING: Final = Policy("clinic", _POLICY, uneventful=Uneventful.SUMMARY)
_START: Final = datetime(2026, 11, 1, tzinfo=UTC)
_Timed = tuple[Record, datetime]
"""A record, and when it is written."""
_NAME: Final = Finding.of(
    INFO_TYPES["PERSON_NAME"], Likelihood.LIKELY, "sample", Location("name"), Subject.PATIENT
)


def lines() -> Iterator[bytes]:
    """Yield the lines of a ledger: seven of ten messages hold no PHI, one is denied."""
    yield from _sealed(
        (ledger_record(_judgement(number)), _START + timedelta(milliseconds=number * 3.3))
        for number in range(RECORDS)
    )


def summed(decisions_per_second: float) -> Iterator[bytes]:
    """Yield the lines of the same decisions where the policy sums up what is uneventful.

    Args:
        decisions_per_second: of one worker, whose counts are written each second.
    """
    yield from _sealed(_summed(decisions_per_second))


def _summed(decisions_per_second: float) -> Iterator[_Timed]:
    now, turn = _START, 0
    summaries = Summaries(lambda: int(now.timestamp()) * 1_000_000_000)
    for number in range(RECORDS):
        seconds = number / decisions_per_second
        now = _START + timedelta(seconds=seconds)
        if seconds // SECONDS > turn:
            turn = int(seconds // SECONDS)
            yield from _written(summaries, now)
        judgement = _judgement(number)
        edge = edge_of(judgement, _SUMMING)
        if edge is not None and summaries.knows(edge):
            summaries.count(edge, judgement.report.size)
            continue
        yield ledger_record(judgement), now
        if edge is not None:
            summaries.meet(edge)
    yield from _written(summaries, now)


def _written(summaries: Summaries, now: datetime) -> Iterator[_Timed]:
    for record, kept in summaries.entries():
        yield record, now
        kept()


def _sealed(records: Iterable[_Timed]) -> Iterator[bytes]:
    head = GENESIS_HEAD
    for record, time in records:
        timed = {**record, "schema": SCHEMA, "time": ledger_time.written(time)}
        line, head = seal(timed, head)
        yield line


def _judgement(number: int) -> Judgement:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    source, destination = _SERVICES[number % 8], _SERVICES[number // 8 % 8]
    facts = Facts(
        source=f"cluster.local/ns/clinic/sa/{source}",
        destination=f"cluster.local/ns/clinic/sa/{destination}",
        mtls=True,
        caller=f"cluster.local/ns/clinic/sa/{destination}",
        direction=Direction.REQUEST if number % 2 else Direction.RESPONSE,
        vantage=Vantage.INBOUND,
    )
    decision, findings = _decided(number % 10, f"{source}-to-{destination}")
    report = ScanReport(findings, media="fhir+json", size=2000)
    return Judgement(digest[:32], facts, decision, report, "clinic", digest[32:])


def _decided(kind: int, rule: str) -> tuple[Decision, tuple[Finding, ...]]:
    if kind < 7:
        return Decision(Action.ALLOW, Reason.NO_PHI, rules=(rule,), policy=_POLICY), ()
    action, reason = Action.ALLOW, Reason.ALLOWED_BY_RULE
    if kind == 9:
        action, reason = Action.DENY, Reason.MINIMUM_NECESSARY
    decision = Decision(
        action,
        reason,
        rules=(rule,),
        identifiers=(Identifier.NAME,),
        tipped=("PERSON_NAME",),
        verdict=Verdict.PHI,
        policy=_POLICY,
    )
    return decision, (_NAME,) * 3

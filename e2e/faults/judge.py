"""Runs one fault under traffic, and judges what became of the messages."""

import time
from collections import Counter
from dataclasses import dataclass

from e2e.bypass.technique import CLEAN, MARKS
from e2e.faults.fault import RECOVERY_SECONDS, Fault
from e2e.faults.site import Site
from e2e.faults.traffic import FOUND, Sent
from extauthz import cli

SIGN_SECONDS = 20.0
_FAILURES = {0, 503, 504}
"""No answer; the guard's own failure; ext_proc's answer to a guard that says nothing."""
_BUSY = {"OVERLOADED", "OUT_OF_TIME"}
"""What is said on a machine that does other work too, without any fault."""
_NOT_KEPT = "LEDGER_UNAVAILABLE"
"""What is said of a decision that the ledger could not keep."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault cost, for the table.

    Args:
        name: of the fault.
        clean: clean messages between the fault and the recovery.
        failed: those of them that failed.
        marked: marked messages meanwhile. None arrived.
        recovered: seconds from the mending until all lanes were well.
        ends: how the failed messages ended, with counts.
    """

    name: str
    clean: int
    failed: int
    marked: int
    recovered: float
    ends: str


def run(site: Site, fault: Fault) -> Row:
    """Break, mend, and judge. Return the row of the table."""
    site.begin(fault.guard)
    arrived = site.backend.mark()
    with site.traffic as traffic:
        start = time.monotonic()
        _wait(site, lambda: traffic.is_well(start), lambda: f"before: {traffic.unwell(start)}")
        site.break_now()
        with fault.breaks(site):
            least = time.monotonic() + fault.seconds
            _wait(
                site,
                lambda: time.monotonic() > least and fault.sign(site),
                lambda: f"no sign of the fault; {_ends(site.since_broken())}",
                SIGN_SECONDS,
            )
        mended = time.monotonic()
        _wait(
            site,
            lambda: site.is_whole and traffic.is_well(mended),
            lambda: (
                f"no recovery: {traffic.unwell(mended)}, processes {site.workers} "
                f"{site.scanners} {site.spares}"
            ),
        )
        healed = time.monotonic()
    _judge(site, fault, arrived)
    meanwhile = [sent for sent in site.since_broken() if sent.began <= healed]
    clean = [sent for sent in meanwhile if not sent.lane.is_marked]
    failed = [sent for sent in clean if not sent.is_well]
    return Row(
        fault.name,
        len(clean),
        len(failed),
        len(meanwhile) - len(clean),
        healed - mended,
        _ends(failed),
    )


def _wait(site: Site, condition, why, seconds: float = RECOVERY_SECONDS) -> None:
    try:
        site.wait(condition, "it", seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}: {why()}") from None


def _judge(site: Site, fault: Fault, arrived: tuple[int, int]) -> None:
    sent = list(site.traffic.sent)
    received = site.backend.since(arrived)
    assert CLEAN.text.encode() in received
    assert [mark for mark in MARKS if mark in received] == []
    assert [s for s in sent if s.leaked or (s.lane.is_marked and s.status == 200)] == []
    assert [mark for mark in MARKS if mark in site.output()] == []

    told = {s.reason for s in sent if s.reason}
    assert told <= {FOUND, *_BUSY, *fault.reasons}
    assert {s.status for s in sent if not s.is_well} <= _FAILURES
    if fault.is_harmless:
        assert [s for s in sent if not s.is_well and s.reason not in _BUSY] == []

    records = site.records()
    reasons: dict[object, list[object]] = {}
    for record in records:
        reasons.setdefault(record["id"], []).append(record["reason"])
    told_of = [s for s in sent if s.decision]
    kept = [(s.reason, reasons.get(s.decision)) for s in told_of if s.reason != _NOT_KEPT]
    assert [(reason, found) for reason, found in kept if found != [reason]] == []
    assert [s for s in told_of if s.reason == _NOT_KEPT and s.decision in reasons] == []
    allowed = {record["trace"] for record in records if record["decision"] == "ALLOW"}
    passed = [s for s in sent if s.status == 200]
    assert passed
    assert [s for s in passed if s.trace not in allowed] == []
    assert cli.main(["audit", "verify", str(site.ledger)]) == 0


def _ends(sent: list[Sent]) -> str:
    ends = Counter(f"{s.status} {s.reason}".strip() for s in sent if not s.is_well)
    return ", ".join(f"{count} x {end}" for end, count in ends.most_common())

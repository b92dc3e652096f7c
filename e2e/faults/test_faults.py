"""Each fault under live traffic, on real Envoy: see `fault.py` for what is asserted."""

import pytest

from e2e.faults import crowds, hops, processes, storage, surroundings
from e2e.faults.fault import Fault
from e2e.faults.judge import Row, run
from e2e.faults.site import Site

FAULTS = (
    *processes.FAULTS,
    *crowds.FAULTS,
    *surroundings.FAULTS,
    *storage.FAULTS,
    *hops.FAULTS,
)


QUICK = frozenset(
    (
        "kill -9 of a scanner",
        "kill -9 of a worker",
        "kill -9 of all workers",
        "SIGSTOP of all scanners",
        "SIGSTOP of all workers",
        "100 slow senders",
        "collector hangs",
        "kill -9 of the receiver's Envoy",
        "broken policy",
        "files limited (RLIMIT_FSIZE): torn lines",
        "descriptors used up (RLIMIT_NOFILE)",
        "exception: decode",
        "exception: scan",
        "exception: ledger",
        "scanner crashes",
    )
)
"""One of each kind, for `make e2e`. `make faults` runs all."""


def _case(fault: Fault) -> object:
    marks = [] if fault.name in QUICK else [pytest.mark.slow]
    if not fault.is_possible:
        marks.append(pytest.mark.skip(reason=f"needs capability {fault.capability}"))
    return pytest.param(fault, marks=marks, id=fault.name.replace(" ", "-"))


@pytest.mark.parametrize("fault", list(map(_case, FAULTS)))
def test_nothing_passes_nothing_is_lost_and_all_is_well_again(
    site: Site, rows: list[Row], fault: Fault
) -> None:
    rows.append(run(site, fault))


def test_there_are_many_faults_each_with_a_name_of_its_own() -> None:
    names = {fault.name for fault in FAULTS}
    assert len(names) == len(FAULTS) >= 30
    assert names >= QUICK

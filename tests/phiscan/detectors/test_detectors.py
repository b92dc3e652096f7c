"""The list of detectors."""

import pytest

from phiscan.detectors import DETECTORS, GROUPS, ON_DEMAND, UnknownGroupError, select
from phiscan.engine import Engine
from phiscan.finding import Verdict
from phiscan.identifiers import CREDENTIALS, INFO_TYPES

ALL = tuple(d for detectors in GROUPS.values() for d in detectors)


def test_every_detector_has_a_name_of_its_own():
    assert len({d.name for d in ALL}) == len(ALL)


def test_every_detector_finds_a_known_info_type():
    assert {d.info_type for d in ALL} <= set(INFO_TYPES)


def test_every_value_expression_has_one_group():
    assert {d.value.groups for d in ALL if d.value is not None} == {1}


def test_a_group_runs_where_it_is_asked_for():
    assert select(with_groups=("credentials",)) == (*DETECTORS, *GROUPS["credentials"])
    assert set(DETECTORS) == {d for name in set(GROUPS) - ON_DEMAND for d in GROUPS[name]}


def test_a_group_that_is_switched_off_does_not_run():
    assert set(DETECTORS) - set(select(without_groups=("names", "health"))) == {
        *GROUPS["names"],
        *GROUPS["health"],
    }


def test_switching_off_wins():
    assert select(with_groups=("credentials",), without_groups=("credentials",)) == DETECTORS


def test_an_unknown_group_is_named_with_those_that_exist():
    with pytest.raises(UnknownGroupError, match=r"nmaes: no such group.*names"):
        select(without_groups=("nmaes",))


def test_only_the_credentials_group_finds_credentials():
    assert {d.info_type for d in GROUPS["credentials"]} == CREDENTIALS
    assert CREDENTIALS.isdisjoint(d.info_type for d in DETECTORS)


def test_credentials_are_found_and_off_the_verdict():
    engine = Engine(select(with_groups=("credentials",)))
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(b"patient Maria Delgado, MRN 4471902, password=hunter2!x")
    with_patient = scanner.finish()
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(b"customer@fernmail.net password=hunter2!x")
    without = scanner.finish()
    assert "PASSWORD" in {f.info_type for f in with_patient.findings} & {
        f.info_type for f in without.findings
    }
    assert without.verdict is Verdict.IDENTIFIERS  # a credential is no health information

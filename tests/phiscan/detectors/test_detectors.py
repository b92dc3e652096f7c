"""The list of detectors."""

from phiscan.detectors import DETECTORS
from phiscan.identifiers import INFO_TYPES


def test_every_detector_has_a_name_of_its_own():
    assert len({d.name for d in DETECTORS}) == len(DETECTORS)


def test_every_detector_finds_a_known_info_type():
    assert {d.info_type for d in DETECTORS} <= set(INFO_TYPES)


def test_every_value_expression_has_one_group():
    assert {d.value.groups for d in DETECTORS if d.value is not None} == {1}

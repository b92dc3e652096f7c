"""Names are shown without what the detectors find in them."""

import pytest

from atrest import names
from atrest.examine import examine
from atrest.source import Budget, Rows
from phiscan.redaction.edits import RedactionError


@pytest.mark.parametrize(
    "name", ["public.patient", "b/2026/11/note.txt", "diabetes.csv", "", "é/ü"]
)
def test_ordinary_names_stay(detection, name):
    assert names.look(name, detection) == (name, ())


def test_an_identifier_is_masked_and_told(detection):
    shown, found = names.look("export for SSN 512-44-9031.txt", detection)
    assert shown.startswith("export for SSN ")
    assert "512-44" not in shown
    assert [f.info_type for f in found] == ["US_SOCIAL_SECURITY_NUMBER"]


def test_a_name_that_is_no_utf8_is_shown(detection):
    assert names.look("a\udce9b", detection)[0] == "a?b"


def test_what_cannot_be_masked_is_not_shown(detection, monkeypatch):
    def fails(*_):
        raise RedactionError("no")

    monkeypatch.setattr(names, "redact", fails)
    assert names.look("SSN 512-44-9031", detection)[0] == "XXX"


def test_a_tables_name_within_a_unit_is_shown_so_too(detection):
    rows = Rows(("mrn", "dob"), [("7730145", "1958-03-14")] * 3, "SSN 512-44-9031")
    profile, _ = examine([rows], detection, Budget(), lambda rows, size: None)
    assert not any("512-44" in name for name in profile.columns)
    assert [name.rpartition(".")[2] for name in sorted(profile.columns)] == ["dob", "mrn"]

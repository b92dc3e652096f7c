"""A report as a table, JSON, SARIF, JUnit and HTML."""

import json
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from ledger_schema import DOCS, faults
from posture_reports import MIXED, NOW, audited, evidence, verdict

from extauthz.commands.posture import coverage_lines, report_file
from extauthz.commands.posture.outputs import FORMATS, Ask
from extauthz.commands.posture.report_file import ReportError
from mesh.posture import acceptance
from mesh.posture.acceptance import Acceptance, Accepted
from mesh.posture.evidence import Stance
from mesh.posture.verdict import Grade, State

NOBODY = Accepted()
KNOWN = Accepted(
    (Acceptance("finance/*", "it holds no PHI", "Ana Ruiz", date(2030, 1, 1)),), date(2027, 1, 1)
)
SCHEMA = json.loads((DOCS / "posture.schema.json").read_text())


def written(form, found=MIXED, accepted=KNOWN, everything=False):
    return FORMATS[form](Ask(found, accepted, everything))


def test_the_table_lists_what_is_not_up_with_what_is_down_first():
    first, *lines = written("table").splitlines()
    assert first.split() == ["state", "cell", "why"]
    assert [line.split()[0] for line in lines] == ["DOWN", "DOWN", "UNKNOWN"]
    assert "clinic/Deployment/ehr/inbound/2575/mesh" in lines[0]
    assert "Service clinic/ehr: it passes unread; name the port http-…" in lines[0]
    assert lines[1].endswith("[accepted until 2030-01-01 by Ana Ruiz: it holds no PHI]")
    assert len(written("table", everything=True).splitlines()) == 6


def test_the_report_fits_its_schema_and_says_each_key():
    value = json.loads(written("json"))
    assert faults(value, SCHEMA, "report") == []
    assert value["summary"] == {
        "cells": 5, "UP": 2, "UNKNOWN": 1, "DOWN": 2, "proved": 1, "observed": 1, "closed": 0,
        "accepted": 1, "guaranteed": False,
    }  # fmt: skip
    for key in value:
        assert faults({k: v for k, v in value.items() if k != key}, SCHEMA, "report")
    cell = value["cells"][0]
    for key in cell:
        less = {**value, "cells": [{k: v for k, v in cell.items() if k != key}]}
        assert faults(less, SCHEMA, "report")


def test_a_report_that_was_written_is_read_again():
    again = report_file.read(written("json").encode())
    assert again == MIXED
    assert report_file.digest(again, KNOWN) == report_file.digest(MIXED, KNOWN)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"5", b'{"schema": 1}', b'{"schema": 9, "at": 1}']
)
def test_what_is_no_report_is_refused(data):
    with pytest.raises(ReportError):
        report_file.read(data)


@pytest.mark.parametrize(
    ("old", "new"), [('"schema": 1', '"schema": 2'), ('"DOWN"', '"down?"'), ('"at": "', '"at": "x')]
)
def test_a_report_of_another_form_is_refused(old, new):
    text = written("json")
    assert old in text
    with pytest.raises(ReportError):
        report_file.read(text.replace(old, new).encode())


def test_sarif_has_a_result_for_each_cell_that_is_not_up():
    (run,) = json.loads(written("sarif"))["runs"]
    assert [each["level"] for each in run["results"]] == ["error", "error", "warning"]
    assert {each["ruleId"] for each in run["results"]} == {
        each["id"] for each in run["tool"]["driver"]["rules"]
    }
    assert [bool(each.get("suppressions")) for each in run["results"]] == [False, True, False]
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == (
        "clinic/Deployment/ehr/inbound/2575/mesh"
    )
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "cut off" in note["message"]["text"]


def test_junit_has_a_case_for_each_cell():
    clinic, finance = ET.fromstring(written("junit"))  # noqa: S314 - our own
    assert [clinic.get(key) for key in ("name", "tests", "failures", "skipped")] == [
        "clinic",
        "3",
        "1",
        "0",
    ]
    assert [finance.get(key) for key in ("tests", "failures", "skipped")] == ["2", "0", "2"]
    assert len(clinic.findall("testcase/failure")) == 1


def test_the_page_loads_nothing_and_escapes_what_it_is_told():
    hostile = audited(
        verdict(State.DOWN, why=evidence(Stance.DOWN, "<script>alert(1)</script>")),
        problems=("<img src=x>",),
    )
    page = written("html", hostile)
    assert "<script" not in page
    assert "<img" not in page
    assert "default-src &#x27;none&#x27;" in page
    assert "clinic/Deployment/ehr/inbound/8080/mesh" in page


@pytest.mark.parametrize("form", ["table", "junit"])
def test_control_characters_do_not_reach_a_terminal(form):
    hostile = audited(verdict(State.DOWN, why=evidence(Stance.DOWN, "a\x1b[31mb\x00")))
    assert "\x1b" not in written(form, hostile)
    ET.fromstring(written("junit", hostile))  # noqa: S314 - our own


@pytest.mark.parametrize("form", list(FORMATS))
def test_every_form_says_something_of_nothing(form):
    assert written(form, audited()).strip()


def test_coverage_counts_by_namespace():
    assert coverage_lines.rows(MIXED.report, KNOWN) == [
        ("clinic", 3, 2, 0, 1, 0), ("finance", 2, 0, 1, 1, 1),
    ]  # fmt: skip


def test_the_line_for_the_board_says_guaranteed_only_when_all_is_up():
    up = [verdict(State.UP, port=port, grade=Grade.CLOSED) for port in range(2000)]
    all_up = audited(*up)
    assert coverage_lines.board(all_up.report, NOBODY) == (
        "The guard is up at 2,000 of 2,000 cells (100.0 %: 2,000 closed). "
        "Guaranteed: no cell is DOWN or UNKNOWN."
    )
    almost = audited(*up, verdict(State.UNKNOWN, port=9999))
    line = coverage_lines.board(almost.report, NOBODY)
    assert "(99.9 %" in line
    assert "Guaranteed" not in line
    assert coverage_lines.board(MIXED.report, KNOWN) == (
        "The guard is up at 2 of 5 cells (40.0 %: 1 proved, 1 observed); 2 are DOWN, "
        "1 of them accepted; 1 is UNKNOWN."
    )
    assert "nothing is known" in coverage_lines.board(audited().report, NOBODY)


def test_holes_that_are_accepted_do_not_count_as_open():
    assert acceptance.open_holes(MIXED.report.verdicts, KNOWN) == 1
    assert MIXED.report.at == NOW

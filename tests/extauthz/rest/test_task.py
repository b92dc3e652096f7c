"""One unit: whatever happens, there is an outcome, and no value is in it."""

import dataclasses
import os

import pytest

from atrest.detection import Detection
from atrest.manners import Manners
from atrest.profile import NAME
from atrest.protection import Protection
from atrest.readers.files import open_source
from atrest.source import Budget, Reason, Rows, Unread
from atrest.spec import parse
from atrest.unit import Unit, UnitKind
from extauthz.rest import task as tasks
from extauthz.rest.task import Task, lost, perform
from phiscan.finding import Verdict


@pytest.fixture(scope="session")
def detection(engine):
    return Detection(engine, lambda: 0.0)


def outcome(detection, path, name, beat=lambda rows, size: None):
    units = [u for u in open_source(parse(str(path)), Manners(), {}).list() if u.name == name]
    unit = units[0] if units else Unit(f"file://{path}", name, UnitKind.FILE, "1")
    return perform(Task(parse(str(path)), unit, Budget(), Manners()), detection, beat)


def test_a_unit_is_read_and_examined(detection, tmp_path):
    (tmp_path / "a.json").write_text('{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}')
    beats = []
    found = outcome(detection, tmp_path, "a.json", lambda *beat: beats.append(beat))
    assert found.profile.verdict is Verdict.PHI
    assert found.shown == "a.json"
    assert found.protection.storage
    assert beats == [(0, 49)]
    assert "Ruiz" not in repr(found)


def test_an_identifier_in_a_name_is_found_and_masked(detection, tmp_path):
    name = "export for SSN 512-44-9031.txt"
    (tmp_path / name).write_text("nothing")
    found = outcome(detection, tmp_path, name)
    assert "512-44" not in found.shown
    assert found.shown.startswith("export for SSN ")
    hits = found.profile.columns[NAME].hits
    assert {hit.info_type for hit in hits} == {"US_SOCIAL_SECURITY_NUMBER"}


def test_what_is_gone_is_an_outcome(detection, tmp_path):
    found = outcome(detection, tmp_path, "none")
    assert found.profile.unread == {"GONE": 1}
    assert found.detail == "No such file or directory"


def test_a_bug_or_a_drivers_error_is_an_outcome_without_its_text(detection, tmp_path, monkeypatch):
    def broken(*_):
        raise ValueError("row contains (512-44-9031, Ana Ruiz)")

    monkeypatch.setattr(tasks, "open_source", broken)
    found = outcome(detection, tmp_path, "x")
    assert found.profile.unread == {"INTERNAL_ERROR": 1}
    assert found.detail == "ValueError"
    assert "Ruiz" not in repr(found)


class _Panic(BaseException):
    """What native code raises: no Exception."""


def test_native_code_that_fails_is_an_outcome_and_what_it_prints_goes_nowhere(
    detection, tmp_path, monkeypatch, capfd
):
    def broken(*_):
        os.write(2, b"thread panicked at row (512-44-9031, Ana Ruiz)")
        raise _Panic("row (512-44-9031, Ana Ruiz)")

    monkeypatch.setattr(tasks, "open_source", broken)
    found = outcome(detection, tmp_path, "x")
    assert found.profile.unread == {"INTERNAL_ERROR": 1}
    assert found.detail == "_Panic"
    assert "Ruiz" not in repr(found) + "".join(capfd.readouterr())


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt])
def test_what_ends_the_process_ends_it(detection, tmp_path, monkeypatch, end):
    """Ray ends a worker so, and then gives its unit to another one."""

    def ended(*_):
        raise end

    monkeypatch.setattr(tasks, "open_source", ended)
    with pytest.raises(end):
        outcome(detection, tmp_path, "x")


class _Partly:
    """A source that may not read some columns."""

    def read(self, _, __):
        yield Rows(("id",), [(1,)])
        yield from (Unread(Reason.NOT_PERMITTED, name) for name in self.hidden)

    def protection(self, _):
        return Protection()

    def close(self):
        pass


@pytest.mark.parametrize(
    ("hidden", "detail"),
    [
        (("ssn", "dob", "ssn"), "dob, ssn"),
        (("ssn 512-44-9031",), "ssn XXX"),
        ([f"c{number:02}" for number in range(12)], ", ".join(f"c{n:02}" for n in range(10)) + " and 2 more"),
    ],
)  # fmt: skip
def test_the_parts_that_were_not_read_are_named_and_masked(detection, monkeypatch, hidden, detail):
    source = _Partly()
    source.hidden = hidden
    monkeypatch.setattr(tasks, "open_source", lambda *_: source)
    unit = Unit("postgres://db/ehr", "public.patient", UnitKind.TABLE)
    task = Task(parse("postgres://db/ehr"), unit, Budget(), Manners())
    found = perform(task, detection, lambda *_: None)
    assert found.profile.unread == {"NOT_PERMITTED": len(hidden)}
    assert found.detail == detail


def test_a_missing_extra_says_which(detection):
    unit = Unit("x", "y", UnitKind.TABLE)
    broken = dataclasses.replace(parse("/x"), path="/none/such")
    found = perform(Task(broken, unit, Budget(), Manners()), detection, lambda *_: None)
    assert found.profile.unread == {"GONE": 1}


def test_a_unit_whose_worker_died_has_no_name():
    unit = Unit("file:///d", "ruiz_ana.pdf", UnitKind.FILE)
    assert lost(unit, 1.0).shown == "XXX"
    assert lost(unit, 1.0).profile.unread == {"WORKER_LOST": 1}

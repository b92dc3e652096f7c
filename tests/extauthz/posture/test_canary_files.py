from dataclasses import replace

import pytest
from canary_samples import CELL, EHR, NOW

from extauthz.posture import canary_files
from extauthz.posture.canary_files import CanaryFileError, OutcomeFile, read_targets, targets_text
from mesh.posture.canary.nonce import Purpose
from mesh.posture.canary.outcome import Outcome, Result
from mesh.posture.canary.plan import Target

TARGET = Target(CELL, "ehr.clinic.svc", 8080, EHR, 8080)
REFUSED = Outcome(CELL, NOW, "ehr.clinic.svc:8080", "", Purpose.REQUEST, Result.REFUSED)


def test_targets_are_read_as_they_were_written(tmp_path):
    file = tmp_path / "targets.yaml"
    found = (TARGET, replace(TARGET, pod="ehr-0", purpose=Purpose.RESPONSE))
    file.write_text(targets_text(found))
    assert read_targets(file) == found
    file.write_text(targets_text(()))
    assert read_targets(file) == ()


BROKEN = {
    "no YAML": "a: [",
    "no list": "{}",
    "no mapping": "- 1",
    "a key is missing": targets_text([TARGET]).replace('"podPort": 8080, ', ""),
    "an unknown key": targets_text([TARGET]).replace('"cell"', '"path": "/x", "cell"'),
    "a port as text": targets_text([TARGET]).replace('"port": 8080', '"port": "8080"'),
    "a switch as a port": targets_text([TARGET]).replace('"port": 8080', '"port": true'),
    "no port": targets_text([TARGET]).replace('"port": 8080', '"port": 0'),
    "no principal": targets_text([TARGET]).replace(EHR, "ehr"),
    "no host": targets_text([TARGET]).replace("ehr.clinic.svc", "http://ehr/"),
    "no purpose": targets_text([TARGET]).replace('"request"', '"all"'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_target_is_one_line_with_the_file(tmp_path, name):
    file = tmp_path / "targets.yaml"
    file.write_text(BROKEN[name])
    assert BROKEN[name] != targets_text([TARGET])
    with pytest.raises(CanaryFileError, match=r"targets\.yaml: ") as error:
        read_targets(file)
    assert "\n" not in str(error.value)


def test_outcomes_are_appended_for_their_owner_alone_and_remembered(tmp_path):
    file = tmp_path / "canaries.jsonl"
    OutcomeFile(file).add([REFUSED])
    again = OutcomeFile(file)
    again.add([replace(REFUSED, at=NOW + 300)])
    assert again.newest == {CELL: NOW + 300}
    assert (len(file.read_text().splitlines()), file.stat().st_mode & 0o777) == (2, 0o600)


def test_a_file_that_has_grown_keeps_what_still_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(canary_files, "_GROWN", 1000)
    file = OutcomeFile(tmp_path / "canaries.jsonl")
    reached = replace(REFUSED, result=Result.REACHED, at=NOW + 90_000)
    file.add([replace(REFUSED, at=NOW + each) for each in range(10)])
    file.add([reached])
    file.add([replace(REFUSED, at=NOW + 90_300)])
    kept = (tmp_path / "canaries.jsonl").read_text()
    assert ("reached" in kept, kept.count("\n")) == (True, 2)


def test_a_broken_line_is_not_written_over(tmp_path):
    file = tmp_path / "canaries.jsonl"
    file.write_text("{}\n{}\n")
    with pytest.raises(CanaryFileError, match="line 1: no record of a canary; move the file away"):
        OutcomeFile(file)
    assert file.read_text() == "{}\n{}\n"


def test_a_file_that_cannot_be_used_is_one_line(tmp_path):
    with pytest.raises(CanaryFileError, match="no such file"):
        read_targets(tmp_path / "none")
    with pytest.raises(CanaryFileError, match="no such file"):
        OutcomeFile(tmp_path / "none" / "canaries.jsonl")
    with pytest.raises(CanaryFileError, match="is a directory"):
        OutcomeFile(tmp_path)

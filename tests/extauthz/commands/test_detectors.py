"""Custom detectors, detector groups, tokens and the cache, from the command line."""

import re

import pytest

from phiscan.detectors import GROUPS, ON_DEMAND

SET = r"""apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: clinic}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: H, subject: PATIENT, pattern: 'CH-\d{6}', match: [CH-123456], noMatch: [CH-1]}
"""
# Leaves out the groups that these tests do not need. Each test would compile them.
FEW = tuple(
    argument
    for group in GROUPS
    if group not in {"health", "vehicles", *ON_DEMAND}
    for argument in ("--without", group)
)
TEXT = "CH-123456 has asthma, password=hunter2!x\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "set.yaml").write_text(SET)
    (tmp_path / "note.txt").write_text(TEXT)
    (tmp_path / "key").write_bytes(bytes(range(32)))
    return tmp_path


def test_custom_detectors_make_a_document_phi(phiguard, files):
    assert phiguard("scan", files / "note.txt")[0] == 0
    code, out, _ = phiguard("scan", *FEW, "--detectors", files / "set.yaml", files / "note.txt")
    assert code == 1
    assert re.search(r"H medical record\s+CLINIC_CHART\s+1\s+1\s+clinic chart", out)


def test_own_info_types_have_rules_in_sarif(phiguard, files):
    out = phiguard(
        "scan", *FEW, "--format", "sarif", "--detectors", files / "set.yaml", files / "note.txt"
    )[1]
    assert '"ruleId":"CLINIC_CHART"' in out


def test_credentials_are_found_where_they_are_asked_for(phiguard, files):
    code, out, _ = phiguard("scan", *FEW, "--with", "credentials", files / "note.txt")
    assert code == 1
    assert "credential:1" in out
    assert "0 with PHI" in out


def test_a_group_can_be_switched_off(phiguard, files):
    assert "DIAGNOSIS" in phiguard("scan", files / "note.txt")[1]
    assert "DIAGNOSIS" not in phiguard("scan", "--without", "health", files / "note.txt")[1]


def test_an_unknown_group_is_wrong_use(phiguard, files):
    code, _, err = phiguard("scan", "--without", "nmaes", files / "note.txt")
    assert (code, err.count("\n")) == (2, 1)


def test_redact_masks_what_custom_detectors_and_groups_find(phiguard, files):
    code, out, _ = phiguard(
        "redact",
        *FEW,
        "--detectors",
        files / "set.yaml",
        "--with",
        "credentials",
        files / "note.txt",
    )
    assert (code, out) == (0, "XXX has asthma, password=XXX\n")


def test_redact_puts_tokens_where_there_is_a_key(phiguard, files):
    arguments = (
        "redact",
        *FEW,
        "--token-key",
        files / "key",
        "--detectors",
        files / "set.yaml",
        files / "note.txt",
    )
    code, out, _ = phiguard(*arguments)
    assert code == 0
    assert re.fullmatch(r"XXX[A-P]{20} has asthma, password=hunter2!x\n", out)
    assert phiguard(*arguments)[1] == out


def test_a_short_or_absent_key_is_wrong_use(phiguard, files):
    (files / "key").write_bytes(b"short")
    for key in (files / "key", files / "none"):
        code, out, err = phiguard("redact", "--token-key", key, files / "note.txt")
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_the_compiled_detectors_are_kept_where_it_is_said(phiguard, files):
    least = (*FEW, "--without", "health")
    phiguard("scan", *least, "--cache", files / "cache", files / "note.txt")
    assert [p.suffix for p in (files / "cache").iterdir()] == [".hsdb"]
    phiguard("scan", *least, "--no-cache", files / "note.txt")


def test_list_shows_groups_and_own_detectors(phiguard, files):
    code, out, _ = phiguard("detectors", "list", "--detectors", files / "set.yaml")
    assert code == 0
    assert re.search(r"^clinic +chart +H +CLINIC_CHART +LIKELY$", out, re.MULTILINE)
    assert re.search(r"^credentials \(off\) +private_key", out, re.MULTILINE)


def test_check_tells_what_is_wrong_with_its_line(phiguard, files):
    assert phiguard("detectors", "check", files / "set.yaml")[:2] == (
        0,
        "clinic: 1 detector, all examples hold\n",
    )
    (files / "set.yaml").write_text(SET.replace("[CH-1]", "[CH-999999]"))
    code, out, _ = phiguard("detectors", "check", files / "set.yaml")
    assert code == 1
    assert re.search(
        r"set\.yaml:6:\d+: error: detector `chart` finds something in this example", out
    )


def test_check_tells_of_one_name_in_two_files(phiguard, files):
    (files / "more.yaml").write_text(SET.replace("name: clinic", "name: lab"))
    code, out, _ = phiguard("detectors", "check", files / "set.yaml", files / "more.yaml")
    assert (code, out.splitlines()[-1]) == (
        1,
        "error: the detector sets `clinic` and `lab` both hold `chart` (rename one)",
    )


def test_a_broken_or_absent_file_ends_a_scan(phiguard, files):
    (files / "set.yaml").write_text(SET.replace("class: H", "class: Z"))
    assert phiguard("scan", "--detectors", files / "set.yaml", files / "note.txt")[0] == 2
    assert phiguard("scan", "--detectors", files / "none.yaml", files / "note.txt")[0] == 2


def test_check_says_why_a_file_cannot_be_read(phiguard, files):
    code, _, err = phiguard("detectors", "check", files / "none.yaml")
    assert (code, err) == (
        2,
        f"phiguard: {files / 'none.yaml'}: no such file or directory; give a file of detectors\n",
    )

import json
from datetime import UTC, datetime

import pytest

CLAIM = b'{"patientName":"Ana Ruiz","ssn":"512-44-9031","dob":"1961-11-23","diagnosis":"E11.9"}'


@pytest.fixture
def claim(tmp_path):
    path = tmp_path / "claim.json"
    path.write_bytes(CLAIM)
    return path


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "in"
    (root / "2024").mkdir(parents=True)
    (root / "claim.json").write_bytes(CLAIM)
    (root / "2024" / "note.txt").write_text("Patient: Ana Ruiz\nDx: asthma\n")
    return root


def test_each_infotype_has_the_form_that_was_asked_for(phiguard, claim):
    code, out, _ = phiguard(
        "redact", "--as", "DATE_OF_BIRTH=year", "--as", "G=last4", "--as", "*=zeros", claim
    )
    assert (code, json.loads(out)) == (
        0,
        {
            "patientName": "XXX XXXX",
            "ssn": "XXX-XX-9031",
            "dob": "1961-01-01",
            "diagnosis": "E11.9",
        },
    )


def test_an_age_over_89_is_not_shown(phiguard, claim):
    year = datetime.now(UTC).year - 90
    claim.write_bytes(CLAIM.replace(b"1961", str(year).encode()))
    assert json.loads(phiguard("redact", "--as", "C=year", claim)[1])["dob"] == "1900-01-01"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--as", "DOB=year"), "unknown infoType or class `DOB`"),
        (("--as", "year"), "write ENTRY=FORM"),
        (("--as", "C=yaer"), "unknown form `yaer`; write plain, absent"),
        (("--as", "PERSON_NAME=year"), "`year` is for dates"),
        (("--as", "A=last4"), "`last4` is for numbers"),
        (("--as", "C=shifted"), "need a key; give it with --mask-key"),
        (("--mask-key", "none"), "--mask-key none: no such file"),
        (("--mask-key", "k", "--token-key", "k"), "give one key"),
    ],
)
def test_a_wrong_form_is_wrong_use(phiguard, claim, options, message):
    code, out, err = phiguard("redact", *options, claim)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_a_folder_is_written_to_a_folder_with_its_names(phiguard, folder, tmp_path):
    code, out, err = phiguard("redact", "-o", tmp_path / "out", folder)
    assert (code, out, err) == (0, "", "2 written, 0 not\n")
    assert b"Ruiz" not in (tmp_path / "out" / "claim.json").read_bytes()
    note = (tmp_path / "out" / "2024" / "note.txt").read_text()
    assert note == "Patient: XXX\nDx: asthma\n"
    assert (folder / "claim.json").read_bytes() == CLAIM


def test_what_cannot_be_masked_is_not_written_and_said(phiguard, folder, tmp_path):
    (folder / "broken.json").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    code, _, err = phiguard("redact", "-o", tmp_path / "out", folder)
    assert code == 2
    assert "broken.json: cannot be read whole" in err
    assert err.endswith("2 written, 1 not\n")
    assert not (tmp_path / "out" / "broken.json").exists()


def test_nothing_is_overwritten(phiguard, folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "claim.json").write_text("mine")
    code, _, err = phiguard("redact", "-o", tmp_path / "out", folder)
    assert code == 2
    assert "claim.json: exists already" in err
    assert (tmp_path / "out" / "claim.json").read_text() == "mine"


def test_two_files_of_one_name_are_not_mixed_up(phiguard, folder, claim, tmp_path):
    code, _, err = phiguard("redact", "-o", tmp_path / "out", claim, folder / "claim.json")
    assert (code, err.count("exists already")) == (2, 1)


def test_the_output_lies_outside_of_what_is_read(phiguard, folder):
    code, _, err = phiguard("redact", "-o", folder / "out", folder)
    assert code == 2
    assert "choose a folder outside" in err


@pytest.mark.parametrize("paths", [("{in}",), ("{in}/claim.json", "{in}/2024/note.txt")])
def test_several_documents_need_a_folder(phiguard, folder, paths):
    code, out, err = phiguard("redact", *(p.replace("{in}", str(folder)) for p in paths))
    assert (code, out) == (2, "")
    assert "-o DIR" in err


def test_a_folder_without_a_file_is_wrong_use(phiguard, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = phiguard("redact", "-o", tmp_path / "out", tmp_path / "empty")
    assert code == 2
    assert "no file in this folder" in err

"""What a scan prints for code hosts, CI servers and readers."""

from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import orjson
import pytest

from extauthz import cli

CLAIM = '{"patientName": "Ana Ruiz",\n "diagnosis": "E11.9",\n "größe": 1, "ssn": "536-22-8790"}'
VALUES = ("Ana Ruiz", "536-22-8790", "E11.9")
FORMATS = ("table", "json", "jsonl", "sarif", "junit", "html")


@pytest.fixture
def folder(tmp_path):
    top = tmp_path / "docs"
    top.mkdir()
    (top / "claim.json").write_text(CLAIM)
    (top / "cut.json").write_text('{"a": ')
    (top / "note.txt").write_text("nothing")
    (top / "<b>&.txt").write_text("employee 512-44-9031")
    return top


@pytest.fixture
def scan(folder, capsysbinary):
    def run(form, *arguments):
        code = cli.main(["scan", "--format", form, *map(str, arguments or (folder,))])
        return code, capsysbinary.readouterr().out.decode()

    return run


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_holds_a_value_and_all_have_the_same_exit_code(form, scan):
    code, out = scan(form)
    assert code == 3
    assert not any(value in out for value in VALUES)


def results(out):
    return orjson.loads(out)["runs"][0]["results"]


def test_sarif_has_what_a_code_host_asks_for(scan):
    _, out = scan("sarif")
    log = orjson.loads(out)
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert all(rule["help"]["text"] and rule["fullDescription"] for rule in rules.values())
    for result in results(out):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert result["ruleId"] in rules
        # without it, a code host hashes the line itself, with the value in it
        assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_lines_and_columns_are_counted_in_characters(scan, folder):
    _, out = scan("sarif", folder / "claim.json")
    (found,) = (each for each in results(out) if each["ruleId"] == "US_SOCIAL_SECURITY_NUMBER")
    region = found["locations"][0]["physicalLocation"]["region"]
    line = CLAIM.splitlines()[2]
    assert (region["startLine"], region["startColumn"]) == (3, line.index("536") + 1)


def test_fingerprints_do_not_depend_on_values_or_on_lines_above(scan, folder):
    def marks():
        found = results(scan("sarif", folder / "claim.json")[1])
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in found]

    before = marks()
    assert len(set(before)) == len(before)
    (folder / "claim.json").write_text("\n\n" + CLAIM.replace("536-22-8790", "531-44-9031"))
    assert marks() == before


def test_what_is_ignored_is_suppressed_in_sarif(scan, folder):
    path = folder / "a.py"
    path.write_text("x = 'employee 512-44-9031'  # phiguard:ignore(G) Ana Ruiz made it up\n")
    code, out = scan("sarif", path)
    (found,) = results(out)
    assert (code, found["suppressions"][0]["kind"]) == (0, "inSource")
    assert "made it up" not in out


def test_junit_has_a_case_for_each_document(scan):
    _, out = scan("junit")
    suite = ET.fromstring(out)[0]  # noqa: S314 - our own output
    cases = {case.get("name", "").rpartition("/")[2]: [each.tag for each in case] for case in suite}
    assert cases == {
        "claim.json": ["failure"],
        "cut.json": ["error"],
        "note.txt": [],
        "<b>&.txt": [],
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    (failure,) = suite.iter("failure")
    assert "US_SOCIAL_SECURITY_NUMBER" in (failure.text or "")


def test_json_is_one_object_with_totals(scan, tmp_path, folder):
    code, out = scan("json", folder, tmp_path / "gone")
    found = orjson.loads(out)
    assert code == 3
    assert [each["fails"] for each in found["documents"]] == [False, True, False, False]
    assert found["verdicts"] == {"phi": 1, "identifiers": 1, "health": 0, "none": 2}
    assert len(found["unread"]) == 1


def test_html_is_one_page_in_which_names_are_text(scan):
    _, out = scan("html")
    assert "<b>&.txt" not in out
    assert "&lt;b&gt;&amp;.txt" in out
    assert "<script" not in out
    assert "http" not in out.replace("http-equiv", "")


SCHEMA = orjson.loads((Path(__file__).parents[4] / "docs" / "scan.schema.json").read_bytes())


def test_json_is_as_its_schema_says(scan):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    whole = orjson.loads(scan("json")[1])
    lines = [orjson.loads(each) for each in scan("jsonl")[1].splitlines()]
    assert [list(validator.iter_errors(each)) for each in (whole, *lines)] == [[]] * 5
    assert list(validator.iter_errors({**lines[0], "more": 1}))
    assert set(SCHEMA["$defs"]["document"]["required"]) == set(lines[0])

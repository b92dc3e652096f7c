from pathlib import Path

import pytest
from exported_records import FORGED, RECORD, as_read, sealed_keys
from hypothesis import given

from extauthz.records.exports.formats import FORMS
from extauthz.records.exports.values import KEYS, LEFT_OUT

PAGE = Path(__file__).parents[4] / "docs" / "audit-exports.md"
ONE_LINE = sorted(set(FORMS) - {"ocsf"})


def test_every_key_of_a_decision_is_known_to_the_exports():
    assert sealed_keys() <= set(KEYS)


@pytest.mark.parametrize("name", FORMS)
def test_every_key_has_a_stated_place_in_each_form(name):
    assert set(FORMS[name].places) == set(KEYS)


@pytest.mark.parametrize("name", FORMS)
def test_the_page_says_each_place_that_is_not_a_field_of_the_keys_name(name):
    section = PAGE.read_text().split(f"\n## {name}\n")[1].split("\n## ")[0]
    table = section.split("| key | place |\n|---|---|\n")[1].strip().splitlines()
    places = FORMS[name].places
    assert table == [f"| `{key}` | {places[key]} |" for key in KEYS if places[key] != f"`{key}`"]


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [*value, "MORE"]
    if isinstance(value, dict):
        return {**value, "MORE": 1}
    changed = {"inbound": "outbound", "DENY": "ALLOW", "2026-11-01T08:00:00.123456Z": "2026-11-02T08:00:00.123456Z"}  # fmt: skip
    return changed.get(value, "c" * 32)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", FORMS)
def test_a_key_shows_where_it_has_a_place_and_nowhere_else(name, key):
    form = FORMS[name]
    changed = form.text({**RECORD, key: other(RECORD[key])})
    if name == "jsonl" and key == "worker":
        return  # the record has no such key there
    assert (changed != form.text(RECORD)) == (not form.places[key].startswith(LEFT_OUT))


@pytest.mark.parametrize("name", ONE_LINE)
@given(record=FORGED)
def test_a_forged_value_is_never_a_line_of_its_own(name, record):
    form = FORMS[name]
    text = form.text(as_read(record))
    assert text.endswith("\n")
    if name != "csv":  # a quoted cell of CSV may hold line ends
        assert text.count("\n") == 1


@pytest.mark.parametrize("name", ["cef", "syslog", "fhir", "otlp"])
@given(record=FORGED)
def test_no_reader_of_lines_sees_a_line_end_in_a_value(name, record):
    assert len(FORMS[name].text(as_read(record)).splitlines()) == 1

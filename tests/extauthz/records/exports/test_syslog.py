import re

import pytest
from exported_records import FORGED, RECORD, as_read
from hypothesis import given

from extauthz.records.exports import syslog
from extauthz.records.exports.values import flat, words

# the grammar of RFC 5424, section 6, for one element of structured data
LINE = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>[!-~]{1,255})"
    r" (?P<app>[!-~]{1,48}) (?P<proc>[!-~]{1,128}) (?P<msgid>[!-~]{1,32})"
    r" \[(?P<id>[!#-<>-\\^-~]{1,32})(?P<fields>(?: [!#-<>-\\^-~]{1,32}=\"(?:[^\"\\\]]|\\[\"\\\]])*\")*)\]"
    r" (?P<said>[ -~]*)\n"
)
FIELD = re.compile(r" ([!#-<>-\\^-~]{1,32})=\"((?:[^\"\\\]]|\\[\"\\\]])*)\"")


def parsed(line):
    match = LINE.fullmatch(line)
    assert match
    fields = [(k, re.sub(r"\\(.)", r"\1", v)) for k, v in FIELD.findall(match["fields"])]
    return match, fields


def test_a_decision_as_syslog():
    match, fields = parsed(syslog.line(RECORD))
    assert (match["pri"], match["time"], match["proc"]) == ("109", RECORD["time"], "3")
    assert (match["msgid"], match["said"]) == ("MINIMUM_NECESSARY", "DENY MINIMUM_NECESSARY")
    assert [v for k, v in fields if k == "infoTypes"] == ["PERSON_NAME:2", "URL:1"]
    assert ("source", "cluster.local/ns/a/sa/b") in fields


def test_delimiters_are_escaped():
    assert r'id="a\"b\]c\\d�"' in syslog.line({**RECORD, "id": 'a"b]c\\d\n'})


@given(record=FORGED)
def test_a_forged_value_adds_no_field_and_leaves_the_grammar_whole(record):
    record = as_read(record)
    _, fields = parsed(syslog.line(record))
    assert fields == [(key, flat(word)) for key in syslog._OWN for word in words(record.get(key))]


@pytest.mark.parametrize(
    ("action", "enforced", "expected"),
    [("ALLOW", True, 6), ("ALLOW", False, 6), ("REDACT", True, 5), ("DENY", True, 5), ("ALERT", True, 4), ("DENY", False, 4), ("forged", True, 4)],
)  # fmt: skip
def test_what_passed_is_a_warning(action, enforced, expected):
    assert syslog.severity({"decision": action, "enforced": enforced}) == expected


def test_a_canary_that_was_refused_is_as_quiet_as_what_is_allowed():
    canary = {"decision": "DENY", "reason": "CANARY", "enforced": True}
    assert syslog.severity(canary) == 6
    assert syslog.severity({**canary, "enforced": False}) == 4

import re

import pytest
from exported_records import FORGED, RECORD, as_read
from hypothesis import given

from extauthz.records.exports import cef
from extauthz.records.exports.values import flat, is_present, shown


def parsed(line):
    """Read a line as the CEF specification says: split at what is not escaped."""
    *head, rest = re.split(r"(?<!\\)(?:\\\\)*\|", line.rstrip("\n"), maxsplit=7)
    keys = [(m.start(), m.end(), m[1]) for m in re.finditer(r"(?:^| )(\w+)(?<!\\)=", rest)]
    ends = [start for start, _, _ in keys[1:]] + [len(rest)]
    values = {
        key: re.sub(r"\\(.)", r"\1", rest[begin:end])
        for (_, begin, key), end in zip(keys, ends, strict=True)
    }
    assert len(values) == len(keys)
    return head, values


def test_a_decision_as_cef():
    head, values = parsed(cef.line(RECORD))
    assert (head[:3], head[4:]) == (
        ["CEF:0", "phiguard", "phiguard"],
        ["MINIMUM_NECESSARY", "DENY", "6"],
    )
    assert values["rt"] == "1793520000123"
    assert (values["act"], values["externalId"]) == ("DENY", "decision-1")
    assert (values["suser"], values["dhost"]) == ("cluster.local/ns/a/sa/b", "c.a.svc")
    assert (values["deviceDirection"], values["phiguardMtls"]) == ("0", "true")
    assert values["phiguardInfoTypes"] == "PERSON_NAME:2 URL:1"


def test_delimiters_are_escaped():
    line = cef.line({**RECORD, "reason": "A|B\\", "id": "a=b\\c\nsuser=me"})
    assert r"|A\|B\\|DENY|" in line
    assert "externalId=a\\=b\\\\c\ufffdsuser\\=me " in line


@given(record=FORGED)
def test_a_forged_value_adds_no_field(record):
    record = as_read(record)
    head, values = parsed(cef.line(record))
    expected = {"rt"} | {cef._name(key) for key in cef.PLACES if key not in {"kind", "time", "reason"} and is_present(record.get(key))}  # fmt: skip
    assert (len(head), set(values)) == (7, expected)
    for key, name in cef._NAMES.items():
        assert values.get(name, "") == flat(shown(record.get(key)))


@pytest.mark.parametrize(
    ("action", "enforced", "expected"),
    [("ALLOW", True, 1), ("ALLOW", False, 1), ("REDACT", True, 4), ("ALERT", True, 6), ("DENY", True, 6), ("DENY", False, 8), ("REDACT", False, 8), ("forged", True, 8)],
)  # fmt: skip
def test_what_passed_against_a_rule_is_the_worst(action, enforced, expected):
    assert cef.severity({"decision": action, "enforced": enforced}) == expected


def test_a_canary_that_was_refused_is_as_quiet_as_what_is_allowed():
    canary = {"decision": "DENY", "reason": "CANARY", "enforced": True}
    assert cef.severity(canary) == 1
    assert cef.severity({**canary, "enforced": False}) == 8
    assert cef.severity({**canary, "reason": "CANARY_ALTERED"}) == 6

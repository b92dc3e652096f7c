"""Names in two parts of a record."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ({"first": "Nkem", "last": "Okafor"}, "plain"),
        ({"given": "Nkem", "last": "O'Brien"}, "with an apostrophe"),
    ],
)
def test_both_parts_of_a_name_are_a_name(name, why):
    document = {"results": [{"name": name, "test_name": "Chlamydia culture"}]}

    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.PHI, why


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"first": "https://a/1", "last": "https://a/9", "dx": "I10"}, "pages"),
        ({"first": "2024-01", "last": "2024-09", "dx": "I10"}, "an interval"),
        ({"first": "Nkem", "dx": "I10"}, "one part"),
    ],
)
def test_pages_and_intervals_are_no_names(document, reason):
    names = [
        f
        for f in phiscan.scan(json.dumps(document).encode()).findings
        if f.info_type == "PERSON_NAME"
    ]
    assert names == [], reason

"""What the walker passes over in FHIR holds nothing that is wanted: with and without the skipping it gives the same leaves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.labels import read_label
from phiscan.media import fhir_skipped
from phiscan.media.fhir_tables import WANTED
from phiscan.media.json_tokens import Keys, Leaf, leaves

_MORE = (
    "subject identifier telecom type coding category extension photo address valueQuantity resource resourceType patientName meta"
    " contained"
)
_NAMES = st.sampled_from(sorted({*WANTED, *fhir_skipped.PARTS, *fhir_skipped.ANYWHERE, *_MORE.split()}))
_SCALARS = st.sampled_from(["Ana", "Patient/7", "", 'a "quoted" one', "x\\y", "{[", "]}", 3, -1.5, True, None])
_CODED = st.dictionaries(st.sampled_from(fhir_skipped.PARTS), _SCALARS, min_size=1, max_size=3)
_FHIR = st.recursive(
    st.one_of(_SCALARS, _CODED, st.lists(_CODED, min_size=1, max_size=2)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=4)),
    max_leaves=30,
)


def _wanted(key):
    return read_label(key).rule is not None or WANTED.get(key, False)


def _leaves(data, keys):
    return [
        (item.path, item.start, item.end) if isinstance(item, Leaf) else (item.resource, item.start)
        for item in leaves(keys.tokens(data), keys)
    ]


@given(
    st.dictionaries(_NAMES, _FHIR, max_size=5), st.sampled_from([None, 2]), st.sampled_from([(", ", ": "), (",", ":")])
)
def test_skipping_changes_no_leaf(document, indent, separators):
    data = json.dumps(document, indent=indent, separators=separators).encode()
    assert _leaves(data, Keys(_wanted, fhir_skipped.MEMBER)) == _leaves(data, Keys(_wanted))


_CONDITIONAL = [(end, key) for key, ends in WANTED.items() if not isinstance(ends, bool) for end in ends]


@pytest.mark.parametrize(("end", "key"), _CONDITIONAL)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value]])
def test_what_is_wanted_in_some_places_is_seen_there(end, key, wrap):
    document = {key: "Ana", "system": "x"}
    for name in reversed(end):
        document = {name: wrap(document)}
    data = json.dumps({"resourceType": "Patient", **document}).encode()
    assert _leaves(data, Keys(_wanted, fhir_skipped.MEMBER)) == _leaves(data, Keys(_wanted))
    assert any(path[-1] == key for path, *_ in _leaves(data, Keys(_wanted)))


@pytest.mark.parametrize("name", [*fhir_skipped.PARTS, *fhir_skipped.ANYWHERE])
def test_no_skipped_element_is_wanted_everywhere(name):
    assert _wanted(name) is not True


@pytest.mark.parametrize("name", fhir_skipped.ANYWHERE)
def test_what_is_skipped_anywhere_is_wanted_nowhere(name):
    assert _wanted(name) is False


def test_codes_cost_no_token():
    coded = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Heart rate"}
    data = json.dumps(
        {"code": coded, "category": [coded, coded], "status": "final", "valueQuantity": {"value": 72}}
    ).encode()
    assert len(list(Keys(_wanted, fhir_skipped.MEMBER).tokens(data))) == 2

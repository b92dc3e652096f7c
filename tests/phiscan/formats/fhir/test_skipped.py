"""The walker gives the same leaves whether it skips members of FHIR objects or not."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import phiscan
from phiscan.formats.fhir import skipped as fhir_skipped
from phiscan.formats.fhir.tables import (
    LABELLED,
    PERSONS,
    RESOURCES,
    TARGET_HOLDERS,
    V2_0203,
    WANTED,
)
from phiscan.syntax.json_places import Places
from phiscan.syntax.json_walk import token, walk
from phiscan.words.labels import read_label

_MORE = (
    "subject identifier telecom type coding category extension photo address "
    "valueQuantity resource resourceType patientName meta"
    " contained id"
)
_NAMES = st.sampled_from(
    sorted({*WANTED, *fhir_skipped.PARTS, *fhir_skipped.ANYWHERE, *_MORE.split()})
)
_SCALARS = st.sampled_from(
    [
        "Ana",
        "Patient",
        "RelatedPerson",
        "Observation",
        "Patient/7",
        "Encounter/7",
        "https://x/fhir/Patient/7",
        "Observation?subject=7",
        "Encounter/Patient",
        "urn:uuid:7",
        "#7",
        "MR",
        "",
        'a "quoted" one',
        "x\\y",
        "{[",
        "]}",
        3,
        -1.5,
        True,
        None,
    ]
)
_CODED = st.dictionaries(
    st.sampled_from((*fhir_skipped.PARTS, "reference")), _SCALARS, min_size=1, max_size=3
)
_FHIR = st.recursive(
    st.one_of(_SCALARS, _CODED, st.lists(_CODED, min_size=1, max_size=2)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=4)
    ),
    max_leaves=30,
)


_HOLDERS = {
    (name,)
    for ends in WANTED.values()
    if not isinstance(ends, bool)
    for end in ends
    for name in end
} - {
    # `type` is read for the codes of identifiers alone, and holds no reference to a person. The
    # others are read for targets alone.
    ("type",),
    *((name,) for name in TARGET_HOLDERS),
}


def _wanted(key):
    return read_label(key).rule is not None or WANTED.get(key, False)


_NO_ONE = re.compile(rb'(?:urn:|#|(?:Encounter|Device)/)[^"\\\\/]*')


_NO_TARGET = re.compile(rb'(?!.*(?:Patient|Person)/)[^"\\\\?]*')


def _says_nothing(leaf, value):
    """Whether the walker may leave out a leaf.

    It is a reference to no person from an element without wanted parts, a code that types no
    identifier, the id of a resource that is no person, or a URL that names no person and no query.
    """
    path = leaf.path
    if path[-1:] == ("id",):
        return leaf.frame.resource in RESOURCES - PERSONS - LABELLED
    if path[-1] in ("url", "fullUrl"):
        return path[-2:-1] not in _HOLDERS and _NO_TARGET.fullmatch(value)
    if path[-1:] == ("reference",):
        return path[-2:-1] not in _HOLDERS and _NO_ONE.fullmatch(value)
    return path[-3:] == ("type", "coding", "code") and value.decode() not in V2_0203


_ALL = token()
_TOLD = token(fhir_skipped.MEMBER, fhir_skipped.TYPES, fhir_skipped.BEHIND_TYPE)


def _tokens(data):
    """The tokens that the walk reads, without the one for the end."""
    return [match for match in _TOLD.finditer(data) if match.lastindex]


def _leaves(data, tokens=_ALL):
    """The leaves that say something of a person, and the resources."""
    leaves, resources = [], []
    walk(
        tokens.finditer(data),
        Places(_wanted, lambda _: True).top,
        leaves,
        lambda f: resources.append((f.resource, f.start)),
    )
    told = [leaf for leaf in leaves if not _says_nothing(leaf, data[leaf.start : leaf.end])]
    return [(leaf.path, leaf.start, leaf.end) for leaf in told], resources


@example({"type": {"system": "x", "reference": "Encounter/7"}}, None, (",", ":"))
@given(
    st.dictionaries(_NAMES, _FHIR, max_size=5),
    st.sampled_from([None, 2]),
    st.sampled_from([(", ", ": "), (",", ":")]),
)
def test_skipping_changes_no_leaf(document, indent, separators):
    data = json.dumps(document, indent=indent, separators=separators).encode()
    assert _leaves(data, _TOLD) == _leaves(data)


_CONDITIONAL = [
    (end, key) for key, ends in WANTED.items() if not isinstance(ends, bool) for end in ends
]


@pytest.mark.parametrize(("end", "key"), _CONDITIONAL)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value]])
def test_what_is_wanted_in_some_places_is_seen_there(end, key, wrap):
    document = {key: "Patient/MR" if key == "url" else "MR", "system": "x"}
    for name in reversed(end):
        document = {name: wrap(document)}
    data = json.dumps({"resourceType": "Patient", **document}).encode()
    assert _leaves(data, _TOLD) == _leaves(data)
    assert any(path[-1] == key for path, *_ in _leaves(data)[0])


@pytest.mark.parametrize("name", [*fhir_skipped.PARTS, *fhir_skipped.ANYWHERE])
def test_no_skipped_element_is_wanted_everywhere(name):
    assert _wanted(name) is not True


@pytest.mark.parametrize("kind", fhir_skipped.REFERRED)
def test_what_is_referred_to_and_skipped_is_no_person(kind):
    assert kind in RESOURCES - PERSONS


@pytest.mark.parametrize("name", fhir_skipped.ANYWHERE)
def test_what_is_skipped_anywhere_is_wanted_nowhere(name):
    assert _wanted(name) is False


def test_codes_cost_no_token():
    coded = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Heart rate"}
    data = json.dumps(
        {
            "code": coded,
            "category": [coded, coded],
            "status": "final",
            "valueQuantity": {"value": 72},
        }
    ).encode()
    assert len(_tokens(data)) == 2


def test_a_code_written_with_an_escape_types_its_identifier():
    data = (
        rb'{"resourceType":"Patient","identifier":[{"type":{"coding":[{"code":"S\u0053"}]},'
        rb'"value":"219-09-9999"}]}'
    )

    paths = [path for path, *_ in _leaves(data, _TOLD)[0]]
    report = phiscan.scan(data, content_type="application/fhir+json")

    assert ("identifier", "value") in paths
    assert "US_SOCIAL_SECURITY_NUMBER" in {
        f.info_type for f in report.findings if f.detector == "fhir_element"
    }


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/7",
        "https://ehr.example/fhir/Patient/7",
        "Encounter/Patient",
        r"Encounter\/7/Patient\/7",
    ],
)
def test_a_reference_that_may_be_a_persons_is_not_skipped(reference):
    data = f'{{"encounter": {{"reference": "{reference}"}}}}'.encode()
    leaves = []
    walk(_TOLD.finditer(data), Places(_wanted, lambda _: True).top, leaves, lambda _: None)
    assert [leaf.path for leaf in leaves] == [("encounter", "reference")]


@pytest.mark.parametrize(
    "resource",
    [
        b'{"resourceType": "Patient", "id": "p-77120"}',
        rb'{"resourceType": "Pat\u0069ent", "id": "p-77120"}',
        b'{"resourceType": "Observation", "id": "p-77120", "resourceType": "Patient"}',
        b'{"id": "p-77120", "resourceType": "Patient"}',
        b'{"active": "yes", "id": "p-77120", "resourceType": "Patient"}',
    ],
)
def test_the_id_of_a_patient_is_found_wherever_it_stands(resource):
    data = b'{"resourceType": "Bundle", "entry": [{"resource": ' + resource + b"}]}"
    report = phiscan.scan(data, content_type="application/fhir+json")
    found = {
        data[f.location.start : f.location.end]
        for f in report.findings
        if f.info_type == "PATIENT_REFERENCE"
    }
    assert found == {b"p-77120"}


def test_the_id_of_an_observation_costs_no_token():
    data = b'{"resource": {"resourceType": "Observation", "id": "o-1"}}'
    assert [match[0][-1:] for match in _tokens(data)] == [b"{", b'"', b"}"]


@given(st.sets(st.text("abc", min_size=1, max_size=4), min_size=1), st.text("abc", max_size=5))
def test_one_of_is_an_alternation(words, text):
    assert (re.fullmatch(fhir_skipped.one_of(words), text) is not None) == (text in words)


@pytest.mark.parametrize(
    "document",
    [
        {"patient": {"resourceType": "Foo", "id": "77120441"}},
        {"patient": {"resourceType": "Parameters", "id": "77120441", "parameter": []}},
        {
            "resourceType": "Eligibility",
            "patient": {"resourceType": "Subscriber", "id": "77120441"},
        },
    ],
)
def test_the_id_behind_a_type_that_labels_its_values_is_read_by_its_label(document):
    report = phiscan.scan(json.dumps(document).encode(), content_type="application/json")
    assert "MEDICAL_RECORD_NUMBER" in {f.info_type for f in report.findings}

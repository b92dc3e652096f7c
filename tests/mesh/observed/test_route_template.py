import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mesh.message import identity, paths
from mesh.observed.route_template import (
    AMBIGUOUS,
    is_template,
    is_widened,
    literals,
    own_words,
    pattern_of,
    template_of,
)
from mesh.observed.route_words import VERSIONS, WORDS
from mesh.policy.policy import Policy
from mesh.policy_file.load import parse

POLICY = """
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: p}
spec:
  rules:
  - name: gizmos
    from: [{}]
    to: [{operation: {paths: ["/gizmos", "/gadgets/b*", "/sprockets/B12/*"]}}]
"""
OWN = own_words(parse(POLICY, file="p.yaml"))
HOLES = frozenset({"", "{id}", "{more}", AMBIGUOUS})


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/patients/7731/labs?q=ana", "/patients/{id}/labs"),
        ("/claims/", "/claims/"),
        ("/", "/"),
        ("/fhir/R4/Patient/123/$everything", "/fhir/R4/Patient/{id}/$everything"),
        ("/MedicationRequest/_search", "/MedicationRequest/_search"),
        ("/api/v1/care-teams", "/api/v1/care-teams"),
        ("/clinic.v1.Records/GetPatient", "/clinic.v1.Records/GetPatient"),
        ("/api.v5.v3/claims", "/{id}/claims"),
        ("/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Check"),
        ("", ""),  # TCP
        ("*", "*"),  # OPTIONS
        ("/patients/ana-ruiz", "/patients/{id}"),
        ("/ruiz", "/{id}"),
        ("/mrn/AB12", "/{id}/{id}"),
        ("/claims/2026-11-23", "/claims/{id}"),
        ("/claims/3f2b8c1e-0d5c-4b0e-9f0e-6a1f1c7f9b11", "/claims/{id}"),
        ("/users/ana.ruiz@example.net", "/users/{id}"),
        ("/labs/ana%20ruiz", "/labs/{id}"),
        # the case of letters could encode a value
        ("/FHIR/Labs/lABS/LaBs", "/FHIR/Labs/{id}/{id}"),
        ("/RUIZ/ANA/BOO\u212a", "/{id}/{id}/{id}"),  # the Kelvin sign lower-cases to `k`
        # several versions could encode the digits of a number
        ("/v1/v2/claims/v3", "/v1/{id}/claims/{id}"),
        ("/claims/7/v1", "/claims/{id}/{id}"),
        ("/labs//ruiz", AMBIGUOUS),
        ("/labs/..%2fruiz", AMBIGUOUS),
        ("ruiz", AMBIGUOUS),
        ("/a/b/c/d/e/f/g/h/i/j/k", "/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{more}"),
        ("/%7Bid%7D", "/{id}"),
        ("/administration-administration-administration-claims", "/{id}"),  # long
        ("/add-all-and-by-for-claims", "/add-all-and-by-for-claims"),
        ("/add-all-and-by-for-claims-to", "/{id}"),  # a sentence
    ],
)
def test_a_path_becomes_a_template(path, template):
    assert template_of(path) == template


def test_words_of_the_policys_own_paths_are_kept_where_they_are_written_out_and_have_no_digit():
    assert sorted(OWN) == ["gadgets", "gizmos", "sprockets"]
    assert template_of("/gizmos/b1/sprockets/B12/gadget", OWN) == "/gizmos/{id}/sprockets/{id}/{id}"
    assert own_words(Policy("p", "d")) == frozenset()


TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("abruiz017-._~$%/ABÄé{}*", max_size=30),
    st.sampled_from(sorted(WORDS | VERSIONS | {"ana", "ruiz", "AB12", "v1", "gizmos"})),
)
PATHS = st.lists(TEXTS, max_size=10).map("/".join).map(lambda path: f"/{path}") | st.text()


@given(PATHS)
@example("/v5/v3/v6")
@example("/oauth2/stu3")
def test_no_segment_survives_that_is_not_a_known_word(path):
    kept = [segment for segment in template_of(path, OWN).split("/") if segment not in HOLES]
    for segment in kept:
        parts = re.findall(r"v[0-9]|[A-Z]?[a-z]+|[A-Z]+", segment)
        whole = "".join(parts) == re.sub(r"^[$_.]|[._-]", "", segment)
        composed = whole and all(part.lower() in WORDS or part in VERSIONS for part in parts)
        assert (
            segment == "*"
            or segment in OWN
            or segment in VERSIONS
            or (composed and len(segment) <= 48)
        )
    assert sum(character.isdigit() for segment in kept for character in segment) <= 1
    assert len(kept) <= 8


@given(PATHS, st.sampled_from(["ana", "7731", "Ruiz-Vega", "a@b.example"]))
def test_what_stands_in_place_of_an_id_changes_nothing(path, other):
    template = template_of(path, OWN)
    if template.startswith("/"):
        assert (
            template_of(template.replace("{id}", other).replace("{more}", other), OWN) == template
        )


@given(PATHS)
def test_a_template_is_a_template_of_itself_and_known_as_one(path):
    template = template_of(path, OWN)
    assert is_template(template)
    if template.startswith("/"):
        assert template_of(template, literals(template)) == template or "{more}" in template


@given(PATHS)
def test_the_pattern_is_one_of_the_policy_language_and_names_the_path(path):
    template = template_of(path, OWN)
    pattern = pattern_of(template)
    if pattern is None:
        assert template in {"", AMBIGUOUS}
    else:
        assert paths.is_path_pattern(pattern)
        assert identity.matches(pattern, paths.normalise(path))


@pytest.mark.parametrize(
    ("template", "pattern", "widened"),
    [
        ("/claims", "/claims", False),
        ("/claims/{id}", "/claims/*", False),
        ("/patients/{id}/labs", "/patients/*", True),
        ("/{id}/labs", "/*", True),
        ("*", "*", True),
        ("", None, False),
        (AMBIGUOUS, None, False),
    ],
)
def test_what_follows_an_id_is_open_in_the_pattern(template, pattern, widened):
    assert (pattern_of(template), is_widened(template)) == (pattern, widened)


@pytest.mark.parametrize(
    "text",
    [
        "/ana ruiz",
        "/7731",
        "claims",
        "/claims\n",
        "/{x}",
        "/a" * 9,
        "/{more}",
        "/claims/{more}",
        "/a#b",
    ],
)
def test_what_no_guard_writes_is_no_template(text):
    assert not is_template(text)


COMMON_NAMES = """
     smith johnson williams brown jones garcia miller davis wilson anderson thomas taylor moore
    jackson martin lee thompson white harris clark lewis robinson walker young allen king wright
    scott torres hill green adams nelson baker hall campbell mitchell carter roberts turner phillips
    evans parker edwards collins stewart morris murphy cook rogers morgan cooper reed bailey bell
    kelly howard ward cox richardson watson brooks wood james bennett gray hughes price long foster
    ross powell perry russell sullivan coleman butler henderson barnes fisher jordan patterson
    graham reynolds griffin wallace west cole hayes gibson ellis stevens murray ford marshall owens
    harrison woods wells henry freeman webb tucker hunter hunt black stone fox rice mills warren
    nichols knight rose grant dunn hart spencer gardner stephens payne pierce berry matthews arnold
    wagner ray watkins snyder carroll duncan cunningham bradley lane andrews harper riley armstrong
    carpenter weaver lawrence elliott chapman kelley bishop carr lynch dean sims fuller burton
    garrett little banks day walsh bowman fields page may mark bill chase case frank rich sage dawn
    hope faith grace joy april june august bond cash church english german major marsh noble pope
    post rivers sharp short small snow strong temple bush glass head key keys link stein sun wise
    art dale drew gene guy jack jay lance max miles neil norm pat pete rob sandy skip ted tony
    victor will wade worth york ana maria jose john mary patricia robert linda michael barbara david
""".split()
SENSITIVE = (
    "hiv aids cancer oncology psychiatry pregnancy abortion diabetes "
    "positive deceased suicide addiction rehab"
).split()


def test_the_vocabulary_holds_no_common_name_and_nothing_that_a_record_says():
    assert sorted(WORDS & {*COMMON_NAMES, *SENSITIVE}) == []
    assert all(re.fullmatch(r"[a-z]{2,}", word) for word in WORDS)

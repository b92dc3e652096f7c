import pytest

from mesh.message import identity

EHR = "cluster.local/ns/clinic/sa/ehr"


@pytest.mark.parametrize(
    ("spiffe_id", "principal"),
    [
        ("spiffe://cluster.local/ns/clinic/sa/ehr", EHR),
        (EHR, EHR),
        ("spiffe://td.example/ns/a/sa/b.c", "td.example/ns/a/sa/b.c"),
        ("", ""),
        ("spiffe://cluster.local/clinic/ehr", ""),  # not Istio's form
        ("spiffe://cluster.local/ns/clinic/sa/ehr/extra", ""),
        ("spiffe://cluster.local/ns//sa/ehr", ""),
        ("https://cluster.local/ns/clinic/sa/ehr", ""),
        ("spiffe://cluster.local/ns/clinic/sa/ehr\n", ""),
        ("spiffe://cluster.local/ns/clinic/sa/*", ""),  # a pattern is not an identity
    ],
)
def test_a_principal_is_read_from_istios_form_only(spiffe_id, principal):
    assert identity.principal_of(spiffe_id) == principal


@pytest.mark.parametrize(
    "pattern",
    [
        EHR,
        "*",
        "cluster.local/*",
        "cluster.local/ns/*",
        "cluster.local/ns/clin*",
        "cluster.local/ns/clinic/*",
        "cluster.local/ns/clinic/sa/*",
        "cluster.local/ns/clinic/sa/eh*",
    ],
)
def test_a_principal_pattern_has_one_star_at_its_end(pattern):
    assert identity.is_principal_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "ehr",
        "*/ns/clinic/sa/ehr",
        "cluster.local/ns/*/sa/ehr",
        "cluster.local/ns/clinic/sa/**",
        "cluster.loc*",  # would include other trust domains
        "cluster.local/n*",
        "cluster.local/ns/clinic/ehr*",
        "spiffe://cluster.local/ns/clinic/sa/ehr",
    ],
)
def test_other_principal_patterns_are_refused(pattern):
    assert not identity.is_principal_pattern(pattern)


def test_namespace_patterns():
    assert all(map(identity.is_namespace_pattern, ("clinic", "clin*", "*", "a-1")))
    assert not any(map(identity.is_namespace_pattern, ("", "*ic", "a.b", "Clinic", "cli*ic", "-a")))


@pytest.mark.parametrize(
    ("principal", "namespace"), [(EHR, "clinic"), ("", ""), ("clinic", ""), ("x/ns/a*/sa/b", "")]
)
def test_the_namespace_is_that_of_a_whole_principal(principal, namespace):
    assert identity.namespace_of(principal) == namespace


@pytest.mark.parametrize(
    ("pattern", "value", "named"),
    [
        (EHR, EHR, True),
        (EHR, EHR + "2", False),
        ("cluster.local/ns/clinic/*", EHR, True),
        ("cluster.local/ns/clinic/*", "cluster.local/ns/clinic2/sa/ehr", False),
        ("*", EHR, True),
        ("*", "", False),  # present, as in Istio
        ("", "", False),
    ],
)
def test_a_pattern_names_a_value(pattern, value, named):
    assert identity.matches(pattern, value) is named


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("*", "a", True),
        ("a*", "ab", True),
        ("a*", "ab*", True),
        ("ab*", "a*", False),
        ("a", "a", True),
        ("a", "a*", False),
    ],
)
def test_one_pattern_covers_another(wide, narrow, covered):
    assert identity.covers(wide, narrow) is covered

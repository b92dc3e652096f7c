import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message import identity
from mesh.observed.route_samples import witness, witnesses
from mesh.observed.route_template import AMBIGUOUS, literals, template_of

SEGMENTS = st.sampled_from(["claims", "labs", "patients", "{id}", ""])
TEMPLATES = (
    st.lists(SEGMENTS, min_size=1, max_size=9).map("/".join).map(lambda t: template_of(f"/{t}"))
)
PATTERNS = st.lists(
    st.sampled_from(["claims", "labs", "urgent", "7", ""]), min_size=1, max_size=4
).map("/".join)


@pytest.mark.parametrize(
    ("template", "pattern", "found"),
    [
        ("/claims/{id}", "/claims/urgent", "/claims/urgent"),
        ("/claims/{id}/labs", "/claims/ur*", "/claims/ur0x0/labs"),
        ("/claims/{id}/labs", "/claims/7/la*", "/claims/7/labs"),
        ("/claims/{id}", "/claims/labs", None),  # a template would have kept that word
        ("/claims", "/cla", None),
        ("/claims", "/claims/*", None),
        ("/claims/{id}", "/claims", None),
        ("/claims/{id}", "/claims/urgent/x", None),
    ],
)
def test_a_pattern_has_a_witness_when_it_names_a_path_of_the_template(template, pattern, found):
    assert witnesses(template, [pattern]) == (
        (witness(template), found) if found else (witness(template),)
    )


def test_a_pattern_that_names_the_plain_witness_needs_no_other():
    assert witnesses("/claims/{id}", ["/claims/*", "*"]) == ("/claims/0x0",)


def test_what_is_no_path_has_itself_as_witness():
    assert (witnesses("", ["/*"]), witnesses("*", ["/*"])) == (("",), ("*",))
    assert template_of(witness(AMBIGUOUS)) == AMBIGUOUS


@given(TEMPLATES, PATTERNS, st.booleans())
def test_every_witness_is_a_path_of_the_template(template, stem, is_open):
    pattern = f"/{stem}{'*' if is_open else ''}"
    for path in witnesses(template, [pattern])[1:]:
        assert template_of(path, literals(template)) == template
        assert identity.matches(pattern, path)

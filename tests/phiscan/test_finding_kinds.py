from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from phiscan.finding import Finding, Likelihood, Location, Subject
from phiscan.finding_kinds import each_kind, info_types
from phiscan.identifiers import INFO_TYPES

TYPES = tuple(INFO_TYPES.values())[:3]
FINDINGS = st.lists(
    st.builds(
        Finding.of,
        st.sampled_from(TYPES),
        st.sampled_from(Likelihood),
        st.sampled_from(("a", "b")),
        st.builds(Location, st.sampled_from(("", "PID-3")), st.integers(-1, 4), st.just(9)),
        st.sampled_from(Subject),
    )
)


def kind(found):
    return (*found._replace(location=found.location.start < 0),)[:-1]


@given(FINDINGS)
def test_each_kind_is_there_once_with_the_number_of_its_findings(findings):
    kinds = each_kind(findings)

    assert {kind(f): f.number for f in kinds} == Counter(map(kind, findings))
    assert len(kinds) == len(set(map(kind, findings)))
    assert info_types(kinds) == info_types(findings) == Counter(f[:2] for f in findings)


@given(FINDINGS, FINDINGS)
def test_kinds_of_kinds_keep_the_numbers(first, second):
    whole = {kind(f): f.number for f in each_kind((*first, *second))}

    assert {kind(f): f.number for f in each_kind((*each_kind(first), *second))} == whole


@given(FINDINGS)
def test_the_first_finding_of_a_kind_stands_for_it(findings):
    for each in each_kind(findings):
        assert each._replace(number=1) in findings
        assert findings.index(each._replace(number=1)) == min(
            n for n, f in enumerate(findings) if kind(f) == kind(each)
        )

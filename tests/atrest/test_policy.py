from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept_units import EXPORT, LOCKED, PATIENTS, PLACES, SCAN, WARDS, column, hit, stored

from atrest.catalogue import Kept
from atrest.policy import (
    RestPolicy,
    RestRule,
    Where,
    Why,
    breaches,
    breaches_of_place,
)
from atrest.profile import Profile
from atrest.protection import Protection, Shield
from atrest.source import Reason, Unlisted
from phiscan.finding import Gap, Likelihood, Subject, Verdict

ANYWHERE = (Where(),)
NOTHING = Protection()


def rule(name="rule", where=ANYWHERE, **options):
    options = {k: frozenset(v) if k in ("allow", "deny") else v for k, v in options.items()}
    return RestRule(name, where, **options)


def policy(*rules, **options):
    return RestPolicy("clinic", "", rules, **options)


def found(a_policy, kept):
    return [(b.column, b.info_type, b.rule, b.why) for b in breaches(a_policy, kept)]


def unit(hits, verdict=Verdict.PHI, protection=NOTHING, name="a.csv"):
    profile = Profile(columns={"c": column(hits)}, verdicts=Counter([verdict.value]))
    return Kept("k", "s3://archive", name, EXPORT.kind, "v", "d", profile, protection, "t")


def test_phi_where_no_rule_names_the_unit_is_a_breach_by_default():
    assert found(policy(), PATIENTS) == [
        ("mrn", "MEDICAL_RECORD_NUMBER", "", Why.NO_RULE),
        ("note", "PERSON_NAME", "", Why.NO_RULE),
    ]
    assert found(policy(denies=False), PATIENTS) == []


def test_health_information_and_look_alikes_need_no_leave():
    allowed = policy(rule(allow=["A", "MEDICAL_RECORD_NUMBER"]))
    assert found(allowed, PATIENTS) == []  # DIAGNOSIS, and one possible SSN


@pytest.mark.parametrize("word", ["PERSON_NAME", "A", "*"])
def test_an_entry_is_an_info_type_a_class_or_any_identifier(word):
    kept = unit({hit("PERSON_NAME"): 9})
    assert found(policy(rule(allow=[word])), kept) == []
    assert found(policy(rule(allow=["*"], deny=[word])), kept) == [
        ("c", "PERSON_NAME", "rule", Why.DENIED)
    ]


def test_star_does_not_cover_health_information():
    kept = unit({hit("DIAGNOSIS"): 9})
    assert found(policy(rule(deny=["*"])), kept) == []
    assert found(policy(rule(deny=["DIAGNOSIS"])), kept) == [("c", "DIAGNOSIS", "rule", Why.DENIED)]


def test_deny_holds_outside_phi_and_allow_is_not_needed_there():
    kept = unit({hit("PERSON_NAME"): 9}, Verdict.IDENTIFIERS)
    assert found(policy(), kept) == []
    assert found(policy(rule(deny=["A"])), kept) == [("c", "PERSON_NAME", "rule", Why.DENIED)]
    assert found(policy(rule(deny=["*"])), kept) == []  # `*` speaks of PHI


def test_a_providers_own_name_needs_no_leave_unless_one_row_is_a_patients():
    provider = hit("PERSON_NAME", subject=Subject.PROVIDER)
    assert found(policy(), unit({provider: 9})) == []
    both = {provider: 9, hit("PERSON_NAME", likelihood=Likelihood.LIKELY): 1}
    assert found(policy(), unit(both)) == [("c", "PERSON_NAME", "", Why.NO_RULE)]


def test_an_info_type_that_nobody_knows_needs_leave():
    assert found(policy(), unit({hit("CLINIC_CHART"): 9})) == [
        ("c", "CLINIC_CHART", "", Why.NO_RULE)
    ]


@pytest.mark.parametrize(("shield", "why"), [(Shield.DOWN, Why.NOT_ENCRYPTED), (Shield.UP, None)])
def test_encryption_is_asked_of_phi(shield, why):
    kept = unit({}, protection=stored(shield))
    asked = policy(rule(encrypted=True))
    assert found(asked, kept) == ([("", "", "rule", why)] if why else [])
    assert found(asked, replace(kept, profile=WARDS.profile)) == []


def test_encryption_that_nobody_could_see_is_a_breach_of_its_own():
    assert found(policy(rule(encrypted=True)), unit({})) == [
        ("", "", "rule", Why.ENCRYPTION_UNKNOWN)
    ]


@pytest.mark.parametrize("kept", [LOCKED, EXPORT])
def test_what_was_not_read_whole_breaks_a_rule_that_asks_for_it(kept):
    asked = policy(rule(read=True, allow=["*"]))
    assert found(asked, kept) == [("", "", "rule", Why.NOT_READ)]
    assert found(policy(rule(allow=["*"])), kept) == []
    assert found(asked, SCAN) == []


def test_a_place_that_could_not_be_listed_may_hold_what_a_rule_names():
    inside = rule("inside", (Where(("file://*",), ("closed*/deep/*",)),), read=True)
    outside = rule("outside", (Where(("file://*",), ("open/*",)),), read=True)
    assert [b.rule for b in breaches_of_place(policy(inside, outside), PLACES[0])] == ["inside"]
    whole = Unlisted("file:///data", "", Reason.UNREACHABLE)
    assert [b.rule for b in breaches_of_place(policy(inside, outside), whole)] == [
        "inside",
        "outside",
    ]


def test_all_that_an_entry_lists_must_match_and_one_entry_is_enough():
    where = (Where(("s3://archive",), ("2018/*", "2019/*")), Where(objects=("public.*",)))
    named = rule(where=where)
    assert named.names(EXPORT)
    assert named.names(PATIENTS)
    assert not named.names(SCAN)
    assert not named.names(replace(EXPORT, source="s3://other"))


def test_behind_a_mask_what_a_rule_forbids_holds_and_what_it_allows_does_not():
    kept = unit({hit("PERSON_NAME"): 9}, name="2019/XXX.csv")
    perhaps = (Where(objects=("2019/smith*",)),)
    assert found(policy(rule(where=perhaps, allow=["*"])), kept) == [
        ("c", "PERSON_NAME", "rule", Why.NOT_ALLOWED)
    ]
    assert found(policy(rule(where=perhaps, deny=["A"]), denies=False), kept) == [
        ("c", "PERSON_NAME", "rule", Why.DENIED)
    ]


def test_of_several_rules_the_first_by_name_is_said():
    kept = unit({hit("PERSON_NAME"): 9})
    assert found(policy(rule("q"), rule("p")), kept) == [("c", "PERSON_NAME", "p", Why.NOT_ALLOWED)]


WORDS = st.frozensets(st.sampled_from(["A", "PERSON_NAME", "D", "DIAGNOSIS", "*", "CLINIC_CHART"]))
WHERES = st.lists(
    st.builds(
        Where,
        st.lists(st.sampled_from(["s3://*", "file://*", "*"]), max_size=2).map(tuple),
        st.lists(st.sampled_from(["a*", "*.csv", "b/*"]), max_size=2).map(tuple),
    ),
    max_size=2,
).map(tuple)
RULES = st.builds(
    RestRule, st.sampled_from("pqr"), WHERES, WORDS, WORDS, st.booleans(), st.booleans()
)
POLICIES = st.builds(policy, RULES, RULES, RULES, denies=st.booleans())
HITS = st.dictionaries(
    st.builds(
        hit,
        st.sampled_from(["PERSON_NAME", "PHONE_NUMBER", "DIAGNOSIS", "CLINIC_CHART"]),
        likelihood=st.sampled_from(Likelihood),
        subject=st.sampled_from(Subject),
    ),
    st.integers(1, 60),
    max_size=4,
)
UNITS = st.builds(
    unit,
    HITS,
    st.sampled_from(Verdict),
    st.sampled_from([Protection(), stored(Shield.UP), stored(Shield.DOWN)]),
    st.sampled_from(["a.csv", "b/XXX", "XXX", "c"]),
)


def places(a_policy, kept):
    """What is broken: where and by which infoType, whatever the reason."""
    return {(b.column, b.field, b.info_type, b.rule * (not b.info_type)) for b in breaches(a_policy, kept)}  # fmt: skip


@given(POLICIES, UNITS, HITS, st.sampled_from([*Gap, Verdict.PHI]))
def test_more_findings_or_less_that_was_read_never_remove_a_breach(a_policy, kept, hits, more):
    worse = Profile(columns={"c": column(hits, 0, 0)})
    worse += Profile(verdicts=Counter([more])) if isinstance(more, Verdict) else Profile(gaps=Counter([more.value]))  # fmt: skip
    after = replace(kept, profile=kept.profile + worse)
    assert places(a_policy, kept) <= places(a_policy, after)


@given(POLICIES, UNITS)
def test_less_protection_never_removes_a_breach(a_policy, kept):
    least = replace(kept, protection=stored(Shield.DOWN))
    unknown = replace(kept, protection=Protection())
    best = replace(kept, protection=stored(Shield.UP))
    assert places(a_policy, best) <= places(a_policy, unknown) <= places(a_policy, least)


@given(POLICIES, UNITS, WORDS)
def test_another_denied_word_never_removes_a_breach(a_policy, kept, words):
    first, *rest = a_policy.rules
    stricter = replace(first, deny=first.deny | words, encrypted=True, read=True)
    assert places(a_policy, kept) <= places(policy(stricter, *rest, denies=a_policy.denies), kept)


@given(POLICIES, UNITS)
def test_the_order_of_rules_does_not_matter(a_policy, kept):
    turned = replace(a_policy, rules=a_policy.rules[::-1])
    assert breaches(a_policy, kept) == breaches(turned, kept)


@given(POLICIES, UNITS, st.text("abX", max_size=3))
def test_a_masked_name_is_judged_no_looser_than_the_name_behind_it(a_policy, kept, hidden):
    shown = replace(kept, name=kept.name.replace("XXX", hidden))
    if "XXX" not in shown.name:
        assert places(a_policy, shown) <= places(a_policy, kept)

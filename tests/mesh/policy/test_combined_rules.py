from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mesh_strategies import found

from mesh.policy.combined_rules import CombinedRules, Scope, kinds_of, ruled
from mesh.policy.decision import Action, Mode
from mesh.policy.policy import Disclosure, Peer, Rule, Target, Terms
from phiscan.finding import Subject
from phiscan.identifiers import Identifier
from phiscan.redaction.masks import MaskForm, strictest

KINDS = kinds_of(
    [found("PERSON_NAME"), found("PERSON_NAME", start=7), found("URL"), found("DIAGNOSIS")]
)

PHI_REQUEST = Scope(is_request=True, encrypted=True, phi=True)


def rule(name: str = "r", allow: str = "A", **changes) -> Rule:
    request = Disclosure(frozenset({allow}), otherwise=Action.REDACT)
    return Rule(name, (Peer(),), (Target(),), **{"request": request, **changes})


def combined(
    *named: Rule, unsure: tuple[Rule, ...] = (), mode: Mode = Mode.ENFORCE
) -> CombinedRules:
    return CombinedRules(named, unsure, frozenset(), mode)


def test_findings_of_one_kind_are_one():
    assert len(KINDS) == 3


def test_a_ruling_has_the_strictest_action_and_the_info_types_that_led_to_it():
    ruling = combined(rule()).ruling(KINDS, PHI_REQUEST)
    assert (ruling.action, ruling.tipped, ruling.identifiers) == (
        Action.REDACT,
        ("URL",),
        (Identifier.NAME, Identifier.URL),
    )
    assert {name for name, *_ in ruling.targeted} == {"URL"}
    assert ruling.is_maskable


def test_an_allowance_names_nothing_and_masks_nothing():
    ruling = combined(rule(allow="*")).ruling(KINDS, PHI_REQUEST)
    assert (ruling.action, ruling.tipped, ruling.targeted) == (Action.ALLOW, (), frozenset())


def test_without_findings_nothing_is_allowed():
    assert combined(rule(allow="*")).ruling(frozenset(), PHI_REQUEST).action is Action.DENY


def test_each_direction_and_encryption_has_its_own_disclosure():
    both = combined(rule(), rule("plain", "N", mtls=False))
    assert both.disclosure(is_request=True, encrypted=True).allow == {"A", "N"}
    assert both.disclosure(is_request=True, encrypted=False).allow == {"N"}
    assert both.disclosure(is_request=False, encrypted=True) == Disclosure()
    assert (both.waived, combined(rule()).waived) == (True, False)


def test_names_are_sorted_and_those_that_might_are_told_apart():
    found_rules = combined(rule("b"), rule("a"), unsure=(rule("0"),))
    assert (found_rules.names, found_rules.all_names) == (("a", "b"), ("0", "a", "b"))


@pytest.mark.parametrize(
    ("named", "unsure", "enforced"),
    [
        ((), (), False),
        ((rule(mode=Mode.ENFORCE),), (), True),
        ((rule(),), (rule(mode=Mode.ENFORCE),), True),
        ((rule(mode=Mode.DISCOVER),), (rule(),), False),
    ],
)
def test_a_rule_that_enforces_is_enough(named, unsure, enforced):
    assert combined(*named, unsure=unsure, mode=Mode.MONITOR).enforced is enforced


def test_a_providers_number_is_ruled_by_name_or_class_only():
    (kind,) = kinds_of([found("US_HEALTHCARE_NPI", Subject.PROVIDER)])
    assert ruled(kind, Disclosure(deny=frozenset({"*"}))) is Action.ALLOW
    assert ruled(kind, Disclosure(deny=frozenset({"K"}))) is Action.DENY


BIRTH = kinds_of([found("DATE_OF_BIRTH")])


def redacting(name: str = "r", **forms: MaskForm) -> Rule:
    entries = {entry.replace("ALL", "*"): form for entry, form in forms.items()}
    part = Disclosure(
        redact=frozenset(entries),
        forms=frozenset((e, f) for e, f in entries.items() if f is not MaskForm.PLAIN),
    )
    return Rule(name, (Peer(),), (Target(),), part)


def form_of_a_birth_date(*rules: Rule) -> MaskForm:
    masks = combined(*rules).ruling(BIRTH, PHI_REQUEST).masks
    return dict(masks).get("DATE_OF_BIRTH", MaskForm.PLAIN)


@pytest.mark.parametrize(
    ("rules", "form"),
    [
        ([redacting(C=MaskForm.YEAR)], MaskForm.YEAR),
        ([redacting(C=MaskForm.YEAR, DATE_OF_BIRTH=MaskForm.PLAIN)], MaskForm.PLAIN),
        ([redacting(ALL=MaskForm.PLAIN, C=MaskForm.YEAR)], MaskForm.YEAR),
        ([redacting(ALL=MaskForm.PLAIN), redacting("s", C=MaskForm.YEAR)], MaskForm.PLAIN),
        ([redacting(C=MaskForm.YEAR), redacting("s", C=MaskForm.SHIFTED)], MaskForm.YEAR),
        ([redacting(C=MaskForm.YEAR), redacting("s", A=MaskForm.ZEROS)], MaskForm.YEAR),
        ([redacting(C=MaskForm.YEAR), redacting("s")], MaskForm.YEAR),
        ([redacting(ALL=MaskForm.LAST_FOUR)], MaskForm.PLAIN),
    ],
    ids=["class", "infoType", "star", "two rules", "two forms", "another", "none", "no number"],
)
def test_the_most_specific_entry_of_a_rule_counts_and_the_strictest_of_several_rules(rules, form):
    assert form_of_a_birth_date(*rules) is form
    assert form_of_a_birth_date(*reversed(rules)) is form


ENTRIES = st.dictionaries(
    st.sampled_from(["ALL", "C", "DATE_OF_BIRTH"]), st.sampled_from(MaskForm), min_size=1
)


@given(st.lists(ENTRIES, min_size=1, max_size=3), ENTRIES)
def test_a_further_rule_never_shows_more(entries, more):
    rules = [redacting(f"r{number}", **each) for number, each in enumerate(entries)]
    before = form_of_a_birth_date(*rules)
    after = form_of_a_birth_date(*rules, redacting("more", **more))
    assert strictest(before, after) is after


def test_what_rules_say_about_masks_is_empty_where_all_are_plain():
    assert combined(redacting(C=MaskForm.PLAIN)).masking(is_request=True) == frozenset()
    assert combined(redacting(C=MaskForm.YEAR)).masking(is_request=True) == {
        frozenset({("C", MaskForm.YEAR)})
    }


def test_only_masks_that_are_not_plain_are_listed():
    rules = combined(redacting(A=MaskForm.PLAIN, C=MaskForm.YEAR))
    ruling = rules.ruling(BIRTH | kinds_of([found("PERSON_NAME")]), PHI_REQUEST)
    assert ruling.tipped == ("DATE_OF_BIRTH", "PERSON_NAME")
    assert ruling.masks == (("DATE_OF_BIRTH", MaskForm.YEAR),)


def test_a_denial_lists_no_mask():
    denying = rule("deny", request=Disclosure(deny=frozenset({"DATE_OF_BIRTH"})))
    ruling = combined(redacting(C=MaskForm.YEAR), denying).ruling(BIRTH, PHI_REQUEST)
    assert (ruling.action, ruling.masks) == (Action.DENY, ())


def test_a_response_is_masked_as_its_own_direction_says():
    years, plain = redacting(C=MaskForm.YEAR), redacting(C=MaskForm.PLAIN)
    rules = combined(replace(plain, response=years.request))
    assert rules.ruling(BIRTH, PHI_REQUEST).masks == ()
    answer = rules.ruling(BIRTH, PHI_REQUEST._replace(is_request=False))
    assert answer.masks == (("DATE_OF_BIRTH", MaskForm.YEAR),)


def test_what_has_no_class_has_a_plain_mask_beside_other_forms():
    """Credentials and health information are of no HIPAA class."""
    rules = combined(redacting(C=MaskForm.YEAR, DIAGNOSIS=MaskForm.PLAIN))
    ruling = rules.ruling(kinds_of([found("DIAGNOSIS")]), PHI_REQUEST)
    assert (ruling.action, ruling.masks, ruling.is_maskable) == (Action.REDACT, (), False)


def test_a_message_without_phi_and_without_findings_is_not_denied():
    scope = Scope(is_request=True, encrypted=True, phi=False)
    assert combined(rule()).ruling(frozenset(), scope).action is Action.ALLOW


def test_a_rule_that_may_name_the_edge_forbids_in_its_own_direction():
    unsure = rule(request=Disclosure(), response=Disclosure(deny=frozenset({"A"})))
    rules = combined(unsure=(unsure,))
    assert rules.may_forbid(KINDS, frozenset(), is_request=False)
    assert not rules.may_forbid(KINDS, frozenset(), is_request=True)


def test_a_rule_that_may_name_the_edge_forbids_media_that_it_does_not_list():
    unsure = rule(request=Disclosure(media=frozenset({"json"})), response=Disclosure())
    rules = combined(unsure=(unsure,))
    assert rules.may_forbid(frozenset(), {"csv"}, is_request=True)
    assert not rules.may_forbid(frozenset(), {"json"}, is_request=True)
    assert not rules.may_forbid(frozenset(), {"csv"}, is_request=False)


def test_each_rule_that_may_name_the_edge_must_list_the_media():
    unsure = [
        rule(listed, request=Disclosure(media=frozenset({listed}))) for listed in ("json", "csv")
    ]
    assert combined(unsure=tuple(unsure)).may_forbid(frozenset(), {"csv"}, is_request=True)
    assert not combined(unsure=(unsure[1],)).may_forbid(frozenset(), {"csv"}, is_request=True)


def test_an_exception_says_nothing_of_opaque_parts_beside_another_rule():
    """It says nothing at all, so the rule's ALLOW is not made stricter by the policy's ALERT."""
    exception = rule("e", terms=Terms("owner", "reason", date(2026, 12, 31)))
    allowing = rule(on_opaque=Action.ALLOW)
    assert combined(exception, allowing).on_opaque is Action.ALLOW
    assert combined(exception).on_opaque is Action.ALERT

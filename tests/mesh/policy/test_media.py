"""Media by edge: what was read as none of the kinds that a rule lists is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mesh_strategies import ALL_FACTS, BILLING, EHR, POLICIES, found, reports

from mesh.message.facts import Direction, Facts, Operation, Protocol
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode, Reason
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import Coverage, Gap, ScanReport, Verdict
from phiscan.redaction.masks import MaskForm

FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    redactable=True,
    operation=Operation("POST", "/claims"),
)
ANY = Disclosure(allow=frozenset({"*"}))
REFUSED = (Action.DENY, Reason.MEDIA_NOT_ALLOWED)
PASSES = (Action.ALLOW, Reason.NO_PHI)


def lists(*media, name="r", **changes):
    listed = replace(ANY, media=frozenset(media) if media else None)
    sources, targets = (Peer((EHR,)),), (Target(Peer((BILLING,))),)
    return replace(Rule(name, sources, targets, listed, listed), **changes)


def outcome(report, *rules, facts=FACTS, **changes):
    decision = decide(facts, report, Policy("p", "d", rules=rules, **changes))
    return decision.action, decision.reason


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (ScanReport(media="json"), PASSES),
        (ScanReport(media="csv"), REFUSED),
        (ScanReport(media="text"), REFUSED),
        # an empty body is no document of any kind
        (ScanReport(media="empty"), PASSES),
        # but one that was cut off may have been
        (
            ScanReport(media="empty", coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF),
            REFUSED,
        ),
        (ScanReport(media="multipart", parts=("json",)), PASSES),
        (ScanReport(media="multipart"), PASSES),
        (ScanReport(media="multipart", parts=("csv", "json")), REFUSED),
        (ScanReport(media="unknown"), REFUSED),
        # called JSON by its Content-Type alone
        (
            ScanReport(media="json", coverage=Coverage.UNSCANNABLE, gap=Gap.MALFORMED),
            REFUSED,
        ),
        (
            ScanReport(media="json", coverage=Coverage.TRUNCATED, gap=Gap.CUT_OFF),
            (Action.DENY, Reason.TRUNCATED),
        ),
        # the guard's own failures keep their reason
        (
            ScanReport(media="unknown", coverage=Coverage.UNSCANNABLE, gap=Gap.OUT_OF_TIME),
            (Action.DENY, Reason.OUT_OF_TIME),
        ),
        (
            ScanReport(media="unknown", coverage=Coverage.UNSCANNABLE, gap=Gap.INTERNAL_ERROR),
            (Action.DENY, Reason.INTERNAL_ERROR),
        ),
        # PHI that may flow, in a form that may not
        (
            ScanReport((found("PERSON_NAME"),), verdict=Verdict.PHI, media="csv"),
            REFUSED,
        ),
        (
            ScanReport((found("PERSON_NAME"),), verdict=Verdict.PHI, media="json"),
            (Action.ALLOW, Reason.ALLOWED_BY_RULE),
        ),
    ],
)
def test_what_is_not_listed_is_refused(report, expected):
    assert outcome(report, lists("json", "multipart")) == expected


def test_what_was_not_read_is_refused_whatever_on_unscannable_says():
    report = ScanReport(media="encrypted", coverage=Coverage.UNSCANNABLE, gap=Gap.ENCRYPTED)
    assert outcome(report, lists("json"), on_unscannable=Action.ALERT) == REFUSED


def test_without_a_list_everything_that_is_read_may_flow():
    assert outcome(ScanReport(media="csv"), lists()) == PASSES


def test_each_direction_has_its_own_list():
    rule = replace(lists("json"), response=ANY)
    answer = replace(FACTS, direction=Direction.RESPONSE)
    assert outcome(ScanReport(media="csv"), rule) == REFUSED
    assert outcome(ScanReport(media="csv"), rule, facts=answer) == PASSES


def test_every_rule_of_the_edge_that_lists_media_must_list_it():
    rules = lists("json", "csv"), lists("csv", "hl7v2", name="s"), lists(name="t")
    assert outcome(ScanReport(media="csv"), *rules) == PASSES
    assert outcome(ScanReport(media="json"), *rules) == REFUSED
    assert outcome(ScanReport(media="hl7v2"), *rules) == REFUSED


def test_a_list_holds_on_an_unencrypted_connection_too():
    plain = replace(FACTS, mtls=False)
    assert outcome(ScanReport(media="csv"), lists("json"), facts=plain) == REFUSED
    assert outcome(ScanReport(media="json"), lists("json"), facts=plain) == (
        Action.ALERT,
        Reason.UNENCRYPTED,
    )


@pytest.mark.parametrize("protocol", [Protocol.UPGRADE, Protocol.TCP])
def test_what_cannot_be_read_is_none_of_the_listed_media(protocol):
    every = (Target(Peer((BILLING,)), OperationMatch(protocols=tuple(Protocol))),)
    facts = replace(FACTS, protocol=protocol)
    assert outcome(ScanReport(), lists("json", targets=every), facts=facts) == REFUSED
    assert outcome(ScanReport(), lists(targets=every), facts=facts) == PASSES


@pytest.mark.parametrize(
    ("media", "expected"), [("csv", (Action.DENY, Reason.AMBIGUOUS_PATH)), ("json", PASSES)]
)
def test_a_list_of_a_rule_that_could_not_be_evaluated_denies_where_it_could_matter(media, expected):
    claims = (Target(Peer((BILLING,)), OperationMatch(paths=("/claims",))),)
    ambiguous = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    rules = lists(), lists("json", name="s", targets=claims)
    assert outcome(ScanReport(media=media), *rules, facts=ambiguous) == expected


def test_a_rule_that_could_not_be_evaluated_denies_by_the_list_of_the_messages_direction():
    claims = (Target(Peer((BILLING,)), OperationMatch(paths=("/claims",))),)
    rules = lists(), replace(lists("json", name="s", targets=claims), request=ANY)
    asked = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    answered = replace(asked, direction=Direction.RESPONSE)
    assert outcome(ScanReport(media="csv"), *rules, facts=asked) == PASSES
    assert outcome(ScanReport(media="csv"), *rules, facts=answered) == (
        Action.DENY,
        Reason.AMBIGUOUS_PATH,
    )


def test_what_is_refused_for_its_kind_lists_no_mask():
    years = Disclosure(redact=frozenset("C"), forms=frozenset({("C", MaskForm.YEAR)}))
    rule = replace(lists(), request=replace(years, media=frozenset({"json"})))
    policy = Policy("p", "d", rules=(rule,))
    for media, action, masks in (
        ("json", Action.REDACT, (("DATE_OF_BIRTH", MaskForm.YEAR),)),
        ("csv", Action.DENY, ()),
    ):
        report = ScanReport((found("DATE_OF_BIRTH", start=7),), verdict=Verdict.PHI, media=media)
        decision = decide(FACTS, report, policy)
        assert (decision.action, decision.masks) == (action, masks)


def test_an_audit_rule_with_a_list_only_says_so():
    policy = Policy("p", "d", rules=(lists(), lists("json", name="tried", audit=True)))
    decision = decide(FACTS, ScanReport(media="csv"), policy)
    assert (decision.action, decision.audits) == (Action.ALLOW, (("tried", Action.DENY),))


def test_a_list_is_enforced_as_the_edge_is():
    decision = decide(
        FACTS, ScanReport(media="csv"), Policy("p", "d", Mode.MONITOR, rules=(lists("json"),))
    )
    assert (decision.action, decision.enforced) == (Action.DENY, False)


@given(ALL_FACTS, reports(), POLICIES, st.sampled_from(["json", "csv", "text"]))
def test_another_list_never_loosens(facts, seen, policy, media):
    more = replace(policy, rules=(*policy.rules, lists(media, name="z", mtls=False)))
    without = replace(policy, rules=(*policy.rules, lists(name="z", mtls=False)))
    assert decide(facts, seen, without).action.rank <= decide(facts, seen, more).action.rank


@given(ALL_FACTS, reports(), POLICIES, st.sampled_from(["json", "csv", "text"]))
def test_another_part_never_loosens(facts, seen, policy, media):
    more = replace(seen, parts=(*seen.parts, media))
    assert decide(facts, seen, policy).action.rank <= decide(facts, more, policy).action.rank

"""Rules that end on a day."""

from datetime import date

import pytest
from mesh_strategies import (
    found,
)
from one_edge import FACTS, policy, report, rule

from mesh.policy.decide import decide
from mesh.policy.decision import Action, Mode, Reason
from mesh.policy.policy import Disclosure, Terms

LAST_DAY = date(2026, 12, 31)
URL = Disclosure(allow=frozenset({"URL"}))
EXCEPTION = rule("exception", request=URL, terms=Terms("privacy office", "migration", LAST_DAY))


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        (date(2026, 12, 31), Reason.ALLOWED_BY_RULE),
        (date(2027, 1, 1), Reason.EDGE_NOT_ALLOWED),
        (None, Reason.EDGE_NOT_ALLOWED),  # the day is unknown
    ],
)
def test_an_exception_opens_its_edge_until_its_last_day(today, reason):
    assert decide(FACTS, report(found("URL")), policy(EXCEPTION, today=today)).reason is reason


@pytest.mark.parametrize(
    ("lasting", "action"),
    [
        (Disclosure(), Action.ALLOW),
        (Disclosure(deny=frozenset({"URL"})), Action.DENY),  # no rule cancels a denial
        (Disclosure(redact=frozenset({"N"})), Action.REDACT),
    ],
)
def test_an_exception_allows_what_a_rule_does_not_name_and_lifts_no_denial(lasting, action):
    rules = policy(EXCEPTION, rule("lasting", request=lasting), today=LAST_DAY)
    assert decide(FACTS, report(found("URL")), rules).action is action


def test_an_exception_never_tightens_an_edge():
    loose = rule("loose", request=Disclosure(otherwise=Action.ALERT), mode=Mode.MONITOR)
    with_it, without = policy(EXCEPTION, loose, today=LAST_DAY), policy(loose)
    decisions = [decide(FACTS, report(found("PERSON_NAME")), rules) for rules in (with_it, without)]
    assert [(d.action, d.enforced) for d in decisions] == [(Action.ALERT, False)] * 2


def test_an_exception_that_alone_names_an_edge_brings_its_mode():
    terms = Terms("o", "r", date(2026, 12, 31))
    alone = rule(mode=Mode.ENFORCE, terms=terms)
    rules = policy(alone, mode=Mode.MONITOR, today=date(2026, 6, 1))
    assert decide(FACTS, report(found("PERSON_NAME")), rules).enforced

from datetime import date

from mesh.policy.decision import Mode
from mesh.policy.policy import Peer, Policy, Rule, Target, Terms


def test_a_policy_enforces_when_any_of_it_does():
    rule = Rule("r", (Peer(),), (Target(),), mode=Mode.ENFORCE)
    assert Policy("p", "d").enforces
    assert not Policy("p", "d", mode=Mode.MONITOR).enforces
    assert Policy("p", "d", mode=Mode.MONITOR, rules=(rule,)).enforces


def test_a_policy_of_another_day_drops_what_has_expired():
    terms = Terms("o", "r", date(2026, 1, 31))
    policy = Policy(
        "p", "d", rules=(Rule("r", (Peer(),), (Target(),), terms=terms),), today=date(2026, 1, 1)
    )
    assert policy.on(date(2026, 1, 31)) is policy
    assert len(policy.index.rules_from("x")) == 1
    assert policy.on(date(2026, 2, 1)).index.rules_from("x") == ()
    assert policy.on(date(2026, 2, 1)).rules == policy.rules


def test_a_policy_that_only_audits_enforces_nothing_and_nothing_of_it_is_in_force():
    rule = Rule("r", (Peer(),), (Target(),), mode=Mode.ENFORCE, audit=True)
    policy = Policy("p", "d", mode=Mode.MONITOR, rules=(rule,))
    assert not policy.enforces
    assert (policy.in_force, policy.auditing) == ((), (rule,))


def test_only_rules_that_hold_today_are_in_force_and_one_that_ends_changes_the_policy():
    lasting = Rule("lasting", (Peer(),), (Target(),))
    ending = Rule("ending", (Peer(),), (Target(),), terms=Terms("o", "r", date(2026, 1, 31)))
    policy = Policy("p", "d", rules=(lasting, ending), today=date(2026, 1, 31))
    assert policy.in_force == (lasting, ending)
    assert policy.on(date(2026, 2, 1)).in_force == (lasting,)


def test_a_policy_knows_the_year():
    policy = Policy("p", "d", today=date(2026, 12, 31))
    assert policy.on(date(2026, 1, 1)) is policy
    assert policy.on(date(2027, 1, 1)).today == date(2027, 1, 1)
    assert Policy("p", "d").on(date(2027, 1, 1)).today == date(2027, 1, 1)

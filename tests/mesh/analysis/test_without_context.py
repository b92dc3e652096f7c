from dataclasses import replace

import pytest
from mesh_strategies import BILLING, EHR

from mesh.analysis.without_context import without_context
from mesh.policy.policy import Disclosure, Peer, Policy, Rule, Target


def policy(request=Disclosure(), response=Disclosure(), **more):  # noqa: B008 - frozen
    rule = Rule("r", (Peer((EHR,)),), (Target(Peer((BILLING,))),), request, response)
    return Policy("p", "d", rules=(rule,), **more)


@pytest.mark.parametrize(
    ("request_", "response", "said"),
    [
        (Disclosure(), Disclosure(), "they pass"),
        (Disclosure(deny=frozenset({"*"})), Disclosure(), "they pass"),  # a star speaks of PHI
        (
            Disclosure(deny=frozenset({"G", "*"})),
            Disclosure(redact=frozenset({"A"})),
            "denied where a rule names them (G), masked where a rule names them (A), "
            "otherwise they pass",
        ),
    ],
)
def test_what_happens_to_identifiers_without_health_context_is_one_sentence(
    request_, response, said
):
    assert without_context(policy(request_, response)) == said


def test_a_policy_can_handle_them_as_phi():
    said = without_context(policy(treat_identifiers_as_phi=True))
    assert said == "handled as PHI (treatIdentifiersAsPhi)"


def test_audit_rules_do_nothing():
    watched = policy(Disclosure(deny=frozenset({"G"})))
    audit = tuple(replace(rule, audit=True) for rule in watched.rules)
    assert without_context(replace(watched, rules=audit)) == "they pass"

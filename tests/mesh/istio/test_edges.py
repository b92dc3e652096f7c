from dataclasses import replace

import pytest
from mesh_strategies import BILLING, EHR

from mesh.istio.edges import IstioEdge, Naming, Opening, edges
from mesh.message.facts import Protocol
from mesh.policy.decision import Action
from mesh.policy.policy import OperationMatch, Peer, Policy, Rule, Target

FROM_EHR, TO_BILLING = Peer((EHR,)), Peer((BILLING,))
NAMING = Naming("app")


def policy(target=TO_BILLING, operation=None, source=FROM_EHR, **changes):
    rule = Rule(
        "claims", (source,), (Target(target, operation or OperationMatch(("POST",), ("/claims",))),)
    )
    return Policy(name="clinic", digest="", rules=(rule,), **changes)


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (Peer(("cluster.local/ns/finance/*",)), ("finance", "")),
        (Peer(("cluster.local/ns/finance/sa/*",)), ("finance", "")),
        (Peer(namespaces=("finance",)), ("finance", "")),
        (Peer((BILLING,), ("fin*",)), ("finance", "billing")),
    ],
)
def test_a_destination_is_an_account_or_a_whole_namespace(target, place):
    (edge,) = edges(policy(target), NAMING).said
    assert (edge.namespace, edge.account) == place


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"target": Peer()}, "namespace `*` is a pattern"),
        ({"target": Peer(namespaces=("fin*",))}, "namespace `fin*` is a pattern"),
        ({"target": Peer(("*",))}, "`*` is not in trust domain"),
        (
            {"target": Peer(("cluster.local/ns/fin*",))},
            "neither one account nor one whole namespace",
        ),
        (
            {"target": Peer(("cluster.local/ns/finance/sa/b*",))},
            "neither one account nor one whole namespace",
        ),
        ({"target": Peer((f"cluster.local/ns/finance/sa/{'b' * 64}",))}, "neither one account"),
        (
            {"target": Peer(("other/ns/finance/sa/billing",))},
            "is not in trust domain `cluster.local`",
        ),
        (
            {"target": Peer(("*",), service_accounts=("billing",))},
            "lists more than principals and namespaces",
        ),
        (
            {"source": Peer(trust_domains=("cluster.local",))},
            "lists more than principals and namespaces",
        ),
        ({"operation": OperationMatch(protocols=(Protocol.TCP,))}, "cannot open TCP without HTTP"),
        (
            {"operation": OperationMatch(protocols=(Protocol.UPGRADE,))},
            "cannot open UPGRADE without HTTP",
        ),
        (
            {"operation": OperationMatch(paths=("/a b",))},
            "compares path `/a b` before it is decoded",
        ),
        (
            {"operation": OperationMatch(hosts=("*.example.com",))},
            "compares host `*.example.com` together with its port",
        ),
    ],
)
def test_what_istio_cannot_say_exactly_is_left_out_and_named(changes, reason):
    found = edges(policy(**changes), NAMING)
    assert found.said == frozenset()
    assert [reason in line and line.startswith("rule `claims`: ") for line in found.left_out] == [
        True
    ]


def test_a_host_outside_is_no_receiver_of_the_mesh_and_nothing_closes_it():
    found = edges(policy(Peer(hosts=("api.clearinghouse.example",))), NAMING)
    assert (found.said, found.left_out) == (frozenset(), ())


def test_a_rule_with_claims_is_left_to_the_guard():
    claimed = replace(policy().rules[0], claims=(("role", ("nurse",)),))
    found = edges(Policy(name="p", digest="", rules=(claimed,)), NAMING)
    assert (found.said, found.left_out) == (
        frozenset(),
        ("rule `claims`: only the guard can check its claims",),
    )


def test_a_rule_with_headers_is_left_to_the_guard():
    asking = replace(policy().rules[0], headers=(("x-purpose", ("TREATMENT",)),))
    found = edges(Policy(name="p", digest="", rules=(asking,)), NAMING)
    assert (found.said, found.left_out) == (
        frozenset(),
        ("rule `claims`: only the guard can check its headers",),
    )


def test_an_audit_rule_opens_no_edge():
    found = edges(
        Policy(name="p", digest="", rules=(replace(policy().rules[0], audit=True),)), NAMING
    )
    assert (found.said, found.left_out) == (frozenset(), ())


def test_an_open_default_is_named_too():
    assert "defaultAction ALLOW" in edges(policy(default_action=Action.ALLOW), NAMING).left_out[0]


def test_a_target_outside_of_its_own_namespaces_opens_nothing():
    assert edges(policy(Peer((BILLING,), ("clinic",))), NAMING).said == frozenset()


def test_a_rule_with_several_sources_gives_one_edge_for_each():
    two = replace(policy().rules[0], sources=(Peer((EHR,)), Peer(namespaces=("web",))))
    said = edges(Policy(name="p", digest="", rules=(two,)), NAMING).said
    assert said == {
        IstioEdge(source, "finance", "billing", Opening(("POST",), ("/claims",)))
        for source in (Peer((EHR,)), Peer(namespaces=("web",)))
    }

from dataclasses import replace
from ipaddress import ip_network

from hypothesis import given, settings
from mesh_strategies import BILLING, EHR, POLICIES

from mesh.analysis.diff import diff
from mesh.analysis.graph import Arrow, graph, member
from mesh.analysis.graph_svg import svg
from mesh.analysis.graph_text import mermaid
from mesh.policy.decision import Mode
from mesh.policy.policy import Disclosure, Peer, Policy, Rule, Target

CLAIMS = Rule(
    "claims",
    (Peer((EHR,)),),
    (Target(Peer((BILLING,))),),
    Disclosure(frozenset({"A", "DATE_OF_BIRTH"}), redact=frozenset({"G"})),
    Disclosure(frozenset({"*"})),
)


def policy(*rules):
    return Policy(name="clinic", digest="", rules=rules)


def test_a_request_and_its_response_are_an_arrow_each():
    found = graph(policy(CLAIMS))
    there, back = found.arrows
    assert (there.sender, there.receiver, there.label) == (
        "clinic/ehr",
        "finance/billing",
        "A C+, masked G",
    )
    assert (back.sender, back.receiver, back.label) == ("finance/billing", "clinic/ehr", "A-R")
    assert found.namespaces == {"clinic": ("clinic/ehr",), "finance": ("finance/billing",)}


def test_a_response_without_phi_has_no_arrow_but_a_request_has_one():
    (arrow,) = graph(policy(replace(CLAIMS, request=Disclosure(), response=Disclosure()))).arrows
    assert (arrow.sender, arrow.label) == ("clinic/ehr", "no PHI")


def test_the_arrow_shows_what_the_rules_allow_together():
    strict = replace(CLAIMS, name="strict", request=Disclosure(deny=frozenset({"A", "G"})))
    assert graph(policy(CLAIMS, strict)).arrows[0].label == "C+"


def test_hosts_outside_and_blocks_of_addresses_have_a_box():
    outside = replace(
        CLAIMS, targets=(Target(Peer(hosts=("*.edi.example",))),), mtls=False, response=Disclosure()
    )
    inside = replace(
        CLAIMS,
        name="in",
        sources=(Peer(blocks=(ip_network("10.2.0.0/16"),)),),
        request=Disclosure(),
    )
    found = graph(policy(outside, inside))
    assert [(a.sender, a.receiver, a.label) for a in found.arrows] == [
        ("addresses 10.2.0.0/16", "finance/billing", "no PHI"),
        ("clinic/ehr", "outside *.edi.example", "A C+, masked G"),
    ]
    assert found.namespaces["outside of the mesh"] == (
        "addresses 10.2.0.0/16",
        "outside *.edi.example",
    )
    assert [member(label) for label in found.namespaces["outside of the mesh"]] == [
        "10.2.0.0/16",
        "*.edi.example",
    ]


def test_rules_that_are_not_drawn_are_named():
    asking = replace(CLAIMS, name="asking", claims=(("role", ("doctor",)),))
    found = graph(policy(replace(CLAIMS, name="watched", audit=True), asking))
    assert (found.arrows, found.undrawn) == ((), ("asking", "watched"))
    assert mermaid(found).endswith(
        "  %% not drawn, because they decide nothing or require claims or headers: asking, "
        "watched\n"
    )
    assert found.note in svg(found, "")
    assert (graph(policy(CLAIMS)).note, "%%" in mermaid(graph(policy(CLAIMS)))) == ("", False)


def test_a_policy_without_rules_has_no_arrow():
    assert graph(policy()).arrows == ()
    assert mermaid(graph(policy())) == "flowchart LR\n"


def test_a_masked_way_is_dashed_and_namespaces_are_boxes():
    assert mermaid(graph(policy(replace(CLAIMS, response=Disclosure())))).splitlines() == [
        "flowchart LR",
        '  subgraph n0["clinic"]',
        '    w0["ehr"]',
        "  end",
        '  subgraph n1["finance"]',
        '    w1["billing"]',
        "  end",
        '  w0 -.->|"A C+, masked G"| w1',
    ]


def test_an_arrow_is_also_a_sentence():
    arrow = Arrow("clinic/ehr", "finance/billing", ("PERSON_NAME",), ("URL",))
    assert arrow.sentence == "clinic/ehr may send finance/billing PERSON_NAME, and masked URL"


def test_a_namespaces_other_accounts_are_one_box():
    assert (member("clinic/*"), member("clinic/ehr"), member("any other workload")) == (
        "any other",
        "ehr",
        "any other workload",
    )


@given(POLICIES)
@settings(max_examples=15, deadline=None)
def test_policies_without_a_difference_have_the_same_graph(one):
    renamed = replace(
        one, rules=tuple(replace(rule, name=f"x{rule.name}") for rule in one.rules[::-1])
    )
    assert diff(one, replace(renamed, mode=one.mode or Mode.ENFORCE)).empty
    assert graph(renamed) == graph(one)

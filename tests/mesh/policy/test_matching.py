from dataclasses import replace
from ipaddress import ip_network
from types import MappingProxyType

import pytest

from mesh.message.facts import Facts, Operation, Protocol, Vantage
from mesh.policy.decision import Mode
from mesh.policy.matching import closing_mode, edge_of, peer_matches, rules_on
from mesh.policy.policy import OperationMatch, Peer, Policy, Rule, Target

EHR = "cluster.local/ns/clinic/sa/ehr"
BILLING = "cluster.local/ns/finance/sa/billing"
FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    operation=Operation(method="POST", path="/claims?x=1", host="Billing:8080", port=8080),
)
POLICY = Policy(
    name="p", digest="d", services=MappingProxyType({"billing.finance.svc.cluster.local": BILLING})
)


def named(facts: Facts, target: Target) -> str:
    policy = replace(POLICY, rules=(Rule("r", (Peer((EHR,)),), (target,)),))
    matches = rules_on(policy, edge_of(facts, policy))
    return "yes" if matches.named else "unsure" if matches.unsure else "no"


def at(path: str = "/claims", **changes) -> Facts:
    return replace(FACTS, operation=replace(FACTS.operation, path=path, **changes))


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        (OperationMatch(), "yes"),
        (OperationMatch(methods=("GET", "POST")), "yes"),
        (OperationMatch(methods=("GET",)), "no"),
        (OperationMatch(paths=("/claims",)), "yes"),
        (OperationMatch(paths=("/claims/*",)), "no"),
        (OperationMatch(hosts=("billing",)), "yes"),
        (OperationMatch(hosts=("*.example",)), "no"),
        (OperationMatch(ports=(8080,)), "yes"),
        (OperationMatch(ports=(80,)), "no"),
        (OperationMatch(paths=("/claims",), ports=(80,)), "no"),
    ],
)
def test_everything_that_an_operation_lists_must_match(operation, answer):
    assert named(FACTS, Target(operation=operation)) == answer


@pytest.mark.parametrize(
    ("facts", "operation", "answer"),
    [
        (at("/a/../claims"), OperationMatch(paths=("/claims",)), "unsure"),
        # any path, even an ambiguous one
        (at("/a/../claims"), OperationMatch(paths=("*",)), "yes"),
        (at("/a/../claims"), OperationMatch(), "yes"),
        (at("/a/../claims"), OperationMatch(paths=("/claims",), methods=("GET",)), "no"),
        (at(port=0), OperationMatch(ports=(8080,)), "unsure"),
        (at("/other", port=0), OperationMatch(ports=(8080,), paths=("/claims",)), "no"),
    ],
)
def test_a_rule_that_lists_what_is_not_known_for_sure_is_unsure(facts, operation, answer):
    assert named(facts, Target(operation=operation)) == answer


@pytest.mark.parametrize(
    ("peer", "principal", "answer"),
    [
        (Peer(), EHR, True),
        # an entry that lists nothing names every peer, even one without a principal
        (Peer(), "", True),
        (Peer(principals=("*",)), "", False),
        (Peer(principals=("*",)), EHR, True),
        (Peer(namespaces=("clinic",)), EHR, True),
        (Peer(namespaces=("clinic",)), "not-a-principal", False),
        (Peer(principals=(EHR,), namespaces=("finance",)), EHR, False),
        (Peer(principals=(BILLING, EHR), namespaces=("cli*",)), EHR, True),
    ],
)
def test_an_entry_names_a_principal_by_all_that_it_lists(peer, principal, answer):
    assert peer_matches(peer, principal) is answer


def test_at_the_receiver_mutual_tls_with_a_known_peer_is_encrypted():
    assert edge_of(FACTS, POLICY).encrypted
    assert not edge_of(replace(FACTS, mtls=False), POLICY).encrypted
    assert not edge_of(replace(FACTS, source=""), POLICY).encrypted


def test_at_the_sender_the_policy_says_who_serves_the_host():
    facts = replace(FACTS, vantage=Vantage.OUTBOUND, destination="", mtls=False)
    known = edge_of(replace(facts, service="Billing.finance.svc.cluster.local"), POLICY)
    unknown = edge_of(
        replace(facts, service="api.example.com", destination=BILLING, mtls=True), POLICY
    )
    assert (known.destination, known.encrypted) == (BILLING, True)
    assert (unknown.destination, unknown.encrypted) == ("", False)


def test_a_protocol_is_listed_by_a_target_that_names_the_edge():
    def listed(path: str) -> bool:
        upgrade = Target(operation=OperationMatch(paths=("/ws",), protocols=(Protocol.UPGRADE,)))
        policy = replace(POLICY, rules=(Rule("r", (Peer(),), (Target(), upgrade)),))
        edge = edge_of(replace(at(path), protocol=Protocol.UPGRADE), policy)
        return edge.protocol in rules_on(policy, edge).protocols

    assert listed("/ws")
    assert not listed("/claims")


def test_a_tcp_connection_matches_no_rule_on_http():
    tcp = replace(FACTS, protocol=Protocol.TCP, operation=Operation(port=5432))
    assert named(tcp, Target(operation=OperationMatch(ports=(5432,)))) == "yes"
    for operation in (
        OperationMatch(methods=("POST",)),
        OperationMatch(paths=("*",)),
        OperationMatch(hosts=("*",)),
    ):
        assert named(tcp, Target(operation=operation)) == "no"


OUTBOUND = replace(FACTS, vantage=Vantage.OUTBOUND, destination="", mtls=False)
STRANGER = replace(FACTS, source="", mtls=False)
IN_TEN = Peer(blocks=(ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")))


def fit(facts: Facts, rule: Rule, policy: Policy = POLICY) -> str:
    policy = replace(policy, rules=(rule,))
    matches = rules_on(policy, edge_of(facts, policy))
    return "yes" if matches.named else "unsure" if matches.unsure else "no"


@pytest.mark.parametrize(
    ("hosts", "service", "answer"),
    [
        (("*.clearinghouse.example",), "api.clearinghouse.example", "yes"),
        # the ServiceEntry itself is a pattern
        (("*.clearinghouse.example",), "*.clearinghouse.example", "yes"),
        (("api.clearinghouse.example",), "*.clearinghouse.example", "no"),
        (("*.clearinghouse.example",), "clearinghouse.example.evil.example", "no"),
        (("*",), "", "no"),  # passed through: the destination is unknown
    ],
)
def test_an_outside_host_is_named_at_the_senders_side_only(hosts, service, answer):
    rule = Rule("r", (Peer((EHR,)),), (Target(Peer(hosts=hosts)),))
    assert fit(replace(OUTBOUND, service=service), rule) == answer
    assert fit(replace(FACTS, service=service, operation=Operation(host=service)), rule) == "no"


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (replace(STRANGER, source_address="10.1.2.3"), "yes"),
        (replace(STRANGER, source_address="::ffff:10.1.2.3"), "yes"),
        (replace(STRANGER, source_address="2001:db8::1"), "yes"),
        (replace(STRANGER, source_address="192.0.2.1"), "no"),
        (STRANGER, "unsure"),
        (replace(STRANGER, source_address="nonsense"), "unsure"),
        # a peer with an identity is named by its principal
        (replace(FACTS, source_address="10.1.2.3"), "no"),
    ],
)
def test_a_block_names_those_without_an_identity(facts, answer):
    assert fit(facts, Rule("r", (IN_TEN,), (Target(),))) == answer


def test_a_block_beside_an_entry_that_names_anyone_asks_for_no_address():
    assert fit(STRANGER, Rule("r", (IN_TEN, Peer()), (Target(),))) == "yes"


@pytest.mark.parametrize(
    ("claims", "answer"),
    [
        (None, "unsure"),  # Envoy does not say
        ((), "no"),
        ((("role", frozenset({"doctor", "nurse"})),), "yes"),
        ((("role", frozenset({"clerk"})),), "no"),
        ((("roles", frozenset({"doctor"})),), "no"),
    ],
)
def test_every_claim_of_a_rule_must_be_verified(claims, answer):
    rule = Rule("r", (Peer((EHR,)),), (Target(),), claims=(("role", ("doctor", "surgeon")),))
    assert fit(replace(FACTS, claims=claims), rule) == answer
    both = replace(rule, claims=(*rule.claims, ("iss", ("*",))))
    assert fit(replace(FACTS, claims=claims), both) in {"no", "unsure"}


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        (None, "unsure"),  # Envoy does not say
        ((), "no"),
        ((("x-purpose", frozenset({"TREATMENT"})),), "yes"),
        ((("x-purpose", frozenset({"RESEARCH"})),), "no"),
        # two headers, as Envoy joins them
        ((("x-purpose", frozenset({"TREATMENT,RESEARCH"})),), "no"),
    ],
)
def test_every_header_of_a_rule_must_be_vouched_for(headers, answer):
    rule = Rule(
        "r", (Peer((EHR,)),), (Target(),), headers=(("x-purpose", ("TREATMENT", "PAYMENT")),)
    )
    assert fit(replace(FACTS, headers=headers), rule) == answer
    assert fit(replace(FACTS, headers=headers), replace(rule, claims=(("role", ("*",)),))) != "yes"


@pytest.mark.parametrize(
    ("peer", "answer"),
    [
        (Peer(trust_domains=("cluster.local",)), True),
        (Peer(trust_domains=("*.example",)), False),
        (Peer(service_accounts=("e*",)), True),
        (Peer(service_accounts=("*r",)), True),
        (Peer(service_accounts=("bill*",)), False),
        (Peer(namespaces=("finance",), service_accounts=("ehr",)), False),
        (Peer(hosts=("*",)), False),
        (IN_TEN, False),
    ],
)
def test_an_entry_names_a_principal_by_trust_domain_and_account(peer, answer):
    assert peer_matches(peer, EHR) is answer
    assert not peer_matches(peer, "")


@pytest.mark.parametrize(
    ("peer", "answer"),
    [
        (Peer((EHR,)), False),
        (Peer(("partner.example/ns/clinic/sa/ehr",)), True),
        (Peer(namespaces=("clinic",)), True),  # in whichever trust domain
        (Peer(namespaces=("clinic",), trust_domains=("cluster.local",)), False),
        (Peer(namespaces=("clinic",), trust_domains=("*.example",)), True),
        (Peer(service_accounts=("ehr",), trust_domains=("partner.example",)), True),
    ],
)
def test_a_principal_of_another_trust_domain_is_another_one(peer, answer):
    theirs = "partner.example/ns/clinic/sa/ehr"
    assert peer_matches(peer, theirs) is answer
    policy = replace(POLICY, rules=(Rule("r", (peer,), (Target(),)),))
    between = rules_on(policy, edge_of(replace(FACTS, source=theirs), policy))
    assert bool(between.named) is answer


@pytest.mark.parametrize(
    ("verified", "answer"),
    [((), "no"), ((("iss", frozenset()),), "no"), ((("iss", frozenset({"any"})),), "yes")],
)
def test_a_star_asks_for_any_value_of_a_claim(verified, answer):
    rule = Rule("r", (Peer((EHR,)),), (Target(),), claims=(("iss", ("*",)),))
    assert fit(replace(FACTS, claims=verified), rule) == answer


def test_at_the_sender_a_host_without_a_source_is_not_encrypted():
    facts = replace(FACTS, source="", vantage=Vantage.OUTBOUND, service=next(iter(POLICY.services)))
    assert not edge_of(facts, POLICY).encrypted
    assert edge_of(replace(facts, source=EHR), POLICY).encrypted


def test_one_of_two_entries_for_the_same_destination_is_enough():
    entries = (
        Target(operation=OperationMatch(paths=("/other",))),
        Target(operation=OperationMatch(paths=("/claims",))),
    )
    assert fit(FACTS, Rule("r", (Peer((EHR,)),), entries)) == "yes"


def test_only_audit_rules_are_kept_apart():
    plain = Rule("plain", (Peer((EHR,)),), (Target(),))
    policy = replace(POLICY, rules=(plain, replace(plain, name="tried", audit=True)))
    rules = rules_on(policy, edge_of(FACTS, policy))
    assert ([name for name, _ in rules.audits], rules.names) == (["tried"], ("plain",))


@pytest.mark.parametrize(
    ("facts", "mode"),
    [
        (FACTS, Mode.MONITOR),
        (replace(FACTS, mtls=False), Mode.MONITOR),
        (replace(FACTS, destination="cluster.local/ns/lab/sa/billing"), None),
        (replace(FACTS, destination=""), None),
        # the sender's sidecar knows the host only
        (Facts(vantage=Vantage.OUTBOUND, service="x.finance.svc.cluster.local"), Mode.MONITOR),
        (Facts(vantage=Vantage.OUTBOUND, service="x.finance.svc"), Mode.MONITOR),
        (Facts(vantage=Vantage.OUTBOUND, service="x.finance.example.com"), None),
        (Facts(vantage=Vantage.OUTBOUND, service="finance"), None),
        # who serves the host counts, not its name
        (Facts(vantage=Vantage.OUTBOUND, service="moved.lab.svc.cluster.local"), Mode.MONITOR),
    ],
)
def test_an_edge_is_closed_by_the_namespace_of_its_destination(facts, mode):
    services = {**POLICY.services, "moved.lab.svc.cluster.local": BILLING}
    policy = replace(POLICY, services=services, closed={"finance": Mode.MONITOR})
    assert closing_mode(policy, edge_of(facts, policy)) is mode
    assert closing_mode(POLICY, edge_of(facts, POLICY)) is None

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.analysis.equivalence_classes import ANY, OperationClasses, witnesses, workloads
from mesh.message import identity, paths
from mesh.message.facts import Protocol
from mesh.policy.policy import OperationMatch, Peer

WORDS = st.text("abo", max_size=4)
PATTERNS = st.frozensets(
    st.one_of(WORDS.filter(bool), WORDS.map(lambda word: f"{word}*")), max_size=5
)


@given(PATTERNS, st.text("abother", min_size=1, max_size=6))
def test_every_text_has_a_witness_that_matches_the_same_patterns(patterns, text):
    named = {pattern for pattern in patterns if identity.matches(pattern, text)}
    found = [
        {p for p in patterns if identity.matches(p, witness)} for witness in witnesses(patterns)
    ]
    assert named in found


def test_a_witness_carries_the_pattern_that_it_stands_for():
    assert witnesses({"/claims", "/claims/*", "*"}, root="/") == {
        "/claims": "/claims",
        "/other": ANY,
        "/claims/other": "/claims/*",
    }


def test_workloads_are_told_apart_by_trust_domain_namespace_and_account():
    peers = [
        Peer(("cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/web/*")),
        Peer(namespaces=("fin*",)),
    ]
    assert workloads(peers) == {
        "": "",
        "cluster.local/ns/clinic/sa/ehr": "cluster.local/ns/clinic/sa/ehr",
        "cluster.local/ns/clinic/sa/other": "cluster.local/ns/clinic/*",
        "cluster.local/ns/finother/sa/other": "cluster.local/ns/fin*",
        "cluster.local/ns/other/sa/other": "cluster.local/*",
        "cluster.local/ns/web/sa/other": "cluster.local/ns/web/*",
        "other/ns/clinic/sa/other": "*/ns/clinic/*",
        "other/ns/finother/sa/other": "*/ns/fin*",
        "other/ns/other/sa/other": "*",
        "other/ns/web/sa/other": "*/ns/web/*",
    }


@pytest.mark.parametrize(
    "pattern", ["cluster.local/*", "cluster.local/ns/*", "cluster.local/ns/a/sa/*", "*", "a-b*"]
)
def test_every_witness_is_a_principal(pattern):
    peer = Peer(namespaces=(pattern,)) if pattern == "a-b*" else Peer((pattern,))
    assert all(identity.is_principal(principal) for principal in workloads([peer]) if principal)


def test_a_host_pattern_at_either_end_has_a_witness_and_so_have_both_together():
    hosts = {
        each.operation.host: each.labels[2]
        for each in OperationClasses([OperationMatch(hosts=("*.org", "api*"))])
    }
    assert hosts == {
        "other": ANY,
        "apiother": "api*",
        "other.org": "*.org",
        "apiother.org": "api*.org",
    }
    assert paths.host_matches("*.org", "apiother.org")


def test_a_message_type_has_a_witness_for_each_pattern_and_nothing_of_http():
    hl7 = OperationMatch(protocols=(Protocol.MLLP,), message_types=("ADT^A01", "ADT^*", "ACK"))
    classes = OperationClasses([hl7, OperationMatch(methods=("GET",), paths=("/a",))])
    found = [each for each in classes if each.protocol is Protocol.MLLP]
    assert {each.operation.message_type: each.labels[4] for each in found} == {
        "ADT^A01": "ADT^A01",
        "ADT^OTHER": "ADT^*",
        "ACK": "ACK",
        "OTHER": ANY,
    }
    assert {(each.operation.method, each.operation.path) for each in found} == {("", "")}
    others = [each for each in classes if each.protocol is Protocol.HTTP]
    assert {each.operation.message_type for each in others} == {""}
    assert len(classes) == len(list(classes)) == len(found) + len(others)


def test_an_operation_of_another_protocol_is_tried_only_where_an_entry_lists_it():
    assert {each.protocol for each in OperationClasses([OperationMatch()])} == {Protocol.HTTP}
    tcp = [
        s
        for s in OperationClasses([OperationMatch(ports=(5432,), protocols=(Protocol.TCP,))])
        if s.protocol is Protocol.TCP
    ]
    assert [(s.operation.method, s.operation.port, s.labels[3]) for s in tcp] == [
        ("", 5432, "5432"),
        ("", 1, ANY),
    ]

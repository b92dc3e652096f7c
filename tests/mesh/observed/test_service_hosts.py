from learn_strategies import (
    BILLING,
    BILLING_HOST,
    CLAIMS,
    EHR,
    LAB,
    PHI,
    TOLD,
    inbound,
    observed,
    outbound,
)

from mesh.observed.service_hosts import Service, namespace_of_host, services_of

ELSEWHERE = "cluster.local/ns/research/sa/billing"


def served(*messages, watching=None):
    return [
        (s.host, s.principal, s.guessed)
        for s in services_of(observed(messages, *([watching] if watching else [])))
    ]


def test_what_the_policy_said_is_no_guess():
    assert services_of(observed([(outbound(), PHI)], TOLD)) == (
        Service(BILLING_HOST, BILLING, guessed=False),
    )


def test_the_only_one_of_the_namespace_that_took_the_same_calls_is_guessed():
    seen = [
        (outbound(), PHI),
        (inbound(destination=CLAIMS), PHI),
        (inbound(destination=ELSEWHERE), PHI),
    ]
    assert served(*seen) == [(BILLING_HOST, CLAIMS, True)]


def test_of_several_the_hosts_namesake_is_guessed():
    assert served((outbound(), PHI), (inbound(destination=CLAIMS), PHI), (inbound(), PHI)) == [
        (BILLING_HOST, BILLING, True)
    ]


def test_nobody_is_guessed_who_did_not_take_every_call():
    assert served((outbound(), PHI), (outbound("/labs"), PHI), (inbound(), PHI)) == []
    assert served((outbound(), PHI), (outbound(source=LAB), PHI), (inbound(), PHI)) == []
    assert served((outbound(), PHI), (inbound(mtls=False), PHI)) == []


def test_nobody_of_the_mesh_serves_a_host_outside():
    assert served((outbound(service="billing.finance.example"), PHI), (inbound(), PHI)) == []
    assert [namespace_of_host(host) for host in (BILLING_HOST, "billing", "a.svc.b", EHR)] == [
        "finance",
        "",
        "",
        "",
    ]

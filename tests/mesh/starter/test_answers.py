import pytest

from mesh.starter.answers import AnswerError, read_calls, read_outside, read_services
from mesh.starter.purposes import Purpose

SERVICES = read_services(["clinic/ehr", "finance/billing@billing-api"])


def test_a_service_is_known_by_namespace_and_account_and_called_by_its_own_name():
    ehr, billing = SERVICES
    assert ehr.principal("cluster.local") == "cluster.local/ns/clinic/sa/ehr"
    assert ehr.host("cluster.local") == "ehr.clinic.svc.cluster.local"
    assert billing.host("corp.example") == "billing-api.finance.svc.corp.example"
    assert read_services(["a/b", "a/b"]) == read_services(["a/b"])
    assert read_services(["a/b.c"])[0].host("d") == "b-c.a.svc.d"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "no service is named"),
        (["ehr"], "`ehr` is not a service"),
        (["Clinic/ehr"], "is not a service"),
        (["a/b/c"], "is not a service"),
        (["a/b."], "is not a service"),
        (["a/b\nc"], "is not a service"),
        (["a/b", "a/b@c"], "`a/b` has two Service names"),
    ],
)
def test_a_service_that_cannot_be_one_is_refused(words, part):
    with pytest.raises(AnswerError, match=part):
        read_services(words)


def test_a_call_with_phi_need_not_be_named_twice():
    way = "clinic/ehr:finance/billing"
    (call,) = read_calls(SERVICES, [way], [f"{way}=payment"])
    assert (call.source, call.destination, call.purpose) == (*SERVICES, Purpose.PAYMENT)
    assert read_calls(SERVICES, [], [f"{way}=payment"]) == (call,)
    assert read_calls(SERVICES, [way], [])[0].purpose is None


@pytest.mark.parametrize(
    ("words", "with_phi", "part"),
    [
        (["clinic/ehr"], [], "is not a call"),
        (["clinic/ehr:lab/lab"], [], "`lab/lab` is none of the services"),
        (["clinic/ehr:clinic/ehr"], [], "a call of itself"),
        ([], ["clinic/ehr:finance/billing"], "has no purpose"),
        ([], ["clinic/ehr:finance/billing=fun"], "`fun` is not a purpose"),
        (
            [],
            ["clinic/ehr:finance/billing=payment", "clinic/ehr:finance/billing=research"],
            "two purposes",
        ),
    ],
)
def test_a_call_that_cannot_be_one_is_refused(words, with_phi, part):
    with pytest.raises(AnswerError, match=part):
        read_calls(SERVICES, words, with_phi)


def test_a_host_outside_has_a_purpose_only_where_phi_leaves():
    plain, claims = read_outside(
        SERVICES, ["clinic/ehr:*.example.com", "finance/billing:edi.example.com=payment"]
    )
    assert (plain.host, plain.purpose) == ("*.example.com", None)
    assert (claims.source, claims.purpose) == (SERVICES[1], Purpose.PAYMENT)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["clinic/ehr:https://example.com"], "is not a call of a host"),
        (["clinic/ehr:example"], "is not a call of a host"),
        (["clinic/ehr"], "is not a call of a host"),
        (["lab/lab:a.example.com"], "none of the services"),
        (["clinic/ehr:a.example.com", "clinic/ehr:a.example.com=payment"], "two purposes"),
        (["clinic/ehr:a.example.com", "clinic/ehr:*.example.com=payment"], "two purposes"),
    ],
)
def test_a_host_that_cannot_be_one_is_refused(words, part):
    with pytest.raises(AnswerError, match=part):
        read_outside(SERVICES, words)

import pytest
from google.protobuf import json_format
from running_guard import BILLING, EHR, check_request

from extauthz.guard.envoy import check, wire
from extauthz.guard.envoy.check import CheckAnswer, CheckedRequest
from extauthz.records.judgement import Judgement
from mesh.message.facts import Facts, Operation, Protocol, Vantage
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import ScanReport
from phiscan.identifiers import Identifier

LIMIT = 1000


def checked(request, caller=""):
    return check.decode(wire.encode(request), caller)


def body_of(request):
    return checked(request).events(LIMIT)[1]


def test_facts_are_the_proxys_own_words():
    assert checked(check_request(b"{}")).facts == Facts(
        vantage=Vantage.INBOUND,
        source=EHR,
        destination=BILLING,
        mtls=True,
        operation=Operation("POST", "/claims", "billing", 8080),
    )


@pytest.mark.parametrize(
    "principal", ["", EHR, f"http://{EHR}", "spiffe://cluster.local/x", "CN=Ana Ruiz", "spiffe://"]
)
def test_only_a_spiffe_uri_of_istios_form_is_an_identity(principal):
    request = check_request()
    request.attributes.source.principal = principal
    facts = checked(request).facts

    assert (facts.source, facts.mtls) == ("", False)


def test_the_service_name_that_a_client_can_write_is_not_read():
    request = check_request(source="")
    request.attributes.source.service = "ehr"

    assert "ehr" not in (checked(request).facts.source, checked(request).facts.service)


def test_the_peers_address_is_the_connections():
    request = check_request(source="")
    request.attributes.source.address.socket_address.address = "10.1.2.3"
    request.attributes.request.http.headers["x-forwarded-for"] = "192.0.2.1"
    facts = checked(request).facts
    assert facts.source_address == "10.1.2.3"
    assert "10.1.2.3" not in repr(facts)


def test_the_address_of_a_peer_with_a_principal_is_not_read():
    request = check_request()
    request.attributes.source.address.socket_address.address = "10.1.2.3"
    assert checked(request).facts.source_address == ""


def test_claims_are_those_that_envoy_verified_never_a_header():
    request = check_request()
    request.attributes.request.http.headers["authorization"] = "Bearer e30.eyJyb2xlIjoiZG9jdG9yIn0."
    assert checked(request).facts.claims is None

    jwt = request.attributes.metadata_context.filter_metadata["envoy.filters.http.jwt_authn"]
    jwt.update(
        {"payload": {"role": "nurse", "groups": ["a", "b"], "exp": 1.0}, "header-status": "ok"}
    )
    facts = checked(request).facts
    assert facts.claims == (("groups", frozenset({"a", "b"})), ("role", frozenset({"nurse"})))
    assert "nurse" not in repr(facts)


def test_headers_are_those_that_envoy_wrote_into_its_metadata():
    request = check_request()
    request.attributes.request.http.headers["x-purpose-of-use"] = "TREATMENT"
    assert checked(request).facts.headers is None

    told = request.attributes.metadata_context.filter_metadata["phiguard.headers"]
    told.update({"x-purpose-of-use": "PAYMENT", "x-roles": ["a", "b"], "x-number": 1.0})
    facts = checked(request).facts
    assert facts.headers == (
        ("x-purpose-of-use", frozenset({"PAYMENT"})),
        ("x-roles", frozenset({"a", "b"})),
    )
    assert "PAYMENT" not in repr(facts)


def test_claims_of_two_tokens_are_nobodys():
    request = check_request()
    jwt = request.attributes.metadata_context.filter_metadata["envoy.filters.http.jwt_authn"]
    jwt.update({"a": {"role": "nurse"}, "b": {"role": "doctor"}})
    assert checked(request).facts.claims is None


def test_on_a_plain_connection_the_receiver_is_the_proxy_that_asks():
    assert checked(check_request(destination=""), BILLING).facts.destination == BILLING
    assert checked(check_request(destination=""), "unknown").facts.destination == ""
    assert checked(check_request(), EHR).facts.destination == BILLING


def test_a_check_without_http_is_a_tcp_connection():
    request = wire.message(check.CHECK_REQUEST)()
    (head,) = checked(request).events(LIMIT)

    assert (head.facts.protocol, head.end) == (Protocol.TCP, True)


def test_both_ways_of_sending_headers_are_read():
    request = check_request(headers={"X-Mixed": "1"})
    http = request.attributes.request.http
    http.header_map.headers.add(key="x-raw", raw_value=b"\xff\xfe")
    http.header_map.headers.add(key="x-twice", value="a")
    http.header_map.headers.add(key="x-twice", value="b")
    sent = checked(request).headers

    assert (sent.get("x-mixed"), sent.get("x-raw"), sent.get("x-twice")) == ("1", "ÿþ", "a, b")


@pytest.mark.parametrize(
    ("size", "headers", "expected"),
    [
        (LIMIT - 1, {}, False),
        (LIMIT, {}, False),  # content-length says that the body ends there
        (LIMIT, {"content-length": str(LIMIT + 1)}, True),
        (LIMIT, {"content-length": ""}, True),
        # Envoy 1.40 sends this.
        (LIMIT, {"content-length": "", "x-envoy-auth-partial-body": "false"}, True),
        (LIMIT + 1, {"content-length": "12, 1001"}, True),
        (10, {"x-envoy-auth-partial-body": "true"}, True),
        (10, {"x-envoy-auth-partial-body": "false"}, False),
    ],
)
def test_a_body_that_may_go_on_is_truncated(size, headers, expected):
    assert body_of(check_request(b"x" * size, headers=headers)).truncated is expected


@pytest.mark.parametrize("values", [("true", "false"), ("false", "true"), ("true", "true")])
def test_any_header_that_calls_a_body_partial_makes_it_truncated(values):
    sent = Headers(tuple(("x-envoy-auth-partial-body", value) for value in values))
    _, body = CheckedRequest(Facts(), sent, b"{}").events(LIMIT)
    assert body.truncated


def test_a_body_that_is_packed_as_text_is_read_too():
    request = check_request()
    request.attributes.request.http.body = "Zoë"

    assert body_of(request).data == "Zoë".encode()


@pytest.mark.parametrize(
    ("action", "enforced", "passes"),
    [
        (Action.ALLOW, True, True),
        (Action.ALERT, True, True),
        (Action.REDACT, True, False),  # ext_authz cannot replace a body
        (Action.DENY, True, False),
        (Action.DENY, False, True),
    ],
)
def test_an_answer_lets_pass_only_what_the_judgement_lets_pass(action, enforced, passes):
    decision = Decision(action, Reason.NO_PHI, enforced=enforced)
    judgement = Judgement("id", Facts(), decision, ScanReport(), "policy", "0" * 32)
    data = check.encode(CheckAnswer(judgement, Headers((("x-phiguard-reason", "forged"),))))
    answer = wire.decoder(check.CHECK_RESPONSE)(data)

    assert (answer.status.code == 0) is passes
    assert answer.HasField("ok_response") is passes
    assert list(answer.ok_response.headers_to_remove) == ["x-phiguard-reason"] * passes
    assert answer.dynamic_metadata["decision_id"] == "id"


@pytest.mark.parametrize("classes", [(), (Identifier.NAME, Identifier.DATE)])
def test_the_metadata_of_an_answer_names_the_decision(classes):
    decision = Decision(Action.ALERT, Reason.UNENCRYPTED, enforced=False, identifiers=classes)
    judgement = Judgement("id", Facts(), decision, ScanReport(), "policy", "0" * 32)
    answer = wire.decoder(check.CHECK_RESPONSE)(check.encode(CheckAnswer(judgement)))

    assert json_format.MessageToDict(answer.dynamic_metadata) == {
        "action": "ALERT",
        "enforced": False,
        "reason": "UNENCRYPTED",
        "decision_id": "id",
        "verdict": "none",
        "identifiers": [each.value for each in classes],
    }


def test_no_repr_shows_a_header():
    assert "secret" not in repr(checked(check_request(headers={"x-secret": "secret"})))

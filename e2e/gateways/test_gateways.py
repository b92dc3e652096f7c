"""The shipped EnvoyFilter for gateways on real Envoy: PHI does not pass, its clean twin does."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from e2e.gateways.envoys import EGRESS, INGRESS, PARTNER
from e2e.gateways.laboratory import Gateways, open_gateways
from e2e.issuer import Issuer
from extauthz.demo.client import Request, Response, new_traceparent
from extauthz.demo.topology import BILLING, EHR
from extauthz.demo.workloads import DELIVERY_HEADER

SSN = "541-27-8860"
PHI = json.dumps({"patientName": "Ana Ruiz", "diagnosis": "E11.9", "ssn": SSN}).encode()
CLEAN = b'{"article": "gauze rolls", "shelf": "A12", "count": 300}'
FORGED = {
    "x-forwarded-client-cert": f"By={BILLING.spiffe};Hash=00;URI={EHR.spiffe}",
    "x-envoy-downstream-service-cluster": "ehr.clinic",
    "x-envoy-downstream-service-node": "sidecar~10.0.0.1~ehr.clinic~clinic.svc.cluster.local",
    "x-envoy-original-path": "/claims",
    "x-envoy-internal": "true",
    "x-envoy-peer-metadata-id": "sidecar~10.0.0.1~ehr.clinic~clinic.svc.cluster.local",
    "x-forwarded-for": "10.20.0.9",
}
Way = Callable[[Gateways, Request], Response]
WAYS = pytest.mark.parametrize(
    ("way", "gateway", "host"),
    [
        pytest.param(Gateways.from_outside, INGRESS, BILLING.host, id="ingress"),
        pytest.param(Gateways.to_partner, EGRESS, PARTNER, id="egress"),
        pytest.param(Gateways.from_outside_http2, INGRESS, BILLING.host, id="ingress, HTTP/2"),
        pytest.param(Gateways.to_partner_http2, EGRESS, PARTNER, id="egress, HTTP/2"),
    ],
)


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def gateways(
    envoy: Path, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateways]:
    with open_gateways(envoy, tmp_path_factory.mktemp("gateways"), issuer) as running:
        yield running


def sent(gateways: Gateways, way: Way, path: str, body: bytes = b"", **headers: str):
    """The answer, the delivered requests, and the decisions that the ledger has of it."""
    before, identity = len(gateways.records()), token_hex(8)
    all_headers = {DELIVERY_HEADER: identity, "content-type": "application/json", **headers}
    request = Request("", "POST" if body else "GET", path, body, all_headers)
    answer = way(gateways, request)
    gateways.lab.processes.wait_until(
        lambda: len(gateways.records()) > before, "a record of the request"
    )
    return answer, gateways.lab.deliveries(identity), gateways.records()[before:]


@WAYS
def test_a_request_with_phi_does_not_arrive_and_its_clean_twin_does(gateways, way, gateway, host):
    answer, delivered, records = sent(gateways, way, "/notes", PHI)
    assert (answer.status, answer.headers["x-phiguard-reason"], delivered) == (
        403,
        "MINIMUM_NECESSARY",
        (),
    )
    # the caller's certificate names the gateway, and the route names the host
    assert {(each["caller"], each["source"], each["service"]) for each in records} == {
        (gateway.principal, gateway.principal, host)
    }
    assert [(each["direction"], each["decision"]) for each in records][:1] == [("request", "DENY")]

    answer, delivered, records = sent(gateways, way, "/notes", CLEAN)
    assert (answer.status, [each.body for each in delivered]) == (200, [CLEAN])
    assert {(each["source"], each["service"]) for each in records} == {(gateway.principal, host)}


@WAYS
def test_an_answer_with_phi_does_not_come_back_and_its_clean_twin_does(
    gateways, way, gateway, host
):
    answer, delivered, records = sent(gateways, way, "/patients/7731")
    assert (answer.status, len(delivered), b"Patient" in answer.body) == (403, 1, False)
    assert ("response", "DENY", gateway.principal, host) in {
        (each["direction"], each["decision"], each["source"], each["service"]) for each in records
    }
    answer, _, _ = sent(gateways, way, "/notes")
    assert (answer.status, answer.body) == (200, b'{"status":"ok"}')


@WAYS
def test_no_header_gives_a_client_another_identity(gateways, way, gateway, host):
    answer, delivered, records = sent(gateways, way, "/notes", PHI, **FORGED)
    assert (answer.status, delivered) == (403, ())
    assert {(each["source"], each["service"]) for each in records} == {(gateway.principal, host)}


def test_what_a_client_says_of_itself_is_gone_behind_the_gateway(gateways):
    answer, (delivery,), _ = sent(gateways, Gateways.from_outside, "/notes", CLEAN, **FORGED)
    assert answer.status == 200
    certificate = delivery.headers["x-forwarded-client-cert"]
    # the receiver's sidecar wrote it, from the gateway's certificate
    assert f"URI={INGRESS.spiffe}" in certificate
    assert EHR.spiffe not in certificate
    for name, value in FORGED.items():
        if name.startswith("x-envoy-") and name != "x-envoy-peer-metadata-id":
            assert delivery.headers.get(name) != value


@pytest.mark.parametrize(
    ("way", "gateway"), [(Gateways.from_outside, INGRESS), (Gateways.to_partner, EGRESS)]
)
def test_no_span_and_no_log_of_a_gateway_holds_what_a_client_writes(gateways, way, gateway):
    trace, parent = new_traceparent()
    mark = f"clinic={SSN}"
    written = {"x-envoy-decorator-operation": mark, "tracestate": mark, "user-agent": mark}
    sent(gateways, way, f"/notes?ssn={SSN}", CLEAN, traceparent=parent, **written)

    service = f"{gateway.name}.{gateway.namespace}"
    spans = gateways.lab.sink.trace(
        trace, until=lambda found: service in {each.service for each in found}, seconds=20
    )
    assert service in {each.service for each in spans}
    log = gateways.lab.plan.folder / f"envoy-{gateway.name}.log"
    gateways.lab.processes.wait_until(
        lambda: trace in log.read_text(), "the line of the access log"
    )
    for text in (b"".join(gateways.lab.sink.exports), log.read_bytes()):
        assert SSN.encode() not in text


@pytest.mark.parametrize(("role", "status"), [("doctor", 200), ("clerk", 403)])
def test_claims_of_a_clients_token_count_where_the_gateway_verified_it(
    gateways, issuer, role, status
):
    token = issuer.token(role=role)
    answer, delivered, _ = sent(gateways, Gateways.from_outside, "/claims", PHI, **token)
    assert (answer.status, len(delivered)) == (status, int(status == 200))


def test_a_token_of_another_issuer_and_no_token_open_nothing(gateways):
    answer, delivered, _ = sent(
        gateways, Gateways.from_outside, "/claims", PHI, **Issuer().token(role="doctor")
    )
    assert (answer.status in {401, 403}, delivered) == (True, ())
    answer, delivered, _ = sent(gateways, Gateways.from_outside, "/claims", PHI)
    assert (answer.status, delivered) == (403, ())


@pytest.mark.parametrize("body", [PHI, CLEAN])
@pytest.mark.parametrize(
    "way",
    [
        Gateways.from_outside,
        Gateways.to_partner,
        Gateways.from_outside_http2,
        Gateways.to_partner_http2,
    ],
)
def test_without_a_guard_nothing_passes(gateways, way, body):
    """The last test of this module: it ends the guard."""
    if "phiguard" in gateways.lab.processes.children:
        gateways.lab.processes.stop("phiguard")
    identity = token_hex(8)
    answer = way(gateways, Request("", "POST", "/notes", body, {DELIVERY_HEADER: identity}))
    assert (answer.status, gateways.lab.deliveries(identity)) == (503, ())

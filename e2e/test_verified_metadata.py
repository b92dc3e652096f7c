"""Claims and headers on real Envoy, configured by docs/verified-metadata.yaml.

They count only where Envoy vouches for them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import yaml

from e2e.issuer import ISSUER, Issuer, encoded
from extauthz.demo.client import Request, Response
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import BILLING, EHR
from extauthz.demo.workloads import DELIVERY_HEADER

DOCUMENT = Path(__file__).parents[1] / "docs" / "verified-metadata.yaml"
PHI = b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}'
POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: verified}}
spec:
  rules:
  - name: doctors
    from: [{{principals: [{EHR.principal}]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/claims, /patients/*]}}}}]
    when: {{claims: {{role: [doctor], iss: ["{ISSUER["iss"]}"]}}}}
    phi: {{request: {{allow: ["*"]}}, response: {{allow: ["*"]}}}}
  - name: treatment
    from: [{{principals: [{EHR.principal}]}}]
    to:
    - principals: [{BILLING.principal}]
      operation: {{paths: [/charts, /patients-by-purpose/*]}}
    when: {{headers: {{x-purpose-of-use: [TREATMENT, PAYMENT]}}}}
    phi: {{request: {{allow: ["*"]}}, response: {{allow: ["*"]}}}}
"""


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def lab(envoy: Path, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("verified")
    (folder / "policy.yaml").write_text(POLICY)
    document: Any = yaml.safe_load(DOCUMENT.read_text())
    provider = document["spec"]["configPatches"][0]["patch"]["value"]["typed_config"]["providers"][
        "clinic"
    ]
    provider["local_jwks"] = {"inline_string": issuer.keys}
    sidecars = (Sidecar(EHR, gates=Gates.NONE), Sidecar(BILLING, filters=(document,)))
    with open_lab(Plan(envoy, folder, phiguard(folder / "policy.yaml"), sidecars)) as running:
        yield running


def _sent(lab: Lab, path: str, headers: dict[str, str]) -> tuple[Response, int]:
    """The answer, and how often the request was delivered."""
    identity = token_hex(8)
    sent = {DELIVERY_HEADER: identity, "content-type": "application/json", **headers}
    method, body = ("POST", PHI) if path.count("/") == 1 else ("GET", b"")
    response = lab.past_sidecar(EHR, BILLING, Request(BILLING.host, method, path, body, sent))
    return response, len(lab.deliveries(identity))


def test_the_right_claim_lets_phi_pass(lab: Lab, issuer: Issuer) -> None:
    response, delivered = _sent(lab, "/claims", issuer.token(role="doctor"))
    assert (response.status, delivered) == (200, 1)


@pytest.mark.parametrize(
    "claims", [{"role": "clerk"}, {"role": ["clerk", "nurse"]}, {}, {"roles": "doctor"}]
)
def test_another_claim_does_not(lab: Lab, issuer: Issuer, claims: dict[str, object]) -> None:
    response, delivered = _sent(lab, "/claims", issuer.token(**claims))
    assert (response.status, response.headers["x-phiguard-reason"], delivered) == (
        403,
        "EDGE_NOT_ALLOWED",
        0,
    )


def test_a_token_of_another_issuer_stops_at_envoy(lab: Lab) -> None:
    response, delivered = _sent(lab, "/claims", Issuer().token(role="doctor"))
    # Envoy's own 401 is an answer, and without claims no rule lets an answer pass
    assert (response.status, response.headers["x-phiguard-reason"], delivered) == (
        403,
        "EDGE_NOT_ALLOWED",
        0,
    )
    assert b"Jwt" not in response.body


def test_without_a_token_phi_is_denied_whatever_other_headers_say(lab: Lab) -> None:
    forged = {
        "x-jwt-payload": encoded(json.dumps({**ISSUER, "role": "doctor"}).encode()),
        "role": "doctor",
    }
    response, delivered = _sent(lab, "/claims", forged)
    assert (response.status, response.headers["x-phiguard-reason"], delivered) == (
        403,
        "EDGE_NOT_ALLOWED",
        0,
    )


@pytest.mark.parametrize(("role", "status"), [("doctor", 200), ("clerk", 403)])
def test_an_answer_goes_by_the_claims_of_its_request(
    lab: Lab, issuer: Issuer, role: str, status: int
) -> None:
    response, _ = _sent(lab, "/patients/7731", issuer.token(role=role))
    assert (response.status, b"Patient" in response.body) == (status, status == 200)


@pytest.mark.parametrize(
    ("value", "status"),
    [("TREATMENT", 200), ("PAYMENT", 200), ("MARKETING", 403), ("TREATMENT,MARKETING", 403)],
)
def test_a_header_counts_by_its_value(lab: Lab, value: str, status: int) -> None:
    response, delivered = _sent(lab, "/charts", {"x-purpose-of-use": value})
    assert (response.status, delivered) == (status, int(status == 200))


def test_a_request_without_the_header_is_denied(lab: Lab) -> None:
    response, delivered = _sent(lab, "/charts", {})
    assert (response.status, delivered) == (403, 0)


@pytest.fixture(scope="module")
def unvouched(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The same policy on a sidecar whose Envoy writes no metadata."""
    folder = tmp_path_factory.mktemp("unvouched")
    (folder / "policy.yaml").write_text(POLICY)
    sidecars = (Sidecar(EHR, gates=Gates.NONE), Sidecar(BILLING))
    with open_lab(Plan(envoy, folder, phiguard(folder / "policy.yaml"), sidecars)) as running:
        yield running


def test_a_raw_header_or_token_alone_is_never_believed(unvouched: Lab, issuer: Issuer) -> None:
    for path, headers in (
        ("/charts", {"x-purpose-of-use": "TREATMENT"}),
        ("/claims", issuer.token(role="doctor")),
    ):
        response, delivered = _sent(unvouched, path, headers)
        assert (response.status, delivered) == (403, 0)

"""Requests without a body, on real Envoy: a target that names a patient is PHI, others pass."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

import pytest

from extauthz.demo.client import Request
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import BILLING, EHR
from extauthz.demo.workloads import DELIVERY_HEADER

POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: directory}}
spec:
  services: [{{host: {EHR.host}, principal: {EHR.principal}}}]
  rules:
  - name: directory
    from: [{{principals: [{BILLING.principal}]}}]
    to:
    - principals: [{EHR.principal}]
      operation: {{methods: [GET], paths: ["/fhir/*"]}}
    phi:
      request: {{otherwise: DENY}}   # what is public on that server, and no patient
      response: {{otherwise: DENY}}
"""
_QUERY = quote('{ Patient(id: "77301452") { birthDate } }')


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("targets")
    (folder / "policy.yaml").write_text(POLICY)
    with open_lab(Plan(envoy, folder, phiguard(folder / "policy.yaml"))) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/fhir/Patient/77301452", "MINIMUM_NECESSARY"),
        ("/fhir/Observation?patient=77301452", "MINIMUM_NECESSARY"),
        (f"/fhir/$graphql?query={_QUERY}", "MINIMUM_NECESSARY"),
        ("/patients/77301452", "EDGE_NOT_ALLOWED"),  # no rule names it
        ("/fhir/metadata", ""),  # it describes the server
        ("/fhir/Practitioner/77301452", ""),  # a provider's own number
    ],
)
def test_a_target_that_names_a_patient_is_denied_and_others_pass(
    lab: Lab, path: str, reason: str
) -> None:
    identity = token_hex(8)
    request = Request(EHR.host, "GET", path, headers={DELIVERY_HEADER: identity})
    answer = lab.from_application(BILLING, request)
    assert answer.status == (403 if reason else 200)
    assert answer.headers.get("x-phiguard-reason", "") == reason
    assert len(lab.deliveries(identity)) == (not reason)

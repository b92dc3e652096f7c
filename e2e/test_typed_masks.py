"""Masks in the forms that a policy names, on real Envoy: what the receiver gets is valid FHIR."""

import json
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from fhir.resources import get_fhir_model_class

from extauthz.demo.client import Request
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import BILLING, EHR
from extauthz.demo.workloads import DELIVERY_HEADER

POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: forms}}
spec:
  services: [{{host: {BILLING.host}, principal: {BILLING.principal}}}]
  rules:
  - name: cohorts
    from: [{{principals: [{EHR.principal}]}}]
    to: [{{principals: [{BILLING.principal}]}}]
    phi:
      request:
        redact:
        - {{infoType: DATE_OF_BIRTH, as: year}}
        - {{infoType: SERVICE_DATE, as: year}}
        - R
        - {{infoType: H, as: token}}
        - {{infoType: A, as: absent}}
"""
PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "8812031"}],
    "name": [{"family": "Ruiz", "given": ["Ana"]}],
    "birthDate": "1961-11-23",
    "contained": [
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": [{"coding": [{"code": "IMP"}]}],
            "subject": {"reference": "#"},
            "actualPeriod": {"start": "2024-05-17", "end": "2024-05-19"},
        }
    ],
}


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "key").write_bytes(bytes(range(32)))
    guard = phiguard(folder / "policy.yaml", "--mask-key", str(folder / "key"))
    with open_lab(Plan(envoy, folder, guard)) as running:
        yield running


def test_the_receiver_gets_a_valid_patient_without_values(lab: Lab) -> None:
    identity = token_hex(8)
    headers = {DELIVERY_HEADER: identity, "content-type": "application/fhir+json"}
    body = json.dumps(PATIENT).encode()
    answer = lab.from_application(EHR, Request(BILLING.host, "POST", "/claims", body, headers))
    assert answer.status == 200

    (delivery,) = lab.deliveries(identity)
    received = json.loads(delivery.body)
    get_fhir_model_class("Patient").model_validate(received)
    assert received["birthDate"] == "1961"
    assert "family" not in received["name"][0]
    period = received["contained"][0]["actualPeriod"]
    assert period == {"start": "2024", "end": "2024"}
    for value in ("8812031", "Ruiz", "1961-11-23", "2024-05-17", "2024-05-19"):
        assert value not in delivery.body.decode()

"""A rule for addresses on real Envoy: a client cannot forge an address of the block."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from extauthz.demo.client import Request
from extauthz.demo.lab import Lab, Plan, open_lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import BILLING

POLICY = f"""\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: addresses}}
spec:
  rules:
  - name: this-machine
    from: [{{ipBlocks: [127.0.0.0/8]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/patients/1]}}}}]
    when: {{mtls: any}}
    phi: {{response: {{allow: ["*"]}}}}
  - name: another-network
    from: [{{ipBlocks: [10.20.0.0/16]}}]
    to: [{{principals: [{BILLING.principal}], operation: {{paths: [/patients/2]}}}}]
    when: {{mtls: any}}
    phi: {{response: {{allow: ["*"]}}}}
"""


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("addresses")
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    with open_lab(Plan(envoy, folder, phiguard(policy))) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "forwarded", "status"),
    [
        ("/patients/1", {}, 200),
        ("/patients/2", {}, 403),
        # Envoy makes this the address of the stream
        ("/patients/2", {"x-forwarded-for": "10.20.0.5"}, 403),
        # the address is unknown then, so no rule certainly matches
        ("/patients/1", {"x-forwarded-for": "127.0.0.1"}, 403),
    ],
)
def test_the_address_is_the_connections_own(
    lab: Lab, path: str, forwarded: dict[str, str], status: int
) -> None:
    answer = lab.from_outside(BILLING, Request(BILLING.host, "GET", path, headers=forwarded))
    assert (answer.status, b"Patient" in answer.body) == (status, status == 200)

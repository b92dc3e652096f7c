"""An ext_proc filter that only looks on: PHI passes, and the record says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from extauthz.demo.client import Request
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import ANALYTICS, EHR, INSTALLATION
from mesh.istio import ext_proc

_CONFIG: Any = ext_proc.inbound_responses(INSTALLATION)["typed_config"]
_MANAGER = {"name": "envoy.filters.network.http_connection_manager"}
_LOOKS_ON = {
    "applyTo": "HTTP_FILTER",
    "match": {"context": "SIDECAR_INBOUND", "listener": {"filterChain": {"filter": _MANAGER}}},
    "patch": {
        "operation": "INSERT_FIRST",
        "value": {
            "name": "phiguard.ext_proc",
            "typed_config": {
                **_CONFIG,
                "observability_mode": True,
                "processing_mode": {**_CONFIG["processing_mode"], "response_body_mode": "STREAMED"},
            },
        },
    },
}


@pytest.fixture(scope="module")
def lab(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    sidecars = (
        Sidecar(ANALYTICS),
        Sidecar(
            EHR, Gates.ALL & ~Gates.RESPONSES, filters=({"spec": {"configPatches": [_LOOKS_ON]}},)
        ),
    )
    with open_lab(
        Plan(envoy, tmp_path_factory.mktemp("looks-on"), phiguard(POLICY), sidecars)
    ) as running:
        yield running


def test_what_passes_because_nobody_waited_is_recorded_as_observed_and_not_enforced(
    lab: Lab,
) -> None:
    answer = lab.from_application(ANALYTICS, Request(EHR.host, "GET", "/patients/7731"))

    def looked_on() -> list[dict[str, Any]]:
        records = (
            orjson.loads(line)
            for file in lab.plan.folder.rglob("ledger-*.jsonl")
            for line in file.read_bytes().splitlines()
        )
        return [record for record in records if record.get("observed")]

    # nobody waits for the guard, so its record may come after the answer
    lab.processes.wait_until(
        lambda: any(record["direction"] == "response" for record in looked_on()),
        "the record of the response",
    )
    lab.processes.stop("phiguard")  # its last record is in the file then
    records = looked_on()

    assert (answer.status, b"Patient" in answer.body) == (200, True)
    assert {(r["direction"], r["decision"]) for r in records} >= {("response", "DENY")}
    assert not any(r["enforced"] for r in records)

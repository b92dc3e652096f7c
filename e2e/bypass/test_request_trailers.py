"""docs/request-trailers.yaml at the receiver's gate: the way that is open without it is closed."""

from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest
import yaml

from e2e.bypass import frames
from e2e.bypass.laboratory import SIDECARS, open_field
from e2e.bypass.technique import CLEAN, DIRTY, MARKS
from e2e.bypass.wire import send
from extauthz.demo.topology import BILLING

DOCUMENT = Path(__file__).parents[2] / "docs" / "request-trailers.yaml"


def test_trailers_of_a_request_do_not_arrive(
    envoy: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    filters = (yaml.safe_load(DOCUMENT.read_text()),)
    sidecars = tuple(
        replace(sidecar, filters=filters) if sidecar.workload is BILLING else sidecar
        for sidecar in SIDECARS
    )
    technique = next(each for each in frames.TECHNIQUES if "ext_authz" in each.known_open)
    with open_field(envoy, tmp_path_factory.mktemp("trailers"), sidecars) as field:
        door, callee = field.door("ext_authz")
        for twin in (DIRTY, CLEAN):
            value = replace(twin, token=token_hex(8), host=callee.host)
            answer = send(door, technique.make(value)).answers[0]
            received = field.backend.since()
            assert (answer.status, value.token.encode() in received) == (200, True)
            assert [mark for mark in MARKS if mark in received] == []
            assert value.text.encode() not in received

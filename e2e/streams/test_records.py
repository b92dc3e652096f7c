"""What the ledger says of a long message on real Envoy: its pieces read as one message."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.streams.laboratory import DIRTY, Backend, serving
from e2e.streams.test_long_bodies import LINES, OK, answer, post
from extauthz import cli
from extauthz.commands.audit import ledgers
from extauthz.demo.lab import Lab
from extauthz.demo.topology import BILLING

Message = list[dict[str, Any]]


@pytest.fixture
def backend(lab: Lab) -> Iterator[Backend]:
    with serving(lab.mesh.ports[BILLING].app) as running:
        yield running


def folder(lab: Lab) -> Path:
    return lab.plan.folder / "ledger"


def messages(lab: Lab) -> dict[tuple[str, str], Message]:
    """The decisions of each message, by call and direction."""
    found = defaultdict(list)
    for chain in ledgers.chains_of(folder(lab)):
        for record in chain.records():
            if record["kind"] == "decision":
                found[record["exchange"], record["direction"]].append(record)
    return found


def test_the_pieces_of_an_upload_are_one_message_at_each_gate(lab: Lab, backend: Backend) -> None:
    before = messages(lab).keys()
    answer(backend, OK)
    assert post(lab, LINES * 24)[0] == 200

    new = {key: found for key, found in messages(lab).items() if key not in before}
    uploads = [found for (_, direction), found in new.items() if direction == "request"]
    assert {found[0]["vantage"] for found in uploads} == {"outbound", "inbound"}
    for found in uploads:
        assert len(found) > 3
        assert [record["piece"] for record in found] == list(range(1, len(found) + 1))
        proved = {(record["mtls"], record["destination"] is None) for record in found}
        assert proved == {(None, True) if found[0]["vantage"] == "outbound" else (True, False)}
    answered = {exchange for exchange, direction in new if direction == "response"}
    assert answered == {found[0]["exchange"] for found in uploads}


def test_the_id_in_a_denial_leads_to_its_policy(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    status, headers, _ = post(lab, DIRTY, "application/json")
    assert status == 403
    assert cli.main(["audit", "show", headers["x-phiguard-decision"], str(folder(lab))]) == 0
    told = capsys.readouterr().out
    assert "because of: US_SOCIAL_SECURITY_NUMBER" in told
    assert "redact: [MEDICAL_RECORD_NUMBER]" in told

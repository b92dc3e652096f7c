"""The sample applications record what they receive, and the recorder returns it."""

import base64
import json
import sys
from collections.abc import Iterator

import pytest

from extauthz.demo import payloads
from extauthz.demo.client import Request, send
from extauthz.demo.processes import Processes
from extauthz.demo.topology import LOOPBACK, free_ports
from extauthz.demo.workloads import DELIVERY_HEADER, Deliveries


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    with (
        free_ports(2) as (recorder, billing),
        Processes(tmp_path_factory.mktemp("workloads")) as processes,
    ):
        module = [
            sys.executable,
            "-m",
            "extauthz.demo.workloads",
            str(recorder),
            f"billing={billing}",
        ]
        processes.start("workloads", module)
        processes.wait_until(lambda: _answers(recorder), "the start")
        yield recorder, billing


def _answers(port: int) -> bool:
    try:
        return send(Request(LOOPBACK, method="GET"), port).status == 200
    except OSError:
        return False


def test_a_delivery_is_remembered_as_it_was_received(ports: tuple[int, int]) -> None:
    recorder, billing = ports
    headers = {DELIVERY_HEADER: "one", "content-encoding": "gzip"}
    answer = send(
        Request("billing", path="/claims?a=b", body=b"\x1f\x8b", headers=headers), billing
    )
    (delivery,) = json.loads(
        send(Request(LOOPBACK, method="GET", path="/deliveries/one"), recorder).body
    )

    assert answer.status == 200
    received = delivery.pop("headers")
    assert received.items() >= headers.items()
    assert delivery == {
        "to": "billing",
        "path": "/claims?a=b",
        "body": base64.b64encode(b"\x1f\x8b").decode(),
    }


def test_a_delivery_without_an_id_is_not_kept(ports: tuple[int, int]) -> None:
    recorder, billing = ports
    send(Request("billing", path="/claims", body=b"{}"), billing)

    kept = send(Request(LOOPBACK, method="GET", path="/deliveries/"), recorder).body
    assert json.loads(kept) == []


def test_a_record_is_answered_below_patients_only(ports: tuple[int, int]) -> None:
    _, billing = ports

    assert (
        send(Request("billing", method="GET", path="/patients/1"), billing).body
        == payloads.patient_bundle()
    )
    assert (
        payloads.PATIENT_NAME.encode()
        not in send(Request("billing", method="GET", path="/"), billing).body
    )


def test_deliveries_are_told_apart_by_their_id() -> None:
    deliveries = Deliveries()
    deliveries.add("a", {"to": "ehr"})
    deliveries.add("b", {"to": "billing"})

    assert deliveries.of("a") == [{"to": "ehr"}]
    assert deliveries.of("c") == []

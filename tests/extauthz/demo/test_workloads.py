"""The sample applications record what they receive, and the recorder returns it."""

import base64
import json
import socket
import sys
from collections.abc import Iterator

import pytest

from extauthz.demo import payloads
from extauthz.demo.client import Request, send
from extauthz.demo.hl7 import mllp
from extauthz.demo.processes import Processes
from extauthz.demo.topology import LOOPBACK, free_ports
from extauthz.demo.workloads import DELIVERY_HEADER, Deliveries


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, int]]:
    with (
        free_ports(3) as (recorder, billing, hl7),
        Processes(tmp_path_factory.mktemp("workloads")) as processes,
    ):
        module = [
            sys.executable,
            "-m",
            "extauthz.demo.workloads",
            str(recorder),
            f"billing={billing},{hl7}",
        ]
        processes.start("workloads", module)
        processes.wait_until(lambda: _answers(recorder), "the start")
        yield recorder, billing, hl7


def _answers(port: int) -> bool:
    try:
        return send(Request(LOOPBACK, method="GET"), port).status == 200
    except OSError:
        return False


def test_a_delivery_is_remembered_as_it_was_received(ports: tuple[int, int, int]) -> None:
    recorder, billing, _ = ports
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


def test_a_delivery_without_an_id_is_not_kept(ports: tuple[int, int, int]) -> None:
    recorder, billing, _ = ports
    send(Request("billing", path="/claims", body=b"{}"), billing)

    kept = send(Request(LOOPBACK, method="GET", path="/deliveries/"), recorder).body
    assert json.loads(kept) == []


def test_a_record_is_answered_below_patients_only(ports: tuple[int, int, int]) -> None:
    _, billing, _ = ports

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


def test_a_message_over_mllp_is_remembered_by_its_control_id_and_acknowledged(
    ports: tuple[int, int, int],
) -> None:
    recorder, _, hl7 = ports
    content = payloads.hl7_admission(control_id="seven")
    answer = mllp.send(content, hl7)
    (delivery,) = json.loads(
        send(Request(LOOPBACK, method="GET", path="/deliveries/seven"), recorder).body
    )

    assert mllp.acknowledgement(answer) == "AA"
    assert b"\rMSA|AA|seven\r" in answer
    assert delivery["to"] == "billing"
    assert base64.b64decode(delivery["body"]) == content


def test_a_connection_carries_several_messages(ports: tuple[int, int, int]) -> None:
    with socket.create_connection((LOOPBACK, ports[2]), timeout=10) as connection:
        for number in (b"1", b"2"):
            connection.sendall(b"\x0bMSH|^~\\&|A|B|C|D|2026||ADT^A01|" + number + b"|P|2.5\r\x1c\r")
            assert b"MSA|AA|" + number in connection.recv(65536)

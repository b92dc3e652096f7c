"""A sender and a receiver of HAPI HL7v2 on both sides of two real sidecars.

HAPI is what interface engines read and write HL7 with. It is not ours, and it parses each answer.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.mllp.hapi.peer import Peer, missing, peer
from e2e.mllp.laboratory import Hospital
from e2e.mllp.way import DIRTY, NAME, SSN
from extauthz.demo import payloads
from extauthz.demo.topology import BILLING, EHR

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing())]

_ANSWER = ("/.MSA-1", "/.MSA-2", "/.MSA-3", "/.ERR-1-4-1", "/.ERR-3-1", "/.ERR-5", "/.ERR-7")
_TAKEN = ("/.MSH-10", "/.PID-3(0)-1", "/.PID-3(1)-1", "/.PID-5-1", "/.NTE-3")
_ADMISSION = payloads.hl7_admission()
_MASKED = payloads.hl7_admission(with_ssn=True)
_RESULT = (
    b"MSH|^~\\&|LAB|LAB|EHR|CLINIC|20260311093000||ORU^R01^ORU_R01|R1|P|2.5.1\r"
    b"OBR|1|||718-7^Hemoglobin^LN\rOBX|1|ST|LOT||gauze rolls of ten||||||F\r"
)
_REFUSED = DIRTY.message().replace(b"||P|", b"|R2|P|")


@pytest.fixture
def receiver(hospital: Hospital, tmp_path: Path) -> Iterator[Peer]:
    port = hospital.lab.mesh.hl7[BILLING].app
    with hospital.recorder.replaced(port), peer("receive", port, tmp_path, *_TAKEN) as running:
        yield running


@pytest.fixture
def sender(hospital: Hospital, tmp_path: Path) -> Iterator[Peer]:
    port = hospital.lab.mesh.hl7[EHR].outbound[BILLING]
    with peer("send", port, tmp_path, *_ANSWER) as running:
        yield running


def _named(message: bytes, control_id: bytes) -> bytes:
    fields = message.split(b"|")
    return b"|".join((*fields[:9], control_id, *fields[10:]))


def test_one_connection_of_hapi_lives_through_all_verdicts(
    hospital: Hospital, receiver: Peer, sender: Peer
) -> None:
    clean = (_named(_ADMISSION, b"A1"), _named(_RESULT, b"R1"), _named(_MASKED, b"A2"))
    for number, message in enumerate((*clean, _REFUSED, *clean)):
        kind, code, control_id, text, old, error, reason, identity, is_open = sender.send(message)
        assert (kind, is_open) == ("answer", "true")
        assert control_id == message.split(b"|")[9].decode()
        if message is not _REFUSED:
            assert (code, text, error, reason) == ("AA", "", "", ""), number
            continue
        assert (code, error, reason, old) == ("AR", "207", "MINIMUM_NECESSARY", "")
        (record,) = [each for each in hospital.decisions() if each["id"] == identity]
        assert record["reason"] == reason

    assert receiver.next_line() == ["connected"]
    taken = [receiver.next_line() for _ in range(6)]
    assert [each[1] for each in taken] == ["A1", "R1", "A2"] * 2
    assert receiver.lines.empty()  # one connection, and nothing of the refused message
    for _, control_id, number, second, name, *_ in taken:
        if control_id != "R1":
            assert (number, name) == (payloads.MRN, payloads.PATIENT_NAME)
        assert (second != "") == (control_id == "A2")
        assert second != SSN


@pytest.mark.parametrize(
    ("version", "code"), [("2.3", "AR"), ("2.3|||AL", "CR"), ("2.5.1|||ER", "CR")]
)
def test_hapi_reads_a_refusal_of_each_form(
    receiver: Peer, sender: Peer, version: str, code: str
) -> None:
    refused = _REFUSED.replace(b"|2.5.1", f"|{version}".encode())
    kind, said, control_id, text, old, error, reason, identity, is_open = sender.send(refused)
    assert (kind, said, control_id, is_open) == ("answer", code, "R2", "true")
    if version.startswith("2.3"):
        assert text.startswith("denied by phiguard: MINIMUM_NECESSARY ")
        assert (old, error) == ("207", "")
    else:
        assert (error, reason, len(identity)) == ("207", "MINIMUM_NECESSARY", 32)
    assert sender.send(_named(_RESULT, b"R3"))[1:3] == ["AA", "R3"]
    assert receiver.next_line() == ["connected"]
    assert receiver.next_line()[1] == "R3"
    assert NAME not in text

"""Clients and servers that others wrote: `hl7` (its client and its server), and `hl7apy`."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hl7
import pytest
from hl7.client import MLLPClient
from hl7.mllp import start_hl7_server
from hl7apy.mllp import AbstractHandler, MLLPServer
from hl7apy.parser import parse_message

from e2e.mllp.laboratory import Hospital
from e2e.mllp.way import DIRTY, SSN
from extauthz.demo import payloads
from extauthz.demo.topology import BILLING, EHR, LOOPBACK

_SECOND_ID = f"CLINIC^MR~{SSN}^^^SSA^SS||".encode()
_ADMISSION = payloads.hl7_admission().replace(b"CLINIC^MR||", _SECOND_ID)
"""An ADT^A01 with the number that its rule redacts."""


class _Taking(AbstractHandler):
    """Takes a message as hl7apy parses it."""

    def __init__(self, message: str, taken: list[Any]) -> None:
        super().__init__(message)
        taken.append(parse_message(message, find_groups=False))
        self._control_id = taken[-1].msh.msh_10.value

    def reply(self) -> str:
        head = "MSH|^~\\&|LAB|LAB|EHR|CLINIC|20260311093001||ACK^A01^ACK|A1|P|2.5.1"
        return f"\x0b{head}\rMSA|AA|{self._control_id}\r\x1c\r"


@contextmanager
def _hl7apy(port: int, taken: list[Any]) -> Iterator[None]:
    """A server of hl7apy. It closes each connection after its answer."""
    handlers = {"ADT^A01^ADT_A01": (_Taking, taken)}
    with MLLPServer(LOOPBACK, port, handlers, timeout=10) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@contextmanager
def _hl7(port: int, taken: list[Any]) -> Iterator[None]:
    """A server of python-hl7. It keeps its connections."""
    loop = asyncio.new_event_loop()

    async def converse(reader: Any, writer: Any) -> None:
        try:
            while True:
                message = await reader.readmessage()
                taken.append(message)
                writer.writemessage(message.create_ack())
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # the client has left
        finally:
            writer.close()

    async def leave() -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # transports close in the loop's next turns

    server = loop.run_until_complete(start_hl7_server(converse, LOOPBACK, port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield
    asyncio.run_coroutine_threadsafe(leave(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def port(hospital: Hospital) -> Iterator[int]:
    found = hospital.lab.mesh.hl7[BILLING].app
    with hospital.recorder.replaced(found):
        yield found


def _client(hospital: Hospital) -> MLLPClient:
    client = MLLPClient(LOOPBACK, hospital.lab.mesh.hl7[EHR].outbound[BILLING])
    client.socket.settimeout(10)
    return client


def test_an_admission_arrives_masked_at_a_server_of_hl7apy(hospital: Hospital, port: int) -> None:
    taken: list[Any] = []
    with _hl7apy(port, taken), _client(hospital) as client:
        answer = hl7.parse(client.send_message(_ADMISSION).strip(b"\x0b\x1c\r"))
    assert [str(answer.extract_field("MSA", 1, field)) for field in (1, 2)] == ["AA", "DEMO0001"]
    (message,) = taken
    numbers = [each.cx_1.value for each in message.pid.pid_3]
    assert numbers[0] == payloads.MRN
    assert SSN not in numbers[1]
    assert message.pid.pid_5.pid_5_1.value == payloads.PATIENT_NAME


# of `hl7` itself, from Python 3.12 on
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_messages_of_one_connection_arrive_at_a_server_of_hl7(
    hospital: Hospital, port: int
) -> None:
    taken: list[Any] = []
    with _hl7(port, taken), _client(hospital) as client:
        for _ in range(20):
            answer = hl7.parse(client.send_message(_ADMISSION).strip(b"\x0b\x1c\r"))
            assert str(answer.extract_field("MSA", 1, 1)) == "AA"
    assert len(taken) == 20
    assert not [message for message in taken if SSN in str(message)]


def test_a_refusal_is_read_by_both(hospital: Hospital) -> None:
    refused = DIRTY.message().replace(b"||P|", b"|R7|P|")
    with _client(hospital) as client:
        answer = client.send_message(refused).strip(b"\x0b\x1c\r").decode()
    parsed = hl7.parse(answer)
    assert [str(parsed.extract_field("MSA", 1, field)) for field in (1, 2)] == ["AR", "R7"]
    error = parse_message(answer, find_groups=False).err
    assert error.err_5.value == "MINIMUM_NECESSARY"
    identity = error.err_7.value
    (record,) = [each for each in hospital.decisions() if each["id"] == identity]
    assert (record["reason"], record["direction"]) == ("MINIMUM_NECESSARY", "request")
    assert payloads.PATIENT_NAME not in answer

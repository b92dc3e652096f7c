"""What is no HTTP gets Envoy's own answer, and every answer of an application is judged."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from secrets import token_hex

import pytest

from extauthz.demo import payloads
from extauthz.demo.client import tls_context
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Lab, Plan, Sidecar, open_lab
from extauthz.demo.programs import POLICY, phiguard
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LOOPBACK, Workload
from extauthz.demo.workloads import DELIVERY_HEADER

_HEAD = b"POST / HTTP/1.1\r\nhost: ehr.clinic\r\n"
_CHUNKED = _HEAD + b"transfer-encoding: chunked\r\n\r\n"
_MALFORMED = {
    "a bad Content-Length": _HEAD + b"content-length: many\r\n\r\n",
    "a bad header": b"GET / HTTP/1.1\r\nhost: ehr.clinic\r\nbad header: x\r\n\r\n",
    "a zero byte in a header": b"GET / HTTP/1.1\r\nhost: ehr.clinic\r\nx: a\0b\r\n\r\n",
    "garbage": b"garbage garbage\r\n\r\n",
    "a bad chunk": _CHUNKED + b"zz\r\nabc\r\n",
    "a bad chunk after a good one": _CHUNKED + b"3\r\nabc\r\nzz\r\n",
    "two lengths": _HEAD + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "headers that are too large": _HEAD + b"x: " + b"a" * 70_000 + b"\r\n\r\n",
    "HTTP/1.0": b"GET / HTTP/1.0\r\nhost: ehr.clinic\r\n\r\n",
}
_STATUS = {"headers that are too large": b"431", "HTTP/1.0": b"426"}


@pytest.fixture(
    scope="module",
    params=[Gates.ALL, Gates.RESPONSES, Gates.STREAMS],
    ids=["both gates", "the response gate alone", "streams"],
)
def lab(
    request: pytest.FixtureRequest, envoy: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    sidecars = (Sidecar(EHR, request.param), Sidecar(BILLING, Gates.NONE), Sidecar(ANALYTICS))
    folder = tmp_path_factory.mktemp("codec-errors")
    with open_lab(Plan(envoy, folder, phiguard(POLICY), sidecars)) as running:
        yield running


def _answer(lab: Lab, callee: Workload, sent: bytes) -> bytes:
    """Send bytes over mutual TLS, and return what comes until the sidecar closes."""
    context = tls_context(lab.mesh.certificates[ANALYTICS])
    with (
        socket.create_connection((LOOPBACK, lab.mesh.ports[callee].inbound), timeout=15) as raw,
        context.wrap_socket(raw) as client,
    ):
        client.sendall(sent)
        received = bytearray()
        try:
            while part := client.recv(65536):
                received += part
        except ConnectionError:  # closed with bytes of ours unread
            pass
        return bytes(received)


def _status_and_body(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], body


@pytest.fixture(scope="module")
def answers(lab: Lab) -> dict[tuple[str, Workload], bytes]:
    """What each of the two sidecars answers. Envoy takes a second to close, so all ask at once."""
    asked = list(product(_MALFORMED, (EHR, BILLING)))
    with ThreadPoolExecutor(len(asked)) as threads:
        told = threads.map(lambda each: _answer(lab, each[1], _MALFORMED[each[0]]), asked)
        return dict(zip(asked, told, strict=True))


@pytest.mark.parametrize("kind", _MALFORMED)
def test_what_is_no_http_gets_the_answer_that_envoy_gives_without_the_guard(
    answers: dict[tuple[str, Workload], bytes], kind: str
) -> None:
    guarded = _status_and_body(answers[kind, EHR])

    assert guarded == _status_and_body(answers[kind, BILLING])
    assert guarded[0].split()[1] == _STATUS.get(kind, b"400")


def test_an_answer_of_the_application_before_garbage_is_judged(lab: Lab) -> None:
    identity = token_hex(8)
    asked = (
        f"GET /patients/7731 HTTP/1.1\r\nhost: {EHR.host}\r\n{DELIVERY_HEADER}: {identity}\r\n\r\n"
    )
    answer = _answer(lab, EHR, asked.encode() + b"garbage garbage\r\n\r\n")

    assert len(lab.deliveries(identity)) == 1  # the application did answer
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"HTTP/1.1 400 " in answer
    assert payloads.PATIENT_NAME.encode() not in answer


def test_a_client_cannot_give_the_reason_of_an_answer(lab: Lab) -> None:
    identity = token_hex(8)
    asked = (
        f"GET /patients/7731 HTTP/1.1\r\nhost: {EHR.host}\r\nconnection: close\r\n"
        f"{DELIVERY_HEADER}: {identity}\r\nresponse-code-details: http1.codec_error\r\n\r\n"
    )
    answer = _answer(lab, EHR, asked.encode())

    assert len(lab.deliveries(identity)) == 1
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert payloads.PATIENT_NAME.encode() not in answer

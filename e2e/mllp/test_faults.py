"""The guard is killed, stopped, ended and restarted under open connections."""

import signal
import socket
from dataclasses import replace
from secrets import token_hex

import pytest

from e2e.mllp.laboratory import Hospital
from e2e.mllp.recorder import acknowledged
from e2e.mllp.way import CLEAN, CLOSED, CR, DIRTY, END, MARKS, Sent, Value


def _named(value: Value) -> Value:
    return replace(value, token=token_hex(8).upper())


def _until_the_end(connection: socket.socket) -> bytes:
    heard = b""
    try:
        while part := connection.recv(65536):
            heard += part
    except ConnectionResetError:
        pass
    return heard


def _works(hospital: Hospital) -> bool:
    value = _named(CLEAN)
    ended, _, arrived = hospital.attempt("both", Sent((value.frame(),)))
    return ended == "AA" and value.token.encode() in arrived


def test_a_killed_guard_releases_nothing_and_a_new_one_serves(hospital: Hospital) -> None:
    recorder, number = hospital.recorder, len(hospital.recorder.connections)
    half, asking, idle = _named(DIRTY), _named(CLEAN), _named(CLEAN)
    lines = CR.join(segment.encode() for segment in DIRTY.segments)
    answer = acknowledged(asking.token.encode(), lines)
    recorder.answers[asking.token.encode()] = answer[: -len(END)]  # its end does not come
    with (
        hospital.connect("receiver") as first,
        hospital.connect("sender") as second,
        hospital.connect("both") as third,
    ):
        first.sendall(half.frame()[:-10])
        second.sendall(asking.frame())
        third.sendall(idle.frame())
        third.recv(65536)
        recorder.wait_for(
            lambda: any(asking.token.encode() in each.data for each in recorder.connections),
            "the question did not arrive",
        )
        hospital.lab.processes.children["phiguard"].popen.kill()
        heard = b"".join(map(_until_the_end, (first, second, third)))
    assert [mark for mark in MARKS if mark in heard] == []
    arrived = recorder.since(number)
    assert [mark for mark in MARKS if mark in arrived] == []
    assert half.token.encode() not in arrived

    away = _named(DIRTY)
    for gate in ("sender", "receiver"):
        ended, _, arrived = hospital.attempt(gate, Sent((away.frame(),)))
        assert (ended, arrived) == (CLOSED, b"")

    hospital.lab.processes.stop("phiguard")
    hospital.lab.start_guard()
    hospital.lab.wait_for_guard()
    assert _works(hospital)


def test_a_stopped_guard_holds_messages_until_it_goes_on(hospital: Hospital) -> None:
    dirty, clean = _named(DIRTY), _named(CLEAN)
    number = len(hospital.recorder.connections)
    guard = hospital.lab.processes.children["phiguard"].popen
    with hospital.connect("receiver") as connection:
        guard.send_signal(signal.SIGSTOP)
        try:
            connection.sendall(dirty.frame() + clean.frame())
            connection.settimeout(0.5)
            with pytest.raises(TimeoutError):
                connection.recv(65536)
            (received,) = hospital.recorder.connections[number:]
            assert received.data == b""
        finally:
            guard.send_signal(signal.SIGCONT)
        connection.settimeout(10)
        heard = b""
        while heard.count(END) < 2:
            heard += connection.recv(65536)
    assert hospital.recorder.since(number) == clean.frame()


@pytest.mark.slow
def test_a_guard_that_ends_lets_an_answer_come_and_closes_idle_connections(
    hospital: Hospital,
) -> None:
    recorder, value = hospital.recorder, _named(CLEAN)
    token = value.token.encode()
    number = len(recorder.connections)
    try:
        with hospital.connect("receiver") as idle, hospital.connect("receiver") as busy:
            idle.sendall(_named(CLEAN).frame())  # Envoy calls the guard with the first byte
            assert idle.recv(65536).endswith(END)
            recorder.is_silent = True
            busy.sendall(value.frame())
            recorder.wait_for(
                lambda: any(token in each.data for each in recorder.connections[number:]),
                "the message did not arrive",
            )
            hospital.lab.processes.children["phiguard"].popen.send_signal(signal.SIGTERM)
            assert _until_the_end(idle) == b""
            (waiting,) = [each for each in recorder.connections[number:] if token in each.data]
            waiting.say(acknowledged(token))
            assert _until_the_end(busy) == acknowledged(token)
    finally:
        recorder.is_silent = False
        hospital.lab.processes.stop("phiguard")
        hospital.lab.start_guard()
        hospital.lab.wait_for_guard()
    assert _works(hospital)

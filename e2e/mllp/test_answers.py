"""What comes back: values in acknowledgements, and servers that speak out of turn."""

import socket
from dataclasses import replace
from secrets import token_hex

import pytest

from e2e.mllp.laboratory import Hospital
from e2e.mllp.recorder import acknowledged
from e2e.mllp.way import CLEAN, CR, DELIVERED, DIRTY, END, MARKS, VT, Sent, Value, framed

_WITHHELD = "AE"


def _dirty_lines() -> bytes:
    return CR.join(segment.encode() for segment in DIRTY.segments)


def _in_the_error(control_id: bytes) -> bytes:
    return acknowledged(control_id, b"ERR|||207||||" + DIRTY.text.encode())


def _in_segments(control_id: bytes) -> bytes:
    return acknowledged(control_id, _dirty_lines())


def _behind_it(control_id: bytes) -> bytes:
    return acknowledged(control_id) + framed(
        b"MSH|^~\\&|L|L|E|C|2026||ORU^R01|X|P|2.5\r" + _dirty_lines()
    )


def _in_two_heads(control_id: bytes) -> bytes:
    whole = acknowledged(control_id)
    return whole[: -len(END)] + b"MSH|^~\\&|L|L|E|C|2026||ORU^R01|X|P|2.5\r" + _dirty_lines() + END


def _without_frame(control_id: bytes) -> bytes:
    return b"MSA|AA|" + control_id + CR + _dirty_lines()


def _without_end(control_id: bytes) -> bytes:
    return acknowledged(control_id, _dirty_lines())[: -len(END)]


def _of_another(control_id: bytes) -> bytes:
    return acknowledged(b"NOBODY" + control_id[:4], _dirty_lines())


WAYS = {
    "in the error": (_in_the_error, _WITHHELD),
    "in segments": (_in_segments, _WITHHELD),
    "behind the acknowledgement": (_behind_it, DELIVERED),
    "with a second head": (_in_two_heads, ""),
    "without a frame": (_without_frame, "closed"),
    "without an end": (_without_end, ""),
    "of a message that nobody sent": (_of_another, "closed"),
}


@pytest.mark.parametrize("gate", ["sender", "receiver"])
@pytest.mark.parametrize("name", WAYS)
def test_a_value_in_the_answer_is_not_heard(hospital: Hospital, gate: str, name: str) -> None:
    make, ends = WAYS[name]
    value = _clean()
    hospital.recorder.answers[value.token.encode()] = make(value.token.encode())
    ended, heard, arrived = hospital.attempt(gate, Sent((value.frame(),), answers=bool(ends)))
    assert value.token.encode() in arrived
    assert [mark for mark in MARKS if mark in heard] == []
    assert ended == ends


@pytest.mark.parametrize("gate", ["sender", "receiver"])
@pytest.mark.parametrize("second", ["{}", " {}", "{}^2"])
def test_an_answer_cannot_pass_by_the_rule_of_a_message_with_the_same_id(
    hospital: Hospital, gate: str, second: str
) -> None:
    recorder, value = hospital.recorder, _clean()
    token = value.token.encode()
    harmless = replace(value, token=second.format(value.token)).frame(type_="ADT^A01^ADT_A01")
    number = len(recorder.connections)
    recorder.is_silent = True
    try:
        with hospital.connect(gate) as connection:
            connection.sendall(value.frame() + harmless)
            recorder.wait_for(lambda: _arrived(hospital, number, harmless), "not both arrived")
            recorder.connections[number].say(acknowledged(token, _dirty_lines()))
            heard = _frame(connection)
    finally:
        recorder.is_silent = False
    assert [mark for mark in MARKS if mark in heard] == []
    assert b"\rMSA|AE|" in heard


def _arrived(hospital: Hospital, number: int, data: bytes) -> bool:
    return any(data in each.data for each in hospital.recorder.connections[number:])


@pytest.mark.parametrize("gate", ["sender", "receiver", "both"])
def test_an_answer_in_pieces_is_heard_whole(hospital: Hospital, gate: str) -> None:
    value = _clean()
    _, heard, _ = hospital.attempt(gate, Sent((value.frame(),)))
    assert heard == acknowledged(value.token.encode())


def test_a_server_that_speaks_first_is_judged_too(hospital: Hospital) -> None:
    spoken = framed(b"MSH|^~\\&|L|L|E|C|2026||ORU^R01|X|P|2.5\r" + _dirty_lines())
    hospital.recorder.greeting = spoken
    try:
        for gate in ("sender", "receiver"):
            ended, heard, _ = hospital.attempt(gate, Sent((), answers=0))
            assert [mark for mark in MARKS if mark in heard] == []
            assert ended in ("", "closed", _WITHHELD)
    finally:
        hospital.recorder.greeting = b""


def test_messages_arrive_in_order_and_so_do_their_acknowledgements(hospital: Hospital) -> None:
    values = [_clean() for _ in range(100)]
    data = b"".join(value.frame() for value in values)
    cuts = [data[place : place + 777] for place in range(0, len(data), 777)]
    _, heard, arrived = hospital.attempt("both", Sent(cuts, answers=len(values)))
    tokens = [value.token.encode() for value in values]
    assert arrived == data
    assert [part.split(b"|")[1].split(CR)[0] for part in heard.split(b"MSA|AA")[1:]] == tokens


def test_an_idle_connection_lives_through_a_refusal(hospital: Hospital) -> None:
    number = len(hospital.recorder.connections)
    clean, dirty = _clean(), replace(DIRTY, token=_token())
    with hospital.connect("both") as connection:
        for value, code in ((clean, b"AA"), (dirty, b"AR"), (clean, b"AA"), (dirty, b"AR")):
            connection.sendall(value.frame())
            assert b"\rMSA|" + code + b"|" + value.token.encode() in _frame(connection)
    assert hospital.recorder.since(number) == clean.frame() * 2


def _clean() -> Value:
    return replace(CLEAN, token=_token())


def _token() -> str:
    return token_hex(8).upper()


def _frame(connection: socket.socket) -> bytes:
    heard = b""
    while not heard.endswith(END):
        part = connection.recv(65536)
        assert part, "closed"
        heard += part
    assert heard.startswith(VT)
    return heard

"""Each state of a direction with each event, order, answers, batches, faults."""

import itertools
from dataclasses import replace

import pytest
from hl7_samples import ack, adt, siu
from hypothesis import given
from hypothesis import strategies as st
from tcp_shell import (
    AT,
    ID,
    REQUEST,
    RESPONSE,
    Shell,
    by_words,
    closing,
    everything_passes,
    facts_of,
    nothing_passes,
)

from mesh.exchange.events import Failure, Head
from mesh.exchange.mllp_events import framed
from mesh.exchange.tcp_events import Close, Fault, Judge, Judged, Overdue, Received, Send, Wait
from mesh.exchange.tcp_lane import SLACK, LaneState
from mesh.message.facts import Direction, Protocol
from mesh.policy.decision import Action, Decision, Reason

DENIED = adt(more="|||||||DENY")
MASKED = adt(more="|||||||MASK")
LONG = siu() + b"NTE|" + b"x" * 100 + b"\r"
LIMIT = 100  # shorter than LONG
REST = b"y" * 10


def denied(content: bytes) -> bytes:
    return content.replace(b"SCH|", b"DENY|")


def segments(data: bytes, name: bytes) -> list[bytes]:
    return [line for line in data.replace(b"\x0b", b"\r").split(b"\r") if line.startswith(name)]


# --- messages -----------------------------------------------------------------------------------


def test_nothing_of_a_message_leaves_before_its_judgement():
    shell = Shell(waits=True)
    for at in range(len(framed(adt()))):
        shell.request(framed(adt())[at : at + 1])
        assert shell.went[REQUEST] == b""
    assert len(shell.judged) == 1
    assert shell.answer().went[REQUEST] == framed(adt())


def test_a_masked_message_leaves_masked_in_a_whole_frame():
    shell = Shell().request(framed(MASKED))
    assert shell.went[REQUEST] == framed(MASKED.replace(b"MASK", b"XXX"))


def test_a_message_of_which_nothing_is_left_leaves_empty():
    def emptied(judge):
        return replace(by_words(judge), body=b"")

    assert Shell(emptied).request(framed(MASKED)).went[REQUEST] == framed(b"")


def test_what_must_be_masked_and_is_not_is_refused():
    def unmasked(judge):
        return replace(by_words(judge), body=None)

    shell = Shell(unmasked).request(framed(MASKED))
    assert shell.went[REQUEST] == b""
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AR|C1"]


def test_a_refused_message_gets_its_nak_and_the_connection_lives():
    shell = Shell().request(framed(DENIED)).request(framed(siu()))
    assert shell.went[REQUEST] == framed(siu())
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AR|C1"]
    assert ID.encode() in shell.went[RESPONSE]
    assert shell.closed is None


def test_a_refused_message_closes_the_connection_where_the_policy_says_so():
    shell = Shell(closing).request(framed(DENIED) + framed(siu()))
    assert shell.closed == Close(Reason.MINIMUM_NECESSARY)
    assert shell.went == {REQUEST: b"", RESPONSE: b""}


def test_a_refused_message_of_the_server_gets_its_nak_there():
    shell = Shell().response(framed(DENIED))
    assert shell.went[RESPONSE] == b""
    assert segments(shell.went[REQUEST], b"MSA") == [b"MSA|AR|C1"]


def test_a_denial_that_is_not_enforced_passes():
    shell = Shell(everything_passes).request(framed(DENIED))
    assert shell.went == {REQUEST: framed(DENIED), RESPONSE: b""}


def test_facts_of_a_message():
    facts = facts_of(Shell().request(framed(adt())).judged[0])
    assert (facts.direction, facts.protocol, facts.redactable) == (REQUEST, Protocol.MLLP, True)
    facts = facts_of(Shell().response(framed(adt())).judged[0])
    assert facts.direction is RESPONSE


# --- order --------------------------------------------------------------------------------------


def test_a_later_message_waits_for_the_earlier_verdict():
    shell = Shell(waits=True).request(framed(adt("1")) + framed(adt("2")))
    shell.request(framed(adt("3")))
    assert len(shell.judged) == 1
    for number in (1, 2, 3):
        assert len(shell.judged) == number
        shell.answer()
    assert shell.went[REQUEST] == framed(adt("1")) + framed(adt("2")) + framed(adt("3"))


def test_the_other_direction_does_not_wait():
    shell = Shell(waits=True).request(framed(adt()))
    shell.response(framed(siu()))
    shell.open.reverse()
    assert shell.answer().went == {REQUEST: b"", RESPONSE: framed(siu())}


def test_more_than_a_message_and_a_chunk_while_a_judgement_is_out_is_too_much():
    shell = Shell(waits=True).request(framed(adt()))
    shell.request(b"\x0b" + b"x" * (shell.limit + SLACK - 1))
    assert shell.closed is None
    assert shell.request(b"x").closed == Close(Reason.OVERLOADED)


# --- answers ------------------------------------------------------------------------------------


def test_an_answer_has_the_type_of_the_message_that_it_answers():
    shell = Shell().request(framed(adt("C1"))).request(framed(siu("S1")))
    shell.response(framed(ack("S1"))).response(framed(ack("C1"))).response(framed(ack("C1")))
    assert shell.types[2:] == ["SIU^S12", "ADT^A01", "ADT^A01"]


@pytest.mark.parametrize("answer", [ack("C9"), ack(""), adt("C1"), ack("C1", more=b"MSA|AA|C2\r")])
def test_what_comes_back_and_answers_nothing_that_is_known_has_no_type(answer):
    assert Shell().request(framed(adt("C1"))).response(framed(answer)).types[-1] == ""


def test_an_answer_to_one_of_two_types_under_one_id_has_no_type():
    shell = Shell().request(framed(adt("X1"))).request(framed(siu("X1")))
    shell.response(framed(ack("X1"))).response(framed(ack("X1")))
    shell.request(framed(adt("X1"))).response(framed(ack("X1")))
    assert shell.types[2:] == ["", "", "ADT^A01", "ADT^A01"]


def test_an_accept_acknowledgement_leaves_its_message_waiting():
    shell = Shell().request(framed(adt("X1")))
    shell.response(framed(ack("X1").replace(b"MSA|AA|", b"MSA|CA|")))
    shell.request(framed(siu("X1"))).response(framed(ack("X1")))
    assert shell.types == ["ADT^A01", "ADT^A01", "SIU^S12", ""]


def test_a_refused_message_was_not_sent_and_cannot_be_answered():
    shell = Shell().request(framed(DENIED)).response(framed(ack("C1")))
    assert shell.types[-1] == ""


def test_an_acknowledgement_by_the_client_has_its_own_type():
    assert Shell().request(framed(ack("A1"))).types == ["ACK^A01"]


def test_in_place_of_a_refused_answer_the_client_gets_one_made_of_its_own_header():
    answer = ack("C1", more=b"NTE|DENY 541-27-8860\r").replace(b"|EHR|", b"|DENY|", 1)
    shell = Shell().request(framed(adt("C1"))).response(framed(answer))
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AE|C1"]
    assert b"MSH|^~\\&|LIS|LAB|EHR|CLINIC|" in shell.went[RESPONSE]
    assert b"541" not in shell.went[RESPONSE]
    assert shell.went[REQUEST] == framed(adt("C1"))
    assert shell.closed is None


def test_a_refused_answer_to_something_unknown_closes_the_connection():
    shell = Shell().request(framed(adt("C1"))).response(framed(ack("C9", more=b"NTE|DENY\r")))
    assert shell.closed == Close(Reason.MINIMUM_NECESSARY)
    assert shell.went[RESPONSE] == b""


# --- commit acknowledgements ----------------------------------------------------------------------


def test_a_commit_acknowledgement_goes_on_while_a_message_waits_for_one():
    shell = Shell().request(framed(adt())).response(framed(b"\x06") + framed(b"\x06"))
    assert shell.went[RESPONSE] == framed(b"\x06")
    assert len(shell.judged) == 1


def test_as_many_commit_acknowledgements_wait_as_messages_are_remembered():
    shell = Shell()
    for number in range(70):
        shell.request(framed(siu(str(number))))
    shell.response(framed(b"\x06") * 70)
    assert shell.went[RESPONSE] == framed(b"\x06") * 64


def test_a_commit_acknowledgement_waits_for_its_turn():
    shell = Shell(waits=True).request(framed(adt()))
    shell.answer().response(framed(siu()) + framed(b"\x15"))
    assert shell.went[RESPONSE] == b""
    assert shell.answer().went[RESPONSE] == framed(siu()) + framed(b"\x15")


def test_a_message_refused_on_a_connection_of_release_2_gets_its_negative_block():
    shell = Shell().request(framed(adt())).response(framed(b"\x06")).request(framed(DENIED))
    assert shell.went[RESPONSE] == framed(b"\x06") + framed(b"\x15")


# --- batches --------------------------------------------------------------------------------------


def test_each_message_of_a_batch_is_judged_and_all_leave_together():
    batch = b"BHS|^~\\&|A\r" + adt("1") + MASKED + b"BTS|2\r"
    shell = Shell(waits=True).request(framed(batch)).answer()
    assert shell.went[REQUEST] == b""
    shell.answer()
    assert shell.went[REQUEST] == framed(batch.replace(b"MASK", b"XXX"))
    assert shell.types == ["ADT^A01", "ADT^A01"]


def test_what_was_not_asked_about_when_the_connection_ends_is_told():
    batch = b"BHS|^~\\&|A\r" + adt("1") + siu() + siu() + b"BTS|3\r"
    shell = Shell(waits=True).request(framed(batch) + framed(adt("4")) + framed(siu())[:-2])
    shell.response(framed(adt("5")) + framed(siu()))
    types = [(f.direction, f.operation.message_type) for f in shell.exchange.abandoned()]
    assert types == [
        (REQUEST, "SIU^S12"),
        (REQUEST, "SIU^S12"),
        (REQUEST, "ADT^A01"),
        (RESPONSE, ""),
    ]
    assert (shell.exchange.held, shell.exchange.is_closed) == (0, True)
    assert list(shell.exchange.abandoned()) == []


def test_what_waits_behind_a_message_that_closes_is_told_too():
    shell = Shell(closing).request(framed(DENIED) + framed(siu()))
    assert [f.operation.message_type for f in shell.exchange.abandoned()] == ["SIU^S12"]


def test_one_refused_message_refuses_the_batch_and_the_others_are_judged_too():
    shell = Shell().request(framed(adt("1") + denied(siu("2")) + denied(siu("3")) + siu("4")))
    assert shell.went[REQUEST] == b""
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AR|2"]
    assert len(shell.judged) == 4


# --- what is not MLLP -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"MSH|^~\\&|A|B\r",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
@pytest.mark.parametrize("direction", Direction)
def test_other_tcp_is_asked_about_once_and_then_passes_or_ends(direction, data):
    shell = Shell(waits=True).take(Received(direction, data))
    (events,) = shell.judged
    assert events == (Head(replace(facts_of(events))),)
    assert facts_of(events).protocol is Protocol.TCP
    assert facts_of(events).direction is direction
    assert shell.went[direction] == b""
    shell.answer().take(Received(direction, b"more\x0b"))
    assert shell.went[direction] == data + b"more\x0b"
    assert len(shell.judged) == 1

    shell = Shell(nothing_passes).take(Received(direction, data))
    assert shell.closed == Close(Reason.PROTOCOL_NOT_ALLOWED)
    assert shell.went == {REQUEST: b"", RESPONSE: b""}


def test_junk_after_a_message_is_not_mllp():
    shell = Shell(nothing_passes).request(b"x" * 5000)
    assert shell.closed is not None
    shell = Shell(waits=True).request(framed(adt()) + b"junk").answer()
    assert facts_of(shell.judged[-1]).protocol is Protocol.TCP


def test_no_nak_is_written_into_bytes_of_another_protocol():
    shell = Shell().response(b"220 ready\r\n").request(framed(DENIED))
    assert shell.closed == Close()
    assert shell.went == {REQUEST: b"", RESPONSE: b"220 ready\r\n"}


# --- what is not whole ----------------------------------------------------------------------------


def test_a_message_longer_than_the_limit_is_judged_as_cut_off():
    shell = Shell(waits=True, limit=LIMIT).request(framed(LONG))
    head, body = shell.judged[0]
    assert isinstance(head, Head)
    assert body.truncated
    assert len(body.data) == LIMIT
    assert not facts_of(shell.judged[0]).redactable


def test_where_it_passes_all_of_it_passes():
    shell = Shell(everything_passes, limit=LIMIT).request(b"\x0b" + LONG)
    assert shell.went[REQUEST] == b"\x0b" + LONG
    shell.request(REST).request(b"\x1c").request(b"\r" + framed(b"next"))
    assert shell.went[REQUEST] == framed(LONG + REST) + framed(b"next")


def test_where_it_is_refused_the_rest_is_dropped_and_the_connection_lives():
    shell = Shell(limit=LIMIT).request(b"\x0b" + denied(LONG))
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AR|S1"]
    shell.request(REST + b"\x1c").request(b"\r" + framed(b"next"))
    assert shell.went[REQUEST] == framed(b"next")


def test_a_nak_waits_for_the_end_of_a_frame_that_goes_the_same_way_in_pieces():
    shell = Shell(by_words, limit=LIMIT).response(b"\x0b" + LONG)
    shell.request(framed(denied(siu())))
    assert shell.went[RESPONSE] == b"\x0b" + LONG
    shell.response(b"\x1c\r")
    assert shell.went[RESPONSE].startswith(framed(LONG) + b"\x0bMSH|")


def test_a_nak_is_dropped_where_that_frame_never_ends():
    shell = Shell(by_words, limit=LIMIT).response(b"\x0b" + LONG)
    shell.request(framed(denied(siu()))).response(b"", end=True)
    assert shell.went[RESPONSE] == b"\x0b" + LONG
    assert shell.closed is None


def test_too_many_naks_that_wait_close_the_connection():
    shell = Shell(by_words, limit=LIMIT).response(b"\x0b" + LONG)
    for _ in range(64):
        shell.request(framed(denied(siu())))
    assert shell.closed is None
    assert shell.request(framed(denied(siu()))).closed == Close()


@pytest.mark.parametrize("judge", [by_words, everything_passes])
def test_a_message_that_its_sender_cuts_off_is_judged_so(judge):
    shell = Shell(judge).request(b"\x0b" + DENIED, end=True)
    assert shell.ended == [REQUEST]
    is_passed = judge is everything_passes
    assert shell.went[REQUEST] == (b"\x0b" + DENIED if is_passed else b"")
    assert bool(shell.went[RESPONSE]) is not is_passed


def test_half_of_a_connection_may_end_and_the_answer_still_comes():
    shell = Shell(waits=True).request(framed(adt()), end=True)
    assert shell.ended == []
    shell.answer().response(framed(ack()), end=True)
    assert shell.ended == [REQUEST]
    shell.answer()
    assert shell.ended == [REQUEST, RESPONSE]
    assert shell.went == {REQUEST: framed(adt()), RESPONSE: framed(ack())}
    assert not shell.exchange.owes


# --- time -----------------------------------------------------------------------------------------

OVERDUE = Overdue(REQUEST)


def test_a_message_that_does_not_end_in_time_gets_its_nak_and_the_connection_ends():
    shell = Shell().request(b"\x0b" + adt()).take(OVERDUE)
    (failure,) = shell.judged[0]
    assert isinstance(failure, Failure)
    assert failure.reason is Reason.OUT_OF_TIME
    assert facts_of(shell.judged[0]).operation.message_type == "ADT^A01"
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AR|C1"]
    assert shell.closed == Close(Reason.OUT_OF_TIME)


def test_where_nothing_is_enforced_a_slow_message_passes_as_it_comes():
    shell = Shell(everything_passes).request(b"\x0b" + adt()).take(OVERDUE)
    assert shell.went[REQUEST] == b"\x0b" + adt()
    shell.take(OVERDUE).request(b"more\x1c\r")
    assert shell.went[REQUEST] == framed(adt() + b"more")
    shell.request(framed(siu()))
    assert not isinstance(shell.judged[-1][0], Failure)


def test_an_end_of_frame_without_its_carriage_return_is_an_end():
    shell = Shell().request(b"\x0b" + adt() + b"\x1c")
    assert shell.exchange.waits(REQUEST) is Wait.CARRIAGE_RETURN
    assert shell.went[REQUEST] == b""
    assert shell.take(OVERDUE).went[REQUEST] == framed(adt())
    assert shell.request(framed(siu())).went[REQUEST] == framed(adt()) + framed(siu())


def test_the_rest_of_a_refused_message_must_come_in_time():
    shell = Shell(limit=LIMIT).request(b"\x0b" + denied(LONG)).take(OVERDUE)
    assert shell.closed == Close(Reason.OUT_OF_TIME)


@pytest.mark.parametrize("data", [b"", framed(adt()), b"raw", b"\n"])
def test_nothing_is_overdue_where_nothing_is_held(data):
    shell = Shell().request(data)
    assert shell.exchange.waits(REQUEST) is Wait.NOTHING
    before = len(shell.steps)
    assert len(shell.take(OVERDUE).steps) == before


def test_nothing_is_overdue_while_a_judgement_is_out():
    shell = Shell(waits=True).request(framed(adt()) + b"\x0bopen")
    assert shell.exchange.waits(REQUEST) is Wait.NOTHING
    assert len(shell.take(OVERDUE).judged) == 1
    assert shell.answer().exchange.waits(REQUEST) is Wait.FRAME


def test_a_message_after_a_frame_without_carriage_return_has_no_deadline_of_it():
    """What was overdue was the carriage return, not the next message."""
    shell = Shell().request(b"\x0b" + adt() + b"\x1c").take(OVERDUE)
    shell.request(b"\x0b" + adt("2")).request(b"\x1c\r")
    assert not any(isinstance(events[0], Failure) for events in shell.judged)


# --- faults ---------------------------------------------------------------------------------------

FAULT = Fault(Reason.OVERLOADED)


def test_a_fault_where_nothing_is_held_ends_the_connection():
    assert Shell().request(framed(adt())).take(FAULT).closed == Close()


def test_a_fault_refuses_what_is_held_and_ends_the_connection():
    shell = Shell().request(b"\x0b" + adt()).take(FAULT)
    assert isinstance(shell.judged[0][0], Failure)
    assert segments(shell.went[RESPONSE], b"MSA") == [b"MSA|AR|C1"]
    assert shell.closed == Close(Reason.OVERLOADED)


def test_a_fault_waits_for_the_judgement_that_is_out():
    shell = Shell(waits=True).request(framed(adt()) + framed(adt("2"))).take(FAULT)
    assert shell.request(framed(adt("3"))).closed is None
    assert shell.answer().closed == Close(Reason.OVERLOADED)
    assert shell.went[REQUEST] == framed(adt())


def test_nothing_is_read_after_a_fault():
    shell = Shell(waits=True).request(framed(adt())).take(FAULT).response(framed(siu()))
    assert len(shell.judged) == 1
    assert shell.answer().closed == Close(Reason.OVERLOADED)
    assert shell.went[RESPONSE] == b""


def test_a_fault_where_nothing_is_enforced_lets_what_is_held_pass():
    shell = Shell(everything_passes).request(b"\x0b" + adt()).take(FAULT)
    assert shell.went[REQUEST] == b"\x0b" + adt()
    assert shell.closed == Close(Reason.OVERLOADED)


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [-1, 0, 1, 99])
def test_a_judgement_that_nobody_asked_for_closes_the_connection(number):
    shell = Shell().request(framed(adt()))
    allow = Decision(Action.ALLOW, Reason.NO_PHI)
    shell.take(Judged(number, allow, ID, AT))
    assert shell.closed == Close(Reason.INTERNAL_ERROR)


def test_a_judgement_that_comes_twice_closes_the_connection():
    shell = Shell(waits=True).request(framed(adt()))
    again = by_words(shell.open[0])
    assert shell.answer().take(again).closed == Close(Reason.INTERNAL_ERROR)


def test_bytes_after_the_end_close_the_connection():
    shell = Shell().request(b"", end=True).request(b"x")
    assert shell.closed == Close(Reason.INTERNAL_ERROR)


def test_nothing_follows_a_close():
    shell = Shell(nothing_passes).request(b"x")
    assert shell.exchange.is_closed
    assert list(shell.exchange.abandoned()) == []
    assert shell.exchange.held == 0
    assert not shell.exchange.owes
    assert shell.exchange.waits(REQUEST) is Wait.NOTHING
    assert shell.exchange.receive(Received(REQUEST, b"y")) == ()


def test_a_failure_inside_closes_the_connection_and_quotes_nothing(monkeypatch):
    def fails(*_):
        raise ValueError("SANDOVAL")

    monkeypatch.setattr("mesh.exchange.mllp_messages.parts", fails)
    shell = Shell().request(framed(adt()))
    assert shell.closed == Close(Reason.INTERNAL_ERROR)
    assert "SANDOVAL" not in repr(shell.steps)


def test_each_state_of_a_direction_is_met_here():
    def state(shell: Shell) -> LaneState:
        return shell.exchange._lanes[REQUEST].state

    met = {
        state(Shell()),
        state(Shell(waits=True).request(framed(adt()))),
        state(Shell(everything_passes, LIMIT).request(b"\x0b" + LONG)),
        state(Shell(limit=LIMIT).request(b"\x0b" + denied(LONG))),
        state(Shell().request(b"raw")),
        state(Shell().request(b"", end=True)),
    }
    assert met == set(LaneState)


# --- memory ---------------------------------------------------------------------------------------


def test_what_is_held_is_told():
    shell = Shell(waits=True).request(b"\x0b" + adt())
    assert shell.exchange.held == len(adt())
    assert shell.exchange.owes
    shell.request(b"\x1c\r")
    assert shell.exchange.held == len(adt())
    assert shell.exchange.owes
    shell.answer()
    assert shell.exchange.held == 0
    assert not shell.exchange.owes


def test_a_thousand_messages_leave_nothing_behind():
    shell = Shell()
    for number in range(1000):
        shell.request(framed(adt(str(number)))).response(framed(ack(str(number))))
    assert shell.exchange.held == 0
    assert len(shell.exchange._lanes[REQUEST]._connection.sent) == 64


def test_a_repr_shows_no_content():
    shell = Shell(waits=True).request(framed(adt()) + b"\x0bSANDOVAL")
    assert "SANDOVAL" not in repr(shell.exchange)
    assert "SANDOVAL" not in repr(shell.steps)
    assert "SANDOVAL" not in repr(Received(REQUEST, b"SANDOVAL"))
    assert "SANDOVAL" not in repr(Send(REQUEST, b"SANDOVAL"))


# --- properties -----------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(
        [
            framed(adt("1")),
            framed(DENIED),
            framed(MASKED),
            framed(siu("2")),
            framed(adt("3") + siu("4")),
            framed(b"\x06"),
            framed(LONG),
            b"\x0b" + DENIED + b"\x1c",
            b"\x0bMSH|^~\\&|a\x1cx\x1c\r",
            b"\r\n",
            b"\x0b",
            b"\x1c\r",
            b"DENY",
            b"raw",
        ]
    ),
    max_size=6,
).map(b"".join)
CUTS = st.lists(st.integers(0, 2000), max_size=8)


def sent_over(data: bytes, at: list[int], shell: Shell) -> tuple[object, ...]:
    ends = [0, *sorted(min(each, len(data)) for each in at), len(data)]
    for a, b in itertools.pairwise(ends):
        if shell.closed is None:
            shell.request(data[a:b])
    if shell.closed is None:
        shell.request(b"", end=True)
    return shell.went, shell.closed, shell.types


def only_mllp(judge: Judge) -> Judged:
    is_tcp = facts_of(judge.events).protocol is Protocol.TCP
    return nothing_passes(judge) if is_tcp else by_words(judge)


@given(PIECES, CUTS)
def test_no_cut_of_the_bytes_changes_the_outcome(data, at):
    whole = sent_over(data, [], Shell(limit=LIMIT))
    assert sent_over(data, at, Shell(limit=LIMIT)) == whole


@given(PIECES, CUTS)
def test_what_may_not_pass_never_does(data, at):
    shell = Shell(only_mllp)
    sent_over(data, at, shell)
    assert b"DENY" not in shell.went[REQUEST]
    assert b"MASK" not in shell.went[REQUEST]


@given(st.lists(st.tuples(st.sampled_from(Direction), st.binary(max_size=60), st.booleans())))
def test_any_bytes_in_any_order_give_steps_and_no_exception(pieces):
    shell = Shell(limit=20)
    for direction, data, end in pieces:
        if shell.closed is None:
            shell.take(Received(direction, data, end))
            assert shell.exchange.held <= 20 + SLACK + 60

"""The framer's table of states and events, and that no cut of the bytes changes what it gives."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.exchange.mllp import BLANKS, Framer, State
from mesh.exchange.mllp_events import (
    Commit,
    End,
    FrameEvent,
    Message,
    NotMllp,
    Raw,
    Rest,
    framed,
)

LIMIT = 4
LATE, END = "late", "end"
# the bytes that lead to each state, where a message may have four bytes
INTO = {
    State.OUTSIDE: b"",
    State.INSIDE: b"\x0ba",
    State.CLOSING: b"\x0ba\x1c",
    State.REST: b"\x0babcde",
    State.REST_CLOSING: b"\x0babcde\x1c",
    State.RAW: b"x",
    State.DONE: None,
}


def events(framer: Framer) -> list[FrameEvent]:
    found = []
    while (event := framer.next_event()) is not None:
        found.append(event)
    return found


def into(state: State) -> Framer:
    framer = Framer(LIMIT)
    if state is State.DONE:
        framer.end()
    else:
        framer.feed(INTO[state])
    events(framer)
    assert framer.state is state
    return framer


def message(content: bytes) -> Message:
    return Message(content)


def flawed(content: bytes) -> Message:
    return Message(content, is_flawed=True)


def cut(content: bytes) -> Message:
    return Message(content, is_whole=False)


# state, what comes, the state after it, what is given away
TABLE = [
    (State.OUTSIDE, b"\x0b", State.INSIDE, []),
    (State.OUTSIDE, b"\x1c", State.RAW, [NotMllp(), Raw(b"\x1c")]),
    (State.OUTSIDE, b"\r", State.OUTSIDE, []),
    (State.OUTSIDE, b"\n\t ", State.OUTSIDE, []),
    (State.OUTSIDE, b"M", State.RAW, [NotMllp(), Raw(b"M")]),
    (State.OUTSIDE, END, State.DONE, [End()]),
    (State.OUTSIDE, LATE, State.OUTSIDE, []),
    (State.INSIDE, b"\x0b\x1c\r", State.OUTSIDE, [flawed(b"a\x0b")]),
    (State.INSIDE, b"\x1c", State.CLOSING, []),
    (State.INSIDE, b"\r", State.INSIDE, []),
    (State.INSIDE, b"\n\t", State.INSIDE, []),
    (State.INSIDE, b"b", State.INSIDE, []),
    (State.INSIDE, b"bcde", State.REST, [cut(b"abcd"), Rest(b"e")]),
    (State.INSIDE, END, State.DONE, [cut(b"a"), End()]),
    (State.INSIDE, LATE, State.REST, [cut(b"a")]),
    (State.CLOSING, b"\x0b", State.INSIDE, [message(b"a")]),
    (State.CLOSING, b"\x1c\r", State.OUTSIDE, [flawed(b"a\x1c")]),
    (State.CLOSING, b"\r", State.OUTSIDE, [message(b"a")]),
    (State.CLOSING, b"\n\x1c\r", State.OUTSIDE, [flawed(b"a\x1c\n")]),
    (State.CLOSING, b"b\x1c\r", State.OUTSIDE, [flawed(b"a\x1cb")]),
    (State.CLOSING, END, State.DONE, [message(b"a"), End()]),
    (State.CLOSING, LATE, State.OUTSIDE, [message(b"a")]),
    (State.REST, b"\x0b", State.REST, [Rest(b"\x0b")]),
    (State.REST, b"\x1c", State.REST_CLOSING, []),
    (State.REST, b"\r", State.REST, [Rest(b"\r")]),
    (State.REST, b"\n", State.REST, [Rest(b"\n")]),
    (State.REST, b"f", State.REST, [Rest(b"f")]),
    (State.REST, END, State.DONE, [End()]),
    (State.REST, LATE, State.REST, []),
    (State.REST_CLOSING, b"\x0b", State.INSIDE, [Rest(b"", is_last=True)]),
    (State.REST_CLOSING, b"\x1c", State.REST_CLOSING, [Rest(b"\x1c")]),
    (State.REST_CLOSING, b"\r", State.OUTSIDE, [Rest(b"", is_last=True)]),
    (State.REST_CLOSING, b"\n", State.REST, [Rest(b"\x1c\n")]),
    (State.REST_CLOSING, b"f", State.REST, [Rest(b"\x1cf")]),
    (State.REST_CLOSING, END, State.DONE, [Rest(b"", is_last=True), End()]),
    (State.REST_CLOSING, LATE, State.OUTSIDE, [Rest(b"", is_last=True)]),
    (State.RAW, b"\x0b", State.RAW, [Raw(b"\x0b")]),
    (State.RAW, b"\x1c", State.RAW, [Raw(b"\x1c")]),
    (State.RAW, b"\r", State.RAW, [Raw(b"\r")]),
    (State.RAW, b"\n", State.RAW, [Raw(b"\n")]),
    (State.RAW, b"f", State.RAW, [Raw(b"f")]),
    (State.RAW, END, State.DONE, [End()]),
    (State.RAW, LATE, State.RAW, []),
    (State.DONE, LATE, State.DONE, []),
    (State.DONE, END, State.DONE, []),
]


@pytest.mark.parametrize(("state", "what", "then", "given_away"), TABLE)
def test_each_state_and_each_event(state, what, then, given_away):
    framer = into(state)
    if what == LATE:
        framer.overdue()
    elif what == END:
        framer.end()
    else:
        framer.feed(what)
    assert events(framer) == given_away
    assert framer.state is then


def test_the_table_has_each_state_with_each_kind_of_event():
    kinds = {
        "VT": lambda w: w[:1] == b"\x0b",
        "FS": lambda w: w[:1] == b"\x1c",
        "CR": lambda w: w[:1] == b"\r",
        "blank": lambda w: w[:1] in (b"\n", b"\t", b" "),
        "other": lambda w: isinstance(w, bytes) and w[:1] not in (b"\x0b", b"\x1c", b"\r", b"\n"),
        "end": lambda w: w == END,
        "late": lambda w: w == LATE,
    }
    for state in set(State) - {State.DONE}:
        known = [what for of, what, *_ in TABLE if of is state]
        assert {name for name, is_kind in kinds.items() if any(map(is_kind, known))} == set(kinds)


def test_a_message_of_exactly_the_limit_is_whole():
    framer = Framer(LIMIT)
    framer.feed(framed(b"abcd"))
    assert events(framer) == [message(b"abcd")]


def test_a_message_of_one_byte_more_is_cut_and_the_next_one_is_read():
    framer = Framer(LIMIT)
    framer.feed(framed(b"abcde") + framed(b"next"))
    assert events(framer) == [cut(b"abcd"), Rest(b"e", is_last=True), message(b"next")]


@pytest.mark.parametrize("mark", [b"\x0b", b"\x1c"])
def test_a_byte_of_a_frame_beyond_the_limit_flaws_no_message_that_is_cut_before_it(mark):
    framer = Framer(LIMIT)
    framer.feed(framed(b"abcd" + mark + b"e"))
    assert events(framer) == [cut(b"abcd"), Rest(mark + b"e", is_last=True)]


def test_a_flaw_is_of_one_message():
    framer = Framer()
    framer.feed(framed(b"a\x0bb") + framed(b"c"))
    assert events(framer) == [flawed(b"a\x0bb"), message(b"c")]


def test_what_was_overdue_is_no_later_message():
    framer = into(State.CLOSING)
    framer.overdue()
    assert events(framer) == [message(b"a")]
    framer.feed(b"\x0bb")
    assert events(framer) == []


def test_an_end_of_frame_in_a_message_ends_it_and_what_follows_is_not_mllp():
    framer = Framer()
    framer.feed(framed(b"MSH|a\x1c\rPID|b"))
    assert events(framer) == [message(b"MSH|a"), NotMllp(), Raw(b"PID|b\x1c\r")]


def test_several_messages_in_one_segment_come_in_their_order():
    framer = Framer()
    framer.feed(framed(b"1") + b"\r\n" + framed(b"2") + framed(b"\x06") + framed(b"\x15"))
    assert events(framer) == [
        message(b"1"),
        message(b"2"),
        Commit(is_positive=True),
        Commit(is_positive=False),
    ]


def test_an_empty_frame_is_a_message():
    framer = Framer()
    framer.feed(framed(b""))
    assert events(framer) == [message(b"")]


@pytest.mark.parametrize("chunk", [1, 7, BLANKS * 2])
def test_more_blanks_than_a_keep_alive_has_are_not_mllp(chunk):
    framer = Framer()
    stream = b"\n" * (BLANKS + 1) + framed(b"a")
    found = []
    for at in range(0, len(stream), chunk):
        framer.feed(stream[at : at + chunk])
        found += events(framer)
    assert found[0] == NotMllp()
    assert b"".join(each.data for each in found[1:]) == b"\n" + framed(b"a")


def test_as_many_blanks_as_a_keep_alive_may_have_are_dropped():
    framer = Framer()
    for _ in range(3):  # the count is of one place
        framer.feed(b"\n" * BLANKS + framed(b"a"))
    assert events(framer) == [message(b"a")] * 3


def test_what_was_given_away_is_not_held():
    framer = Framer()
    framer.feed(framed(b"a" * 1000) * 20 + b"\x0bopen")
    assert framer.held > 20_000
    events(framer)
    framer.feed(b"more")
    assert framer.held == len(b"openmore")


def test_a_repr_shows_no_content():
    framer = Framer()
    framer.feed(b"\x0bSANDOVAL")
    assert "SANDOVAL" not in repr(framer)
    assert "SANDOVAL" not in repr([Message(b"SANDOVAL"), Rest(b"SANDOVAL"), Raw(b"SANDOVAL")])


STREAM = st.lists(
    st.sampled_from(
        [
            b"\x0b",
            b"\x1c",
            b"\r",
            b"\n",
            b" ",
            b"MSH|^~\\&|a",
            b"x",
            b"\x06",
            b"\x1c\r",
            b"\x0b\x15",
        ]
    ),
    max_size=30,
).map(b"".join)


def normal(found: list[FrameEvent]) -> list[object]:
    """The events, with neighbouring pieces of a rest, or of raw bytes, put together."""
    whole: list[object] = []
    for event in found:
        before = whole[-1] if whole else None
        if isinstance(event, Rest) and isinstance(before, Rest) and not before.is_last:
            whole[-1] = Rest(before.data + event.data, event.is_last)
        elif isinstance(event, Raw) and isinstance(before, Raw):
            whole[-1] = Raw(before.data + event.data)
        else:
            whole.append(event)
    return [each for each in whole if each != Rest(b"")]


def read(pieces: list[bytes]) -> list[object]:
    framer = Framer(6)
    found: list[FrameEvent] = []
    for piece in pieces:
        framer.feed(piece)
        found += events(framer)
    framer.end()
    found += events(framer)
    assert framer.held == 0
    return normal(found)


@given(STREAM, st.lists(st.integers(0, 200), max_size=8))
def test_no_cut_of_the_bytes_changes_what_is_read(stream, at):
    ends = [0, *sorted(min(each, len(stream)) for each in at), len(stream)]
    pieces = [stream[a:b] for a, b in itertools.pairwise(ends)]
    whole = read([stream])
    assert read(pieces) == whole
    assert read([stream[n : n + 1] for n in range(len(stream))]) == whole


@given(STREAM)
def test_nothing_is_lost_but_blanks_and_the_bytes_of_frames(stream):
    kept = b"".join(
        getattr(each, "content", b"") + getattr(each, "data", b"") for each in read([stream])
    )
    frames = b"\x0b\x1c\r\n "
    assert kept.translate(None, frames) == stream.translate(None, frames)


@pytest.mark.parametrize("filler", [b"\x0b", b"\x1c", b"\x1ca"])
def test_a_megabyte_of_bytes_of_a_frame_costs_no_more_than_a_look_at_each(filler):
    framer = Framer()
    framer.feed(b"\x0b" + filler * ((1 << 20) // len(filler)))
    began = time.process_time()
    assert framer.next_event() is None
    assert time.process_time() - began < 0.15  # byte by byte in Python, it took 0.3 to 0.8 s

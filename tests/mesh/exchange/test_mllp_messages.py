"""A frame becomes messages: batches, types, charsets, and what cannot be read."""

from dataclasses import replace

import pytest
from hl7_samples import FACTS, adt, msh, siu
from hypothesis import given
from hypothesis import strategies as st

from mesh.exchange.events import Body, Head
from mesh.exchange.mllp_events import Message
from mesh.exchange.mllp_messages import MOST, Part, parts
from mesh.message.facts import Protocol
from phiscan.finding import Gap

BATCH = (
    b"FHS|^~\\&|A\rBHS|^~\\&|A\r"
    + adt("1")
    + siu("2")
    + b"BTS|2\rBHS|^~\\&|B\r"
    + siu("3")
    + b"BTS|1\rFTS|2\r"
)


def only(content: bytes, **how: bool) -> Part:
    (part,) = parts(Message(content, **how))
    return part


def test_one_message():
    part = only(adt())
    assert (part.content, part.own_type, part.answers, part.gap) == (
        adt(),
        "ADT^A01",
        None,
        Gap.NONE,
    )


def test_a_message_as_events():
    part = only(msh(more="||||||UNICODE UTF-8"))
    head, body = part.events(part.facts(replace(FACTS, operation=FACTS.operation), "ADT^A01"))
    assert isinstance(head, Head)
    assert head.facts.protocol is Protocol.MLLP
    assert head.facts.redactable
    assert head.facts.operation.message_type == "ADT^A01"
    assert head.content_type == "application/hl7-v2; charset=utf-8"
    assert body == Body(part.content, end=True)


def test_the_messages_of_a_batch_each_with_its_type():
    found = parts(Message(BATCH))
    assert [each.own_type for each in found] == ["ADT^A01", "SIU^S12", "SIU^S12"]
    assert [each.header.control_id for each in found if each.header] == [b"1", b"2", b"3"]
    assert found[0].content.startswith(b"FHS|")
    assert found[-1].content.endswith(b"FTS|2\r")


def test_messages_without_the_header_of_a_batch():
    found = parts(Message(adt("1") + siu("2")))
    assert [each.own_type for each in found] == ["ADT^A01", "SIU^S12"]


def test_lines_may_end_with_a_line_feed():
    found = parts(Message((adt("1") + siu("2")).replace(b"\r", b"\n")))
    assert [each.own_type for each in found] == ["ADT^A01", "SIU^S12"]
    found = parts(Message((adt("1") + siu("2")).replace(b"\r", b"\r\n")))
    assert [each.own_type for each in found] == ["ADT^A01", "SIU^S12"]


@pytest.mark.parametrize(
    "mark", [b"\n", b"\x0c", b"\x85", b"\x1d", b"\x1e", "\u2028".encode(), "\u2029".encode()]
)
def test_a_header_that_only_some_receivers_see_leaves_the_message_without_a_type(mark):
    assert only(adt() + b"NTE|1||x" + mark + siu()).own_type == ""


def test_a_name_of_a_segment_within_a_field_is_no_header():
    assert only(adt() + b"NTE|1||see MSH|^~\\&\r").own_type == "ADT^A01"


@pytest.mark.parametrize(
    ("content", "gap"),
    [
        (b"", Gap.MALFORMED),
        (b"hello", Gap.MALFORMED),
        (b"PID|1||77120\r", Gap.MALFORMED),
        (msh(more="||||||UNICODE UTF-8") + b"NTE|1||Jos\xe9\r", Gap.UNKNOWN_ENCODING),
        (msh(more="||||||ASCII") + b"NTE|1||Jos\xc3\xa9\r", Gap.UNKNOWN_ENCODING),
        (msh(more="||||||UNICODE UTF-16"), Gap.UNKNOWN_ENCODING),
        (msh(more="||||||NOSUCH"), Gap.UNKNOWN_ENCODING),
        (msh(more="||||||8859/1") + b"NTE|1||Jos\xe9\r", Gap.NONE),
        (msh() + b"NTE|1||Jos\xe9\r", Gap.NONE),
    ],
)
def test_what_cannot_be_read_has_a_gap(content, gap):
    part = only(content)
    assert part.gap is gap
    head, _ = part.events(FACTS)
    assert isinstance(head, Head)
    assert head.gap is gap


def test_a_flawed_frame_is_unreadable_and_its_header_still_answers():
    part = only(adt() + b"\x1cx", is_flawed=True)
    assert part.gap is Gap.MALFORMED
    assert part.header is not None


def test_a_cut_frame_is_one_message_that_was_not_seen_whole():
    part = only(BATCH, is_whole=False)
    _head, body = part.events(part.facts(FACTS, ""))
    assert isinstance(body, Body)
    assert body.truncated
    assert part.own_type == ""
    assert not part.facts(FACTS, "").redactable


def test_half_a_character_at_the_end_of_a_cut_message_is_no_wrong_charset():
    cut = msh(more="||||||UNICODE UTF-8") + b"NTE|1||Jos\xc3"
    assert only(cut, is_whole=False).gap is Gap.NONE
    assert only(cut).gap is Gap.UNKNOWN_ENCODING


def test_a_batch_of_more_messages_than_are_judged_one_by_one_is_unreadable():
    most = parts(Message(siu() * MOST))
    assert len(most) == MOST
    assert {each.gap for each in most} == {Gap.NONE}
    part = only(siu() * (MOST + 1))
    assert (part.gap, part.own_type) == (Gap.OVER_LIMIT, "")


def test_a_repr_shows_no_content():
    assert "SANDOVAL" not in repr(parts(Message(adt())))


@given(
    st.lists(
        st.sampled_from([adt(), siu(), b"BHS|^~\\&|A\r", b"MSH", b"\r", b"\n", b"MSH|", b"x"]),
        max_size=8,
    ).map(b"".join),
    st.booleans(),
)
def test_the_messages_of_a_frame_are_all_of_its_bytes(content, is_whole):
    found = parts(Message(content, is_whole=is_whole))
    assert b"".join(each.content for each in found) == content
    assert found

import pytest
from hl7_samples import msh

from mesh.exchange.sent_messages import MOST, MOST_WAITING, Sent, SentMessages
from mesh.message.hl7_header import V2Header, read
from phiscan.formats.hl7v2.delimiters import V2Delimiters

MARKS = V2Delimiters()


def header(control_id: str) -> V2Header:
    found = read(msh(control_id=control_id))
    assert found is not None
    return found


def test_an_answer_finds_its_message_as_often_as_it_asks():
    sent = SentMessages()
    sent.add(header("C1"), "ADT^A01")
    assert sent.find(b"C1", MARKS) == Sent(header("C1"), "ADT^A01")
    assert sent.find(b"C1", MARKS) is not None


def test_nobody_knows_what_an_answer_without_an_id_answers():
    sent = SentMessages()
    sent.add(header(""), "ADT^A01")
    assert len(sent) == 0
    assert sent.find(b"", MARKS) is None
    assert sent.find(None, MARKS) is None
    assert sent.find(b"C2", MARKS) is None


def test_the_newest_messages_are_remembered():
    sent = SentMessages()
    for number in range(MOST + 1):
        sent.add(header(str(number)), "ADT^A01")
    assert len(sent) == MOST
    assert sent.find(b"0", MARKS) is None
    assert sent.find(b"1", MARKS) is not None


def test_an_id_that_comes_again_is_that_of_the_newer_message():
    sent = SentMessages()
    for number in range(MOST):
        sent.add(header(str(number)), "ADT^A01")
    sent.answered(b"0", MARKS)
    sent.add(header("0"), "ORU^R01")
    sent.add(header("next"), "ADT^A01")
    assert sent.find(b"0", MARKS) == Sent(header("0"), "ORU^R01")
    assert sent.find(b"1", MARKS) is None


def test_a_repr_shows_no_id():
    sent = SentMessages()
    sent.add(header("541-27-8860"), "ADT^A01")
    assert "541" not in repr(sent)


@pytest.mark.parametrize("second", ["X1", " X1", "x1", "0X1", "X1^2", "X1\\S\\2", "X1~2", '"X1"'])
def test_two_types_under_one_id_make_both_unknown_until_both_are_answered(second):
    sent = SentMessages()
    sent.add(header("X1"), "QBP^Q22")
    sent.add(header(second), "ADT^A01")
    assert type_of(sent, b"X1") == type_of(sent, second.encode()) == ""
    sent.answered(b"X1", MARKS)
    sent.add(header("X1"), "ADT^A01")
    assert type_of(sent, b"X1") == ""
    sent.answered(b"X1", MARKS)
    sent.answered(b"X1", MARKS)
    sent.add(header("X1"), "ADT^A01")
    assert type_of(sent, b"X1") == "ADT^A01"


def test_an_id_that_waits_is_known_behind_thousands_of_others():
    sent = SentMessages()
    sent.add(header("X1"), "QBP^Q22")
    for number in range(MOST_WAITING):
        sent.add(header(f"N{number}"), "ADT^A01")
    sent.add(header("X1"), "ADT^A01")
    assert type_of(sent, b"X1") == ""
    assert len(sent._waiting) <= MOST_WAITING


def test_an_answer_that_comes_late_frees_its_id():
    sent = SentMessages()
    for number in range(MOST + 1):
        sent.add(header(f"N{number}"), "QBP^Q22")
    sent.answered(b"N0", MARKS)
    sent.add(header("N0"), "ADT^A01")
    assert type_of(sent, b"N0") == "ADT^A01"


def type_of(sent, control_id):
    found = sent.find(control_id, MARKS)
    return None if found is None else found.message_type

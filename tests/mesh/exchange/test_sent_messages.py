from hl7_samples import msh

from mesh.exchange.sent_messages import MOST, Sent, SentMessages
from mesh.message.hl7_header import V2Header, read


def header(control_id: str) -> V2Header:
    found = read(msh(control_id=control_id))
    assert found is not None
    return found


def test_an_answer_finds_its_message_as_often_as_it_asks():
    sent = SentMessages()
    sent.add(header("C1"), "ADT^A01")
    assert sent.find(b"C1") == Sent(header("C1"), "ADT^A01")
    assert sent.find(b"C1") is not None


def test_nobody_knows_what_an_answer_without_an_id_answers():
    sent = SentMessages()
    sent.add(header(""), "ADT^A01")
    assert len(sent) == 0
    assert sent.find(b"") is None
    assert sent.find(None) is None
    assert sent.find(b"C2") is None


def test_the_newest_messages_are_remembered():
    sent = SentMessages()
    for number in range(MOST + 1):
        sent.add(header(str(number)), "ADT^A01")
    assert len(sent) == MOST
    assert sent.find(b"0") is None
    assert sent.find(b"1") is not None


def test_an_id_that_comes_again_is_that_of_the_newer_message():
    sent = SentMessages()
    for number in range(MOST):
        sent.add(header(str(number)), "ADT^A01")
    sent.add(header("0"), "ORU^R01")
    sent.add(header("next"), "ADT^A01")
    assert sent.find(b"0") == Sent(header("0"), "ORU^R01")
    assert sent.find(b"1") is None


def test_a_repr_shows_no_id():
    sent = SentMessages()
    sent.add(header("541-27-8860"), "ADT^A01")
    assert "541" not in repr(sent)

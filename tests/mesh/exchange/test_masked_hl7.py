"""HL7 over MLLP through the servers' own scanner: what is masked stays well-formed, and cannot be
evaded by where the bytes are cut.
"""

from datetime import UTC, datetime
from itertools import pairwise

import hl7
import pytest
from hl7_samples import EHR, LIS, SSN, ack, adt, msh
from hypothesis import given, settings
from hypothesis import strategies as st
from tcp_shell import ID, REQUEST, RESPONSE, Shell

from mesh.exchange.machine import Exchange
from mesh.exchange.mllp import Framer
from mesh.exchange.mllp_events import Message, framed
from mesh.exchange.tcp_events import Judge, Judged
from mesh.policy.decision import Reason
from mesh.policy_file.load import parse
from phiscan.engine import Engine

POLICY = parse(
    f"""
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {{name: interfaces}}
spec:
  rules:
  - name: admissions
    from: [{{principals: ["{EHR}"]}}]
    to: [{{principals: ["{LIS}"], operation: {{protocols: [MLLP]}}}}]
    phi:
      request: {{allow: [PERSON_NAME, MEDICAL_RECORD_NUMBER, C], redact: [G], deny: [F]}}
      response: {{otherwise: DENY}}
""",
    file="p.yaml",
)
ENGINE = Engine.load()
MAIL = b"NK1|1|SANDOVAL^LUIS|" + b"|" * 28 + b"LUIS.SANDOVAL@EXAMPLE.ORG\r"


def judge(asked: Judge) -> Judged:
    exchange = Exchange(
        POLICY,
        lambda head: ENGINE.scanner(content_type=head.content_type, clock=lambda: 0.0),
    )
    outcomes = [outcome for event in asked.events if (outcome := exchange.receive(event))]
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return Judged(asked.number, outcomes[0].decision, ID, at, outcomes[0].body)


def messages(data: bytes) -> list[bytes]:
    framer = Framer()
    framer.feed(data)
    found = []
    while (event := framer.next_event()) is not None:
        assert isinstance(event, Message)
        found.append(event.content)
    return found


def lines(frame: bytes) -> list[tuple[str, int]]:
    """The segments of a message or a batch, each with the number of its fields."""
    return [(line[:3].decode(), line.count(b"|")) for line in frame.split(b"\r") if line]


def shape(message: bytes) -> list[tuple[str, int]]:
    parsed = hl7.parse(message.decode("latin-1"))
    return [(str(segment[0]), len(segment)) for segment in parsed]


def test_a_masked_message_has_the_segments_and_fields_that_it_had():
    shell = Shell(judge).request(framed(adt()))
    (sent,) = messages(shell.went[REQUEST])
    assert SSN not in sent
    assert b"SANDOVAL^ROSA" in sent
    assert shape(sent) == shape(adt())


def test_what_a_rule_denies_gets_its_nak_and_nothing_of_it_goes_on():
    shell = Shell(judge).request(framed(adt() + MAIL)).request(framed(msh(control_id="2")))
    assert messages(shell.went[REQUEST]) == [msh(control_id="2")]
    (nak,) = messages(shell.went[RESPONSE])
    parsed = hl7.parse(nak.decode())
    assert (str(parsed["MSA"][0][1]), str(parsed["MSA"][0][2])) == ("AR", "C1")
    assert str(parsed["ERR"][0][5]) in {Reason.MINIMUM_NECESSARY, Reason.NAMED_BY_ENTRY}


def test_phi_in_an_acknowledgement_is_withheld():
    answer = ack("C1", more=adt().partition(b"\r")[2])
    shell = Shell(judge).request(framed(adt())).response(framed(answer))
    (said,) = messages(shell.went[RESPONSE])
    assert b"MSA|AE|C1" in said
    assert b"SANDOVAL" not in said


@pytest.mark.parametrize("mark", [b"#*~\\\\&", b"|^~\\\\&#", b"!@%$;"])
def test_other_delimiters_hide_nothing(mark):
    field, component = mark[:1], mark[1:2]
    other = adt().translate(bytes.maketrans(b"|^", field + component))
    other = other.replace(b"MSH" + field + component + b"~\\&", b"MSH" + mark, 1)
    shell = Shell(judge).request(framed(other))
    assert SSN not in shell.went[REQUEST]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 600), max_size=6), st.permutations([0, 1, 2, 3]))
def test_no_cut_and_no_order_of_messages_lets_a_value_pass(at, order):
    kinds = (
        adt("1"),
        adt("2") + MAIL,
        b"BHS|^~\\&|A\r" + adt("3") + adt("4") + b"BTS|2\r",
        msh(control_id="5"),
    )
    stream = b"\r\n".join(framed(kinds[number]) for number in order)
    ends = [0, *sorted(min(each, len(stream)) for each in at), len(stream)]
    shell = Shell(judge, limit=4096)
    for a, b in pairwise(ends):
        shell.request(stream[a:b])
    sent = messages(shell.went[REQUEST])
    assert [lines(each) for each in sent] == [lines(kinds[n]) for n in order if n != 1]
    assert not any(SSN in each or b"EXAMPLE.ORG" in each for each in sent)
    assert len(messages(shell.went[RESPONSE])) == 1

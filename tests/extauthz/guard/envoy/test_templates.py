"""An answer from a template is the answer that would have been encoded."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.guard.envoy import answers, check, templates, wire
from extauthz.guard.envoy.check import CheckAnswer
from extauthz.guard.envoy.templates import Templates
from extauthz.records.judgement import Judgement
from mesh.message.facts import Facts
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import ScanReport, Verdict
from phiscan.identifiers import Identifier

_IDS = st.text("0123456789abcdef", min_size=32, max_size=32) | st.text(max_size=40)


def judgement(identity: str = "a" * 32, **decision) -> Judgement:
    made = Decision(**{"action": Action.ALLOW, "reason": Reason.NO_PHI, **decision})
    return Judgement(identity, Facts(), made, ScanReport(), "clinic", "0" * 32)


def read(data: bytes):
    return wire.decoder(check.CHECK_RESPONSE)(data)


@given(
    _IDS.filter(lambda text: text.isprintable()),
    st.sampled_from((Action.ALLOW, Action.ALERT)),
    st.booleans(),
    st.sampled_from(Reason),
    st.sampled_from(Verdict),
    st.lists(st.sampled_from(Identifier), max_size=3),
)
def test_the_answer_is_the_one_that_would_be_encoded(  # noqa: PLR0917
    identity, action, enforced, reason, verdict, identifiers
):
    judged = judgement(
        identity,
        action=action,
        enforced=enforced,
        reason=reason,
        verdict=verdict,
        identifiers=tuple(identifiers),
    )

    assert read(check.encode(CheckAnswer(judged))) == read(check._allowed(judged))


def test_each_answer_has_its_own_id():
    made = Templates()
    calls: list[str] = []

    def encode(judged: Judgement) -> bytes:
        calls.append(judged.id)
        return b"<" + judged.id.encode() + b">"

    filled = [made.fill("key", judgement(letter * 32), encode) for letter in "ab"]

    assert filled == [b"<" + b"a" * 32 + b">", b"<" + b"b" * 32 + b">"]
    assert calls == ["0" * 32]


def test_another_key_is_another_answer():
    made = Templates()
    one = made.fill(1, judgement(), lambda judged: b"one " + judged.id.encode())
    two = made.fill(2, judgement(), lambda judged: b"two " + judged.id.encode())

    assert (one[:3], two[:3]) == (b"one", b"two")


def test_the_key_holds_all_that_the_metadata_says():
    base = judgement()
    changes = (
        {"action": Action.ALERT},
        {"enforced": False},
        {"reason": Reason.ALLOWED_BY_RULE},
        {"verdict": Verdict.PHI},
        {"identifiers": (Identifier.NAME,)},
    )
    keys = [answers.words(replace(base.decision, **change)) for change in changes]

    assert len({*keys, answers.words(base.decision)}) == len(changes) + 1


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(templates, "_MOST", 3)
    made = Templates()
    for number in range(10):
        assert made.fill(number, judgement(), lambda judged: judged.id.encode()) == b"a" * 32
        assert len(made._made) <= 3

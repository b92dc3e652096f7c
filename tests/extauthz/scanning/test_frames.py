import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extauthz.records.allow_list import SpanName
from extauthz.scanning import frames
from extauthz.scanning.frames import HEADER, LARGEST, Answer, Examined, FrameError
from extauthz.scanning.timed_exchange import Step
from mesh.exchange.events import Outcome
from mesh.message.body_digests import FieldChanges, Replaced
from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import INFO_TYPES
from phiscan.redaction.digests import Digests
from phiscan.redaction.masks import MaskForm

FACTS = Facts(
    direction=Direction.RESPONSE,
    vantage=Vantage.OUTBOUND,
    protocol=Protocol.UPGRADE,
    source="cluster.local/ns/a/sa/b",
    operation=Operation("GET", "/fhir/Patient/1"),
    claims=(("role", frozenset(("nurse",))),),
)
FINDINGS = tuple(
    Finding.of(each, Likelihood.LIKELY, "test", Location("a.b", 1, 2), Subject.PATIENT)
    for each in INFO_TYPES.values()
)


@given(
    st.builds(
        Answer,
        st.builds(
            Outcome,
            st.sampled_from((None, FACTS)),
            st.builds(
                Decision,
                st.sampled_from(Action),
                st.sampled_from(Reason),
                masks=st.sampled_from(((), tuple((f.value, f) for f in MaskForm))),
            ),
            st.builds(
                ScanReport,
                st.sampled_from(((), FINDINGS)),
                st.sampled_from(Coverage),
                st.sampled_from(Gap),
                st.sampled_from(Verdict),
                opaque=st.sampled_from(((), (Location("", 3, 4),))),
            ),
            st.none() | st.binary(),
            st.sampled_from((FieldChanges(), FieldChanges(("etag",), (("digest", "x"),)))),
        ),
        st.sampled_from(((), (Step(SpanName.SCAN, 1, 2), Step(SpanName.DECIDE, 2, 3)))),
        st.floats(0, 1e6),
    )
)
def test_an_answer_arrives_as_it_was(answer):
    arrived = frames.answer(frames.pack(answer))

    assert arrived == answer
    assert {type(each) for each in arrived.outcome.report.findings} <= {Finding}
    assert {type(each.location) for each in arrived.outcome.report.findings} <= {Location}


def test_a_report_of_many_findings_is_much_smaller_than_its_findings():
    """A document of 64 KiB can have hundreds; each as an object of its own took 150 bytes."""
    found = tuple(
        FINDINGS[n % 5]._replace(location=Location(f"entry.{n % 7}", n * 90, n * 90 + 9))
        for n in range(500)
    )
    content = frames.pack(Examined(ScanReport(found, providers=found[:9])))

    assert frames.answer(content) == Examined(ScanReport(found, providers=found[:9]))
    assert len(content) < 50 * len(found)


def test_what_replaces_a_body_arrives_too():
    outcome = Outcome(
        FACTS,
        Decision(Action.REDACT, Reason.REDACTED_BY_RULE),
        ScanReport(),
        b"masked",
        replaced=Replaced(Digests([b"whole"]), ((b"whole", b"masked"),)),
    )
    arrived = frames.answer(frames.pack(Answer(outcome, (), 0.0))).outcome.replaced
    headers = Headers((("content-md5", "00000000000000000000000000000000"), ("etag", "a")))

    assert arrived.wholes == outcome.replaced.wholes
    assert arrived.changes(headers) == outcome.replaced.changes(headers)


class _Harm:
    def __reduce__(self):
        return print, ("harm",)


class _Columns:
    """A report whose columns differ in length."""

    def __reduce__(self):
        return frames._report, (((1, 2), (1,), (1,), *[("x",)] * 6), (), ())


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(_Harm()),
        pickle.dumps(print),
        pickle.dumps("no answer"),
        pickle.dumps(Reason.NO_PHI),
        pickle.dumps(_Columns()),
        b"",
        b"\x80\x05garbage",
    ],
)
def test_anything_else_is_no_answer_and_does_nothing(content, capsys):
    with pytest.raises(FrameError) as seen:
        frames.answer(content)

    assert capsys.readouterr().out == ""
    assert "harm" not in str(seen.value)
    assert "garbage" not in str(seen.value)


def test_a_frame_larger_than_an_answer_is_not_read():
    assert frames.size_of(HEADER.pack(LARGEST)) == LARGEST
    with pytest.raises(FrameError, match="larger"):
        frames.size_of(HEADER.pack(LARGEST + 1))


def test_enumerations_go_by_value_whatever_the_python(monkeypatch):
    """Python 3.11.2, which is Debian 12's, names them by `getattr`; no reader may call that."""

    def by_name(self, _protocol):
        return getattr, (type(self), self.name)

    for each in (Action, Reason, Verdict, Coverage, Likelihood, Subject, Direction):
        monkeypatch.setattr(each, "__reduce_ex__", by_name)
    answer = Answer(
        Outcome(FACTS, Decision(Action.DENY, Reason.MINIMUM_NECESSARY), ScanReport(FINDINGS)), (), 1
    )

    assert frames.answer(frames.pack(answer)) == answer

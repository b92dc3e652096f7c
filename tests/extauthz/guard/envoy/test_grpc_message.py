import pytest

from extauthz.guard.envoy.grpc_message import WITHHELD, changes
from extauthz.guard.stream_event import MessagePart, StreamEvent
from extauthz.records.judgement import Judgement
from mesh.message.body_digests import UNCHANGED, FieldChanges
from mesh.message.facts import Direction, Facts
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Decision, Reason
from phiscan import scan
from phiscan.finding import Coverage, ScanReport

FOUND = scan(b'{"ssn": "536-22-8790"}', content_type="application/json")
ASIDE = {"grpc-status": "5", "x-phiguard-grpc-message": "no such table"}
PLAIN = {"grpc-status": "5", "grpc-message": "no such table"}
PARTS = pytest.mark.parametrize("part", [MessagePart.HEADERS, MessagePart.TRAILERS])


def of(headers, report=ScanReport(), *, part=MessagePart.TRAILERS, direction=Direction.RESPONSE):  # noqa: B008 - frozen
    event = StreamEvent(direction, part, Headers(tuple(headers.items())))
    if report is None:
        return changes(event, None)
    decision = Decision(Action.ALLOW, Reason.NO_PHI, enforced=False)
    return changes(event, Judgement("id", Facts(), decision, report, "policy", "0" * 32))


@PARTS
def test_a_message_without_findings_gets_its_name_back(part):
    back = FieldChanges(("x-phiguard-grpc-message",), (("grpc-message", "no such table"),))
    assert of(ASIDE, part=part) == back


@PARTS
@pytest.mark.parametrize(
    "report",
    [
        FOUND,
        None,
        ScanReport(coverage=Coverage.UNSCANNABLE),
        ScanReport(coverage=Coverage.TRUNCATED),
    ],
    ids=["found", "not judged", "unscannable", "cut off"],
)
def test_a_message_that_may_hold_a_value_is_withheld_whatever_the_policy_does(part, report):
    withheld = (("grpc-message", WITHHELD),)
    assert of(ASIDE, report, part=part) == FieldChanges(("x-phiguard-grpc-message",), withheld)
    assert of(PLAIN, report, part=part) == FieldChanges((), withheld)


@PARTS
def test_nothing_changes_where_nothing_was_put_aside_and_nothing_found(part):
    assert of(PLAIN, part=part) == UNCHANGED
    assert of({"grpc-status": "0"}, FOUND, part=part) == UNCHANGED


def test_requests_and_bodies_are_left_alone():
    assert of(ASIDE, FOUND, direction=Direction.REQUEST) == UNCHANGED
    assert of(ASIDE, FOUND, part=MessagePart.BODY) == UNCHANGED

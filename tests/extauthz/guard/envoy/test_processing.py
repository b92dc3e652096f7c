import pytest
from running_guard import BUFFERED, EHR, processing_request, request_head, response_head

from extauthz.guard.envoy import processing, wire
from extauthz.guard.stream_event import MessagePart, StreamAnswer
from extauthz.records.judgement import Judgement
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import ScanReport


def decoded(request):
    return processing.decode(wire.encode(request))


def answered(made, request):
    """The answer to an event, and the message that Envoy decodes from it."""
    answer = StreamAnswer(decoded(request), made)
    return answer, wire.decoder(processing.PROCESSING_RESPONSE)(processing.encode(answer))


def judgement(action, *, body=None, enforced=True):
    decision = Decision(action, Reason.NO_PHI, enforced=enforced)
    return Judgement("id", Facts(), decision, ScanReport(), "policy", "0" * 32, body)


def test_headers_are_read_with_what_came_beside_them():
    event = decoded(request_head(content_length="12", mode=BUFFERED))

    assert (event.direction, event.part) == (Direction.REQUEST, MessagePart.HEADERS)
    assert (event.headers.get(":path"), event.headers.content_length) == ("/claims", 12)
    assert (event.end, event.observed) == (False, False)
    assert event.attributes["xds.node.metadata['SERVICE_ACCOUNT']"] == "ehr"
    assert event.buffered == set(Direction)
    assert decoded(response_head(mode=1, end=True)).end


def test_the_body_mode_is_told_by_the_first_event_alone():
    assert decoded(request_head(mode=None)).buffered is None
    assert decoded(request_head(mode=1)).buffered == set()


@pytest.mark.parametrize(
    ("modes", "expected"),
    [((4, 4), set(Direction)), ((4, 0), set()), ((0, 4), set()), ((4, 2), set())],
)
def test_a_stream_is_one_in_both_directions_or_in_none(modes, expected):
    head = request_head(mode=BUFFERED)
    head.protocol_config.request_body_mode, head.protocol_config.response_body_mode = modes
    assert decoded(head).full_duplex == expected
    assert decoded(request_head(mode=None)).full_duplex == set()


def test_a_streamed_part_is_given_back_with_its_end():
    event = decoded(processing_request("request_body", body=b"ab", end_of_stream=True))
    answer = StreamAnswer(event, None, is_streamed=True)
    part = wire.decoder(processing.PROCESSING_RESPONSE)(processing.encode(answer)).request_body
    streamed = part.response.body_mutation.streamed_response

    assert (streamed.body, streamed.end_of_stream, answer.is_final) == (b"ab", True, False)


def test_an_answer_that_changes_no_field_has_no_mutation():
    for made in (None, judgement(Action.ALLOW)):
        _, message = answered(made, request_head())
        assert not message.request_headers.response.HasField("header_mutation")


def test_a_body_is_read_as_it_is():
    event = decoded(processing_request("request_body", body=b"\xff\0", end_of_stream=True))

    assert (event.part, event.body, event.end) == (MessagePart.BODY, b"\xff\0", True)


def test_trailers_keep_their_names_and_values():
    event = decoded(processing_request("request_trailers", headers={"X-A": "1"}))

    assert (event.part, event.headers.pairs, event.end) == (
        MessagePart.TRAILERS,
        (("x-a", "1"),),
        True,
    )


def test_an_event_without_a_part_is_none_that_this_schema_knows():
    assert decoded(wire.message(processing.PROCESSING_REQUEST)()) is None


def test_an_event_that_is_only_shown_says_so():
    request = request_head()
    request.observability_mode = True

    assert decoded(request).observed


@pytest.mark.parametrize(
    ("made", "name", "expected"),
    [
        (None, "request_headers", "request_headers"),
        (judgement(Action.ALLOW), "response_body", "response_body"),
        (judgement(Action.ALERT), "request_trailers", "request_trailers"),
        (judgement(Action.DENY), "request_body", "immediate_response"),
        (judgement(Action.DENY, enforced=False), "request_body", "request_body"),
        (judgement(Action.REDACT, body=b"x"), "request_body", "request_body"),
        (judgement(Action.REDACT), "request_body", "immediate_response"),
        (judgement(Action.REDACT, body=b"x"), "request_headers", "immediate_response"),
        (judgement(Action.REDACT, body=b"x"), "request_trailers", "immediate_response"),
    ],
)
def test_an_answer_lets_pass_only_what_the_judgement_lets_pass(made, name, expected):
    request = processing_request(name)
    answer, response = answered(made, request)

    assert response.WhichOneof("response") == expected
    assert answer.is_final is (expected == "immediate_response")


def test_an_empty_redaction_is_still_a_replacement():
    request = processing_request("request_body")
    _, response = answered(judgement(Action.REDACT, body=b""), request)

    assert response.request_body.response.body_mutation.WhichOneof("mutation") == "body"


def test_every_part_of_both_directions_is_read():
    names = [f"{d}_{p}" for d in ("request", "response") for p in ("headers", "body", "trailers")]
    events = [decoded(processing_request(name)) for name in names]

    assert [f"{e.direction.value}_{e.part.value}" for e in events] == names


def test_what_a_client_wrote_under_the_guards_own_names_is_removed_once():
    request = request_head(x_phiguard_reason="forged")
    _, response = answered(None, request)

    removed = response.request_headers.response.header_mutation.remove_headers
    assert list(removed) == ["x-phiguard-reason"]


def test_no_repr_shows_what_an_event_holds():
    event = decoded(request_head(x_secret="secret"))
    body = decoded(processing_request("request_body", body=b"secret"))

    assert "secret" not in repr((event, body))
    assert EHR not in repr(event)
    assert "clinic" not in repr(event)


@pytest.mark.parametrize("part", ["headers", "trailers"])
def test_the_message_of_grpc_goes_on_under_its_own_name(part):
    request = processing_request(f"response_{part}", headers={"x-phiguard-grpc-message": "gone"})
    _, response = answered(judgement(Action.ALLOW), request)
    answer = getattr(response, f"response_{part}")
    mutation = (answer.response if part == "headers" else answer).header_mutation

    assert list(mutation.remove_headers) == ["x-phiguard-grpc-message"]
    ((option),) = mutation.set_headers
    assert (option.header.key, option.header.raw_value) == ("grpc-message", b"gone")

"""Each hole in ext_proc is found, in both halves of an exchange."""

import pytest
from holes import OTHER, UNKNOWN, Hole, is_found, streams
from real_dumps import OUTBOUND, Dump, Json


def answer(dump: Dump) -> Json:
    return dump.answers["processing_mode"]


def request(dump: Dump) -> Json:
    return dump.sent["processing_mode"]


HOLES = (
    Hole("open on failure", lambda d: d.answers.update(failure_mode_allow=True), "failure-open"),
    Hole("observed only", lambda d: d.answers.update(observability_mode=True), "observes"),
    Hole("mode override", lambda d: d.answers.update(allow_mode_override=True), "mode-override"),
    Hole("no refusal", lambda d: d.answers.update(disable_immediate_response=True), "no-refusal"),
    Hole(
        "some headers",
        lambda d: d.answers.update(forward_rules={"disallowed_headers": {"patterns": []}}),
        "headers-withheld",
    ),
    Hole(
        "masks barred",
        lambda d: d.answers.update(mutation_rules={"disallow_all": True}),
        "mutations-barred",
        UNKNOWN,
    ),
    Hole(
        "answers in parts",
        lambda d: answer(d).update(response_body_mode="STREAMED"),
        "releases-body",
    ),
    Hole(
        "the rest of answers released",
        lambda d: answer(d).update(response_body_mode="BUFFERED_PARTIAL"),
        "releases-body",
    ),
    Hole("no body of answers", lambda d: answer(d).pop("response_body_mode"), "no-gate"),
    Hole(
        "a mode of tomorrow",
        lambda d: answer(d).update(response_body_mode="GRPC"),
        "unknown-mode",
        UNKNOWN,
    ),
    Hole(
        "no headers of answers",
        lambda d: answer(d).update(response_header_mode="SKIP"),
        "no-headers",
    ),
    Hole("no trailers of answers", lambda d: answer(d).pop("response_trailer_mode"), "no-trailers"),
    Hole("Envoy's own timeout", lambda d: d.answers.pop("message_timeout"), "timeout-short"),
    Hole(
        "a timeout of nothing",
        lambda d: d.answers.update(message_timeout="0s"),
        "unknown-timeout",
        UNKNOWN,
    ),
    Hole(
        "a timeout that is none",
        lambda d: d.answers.update(message_timeout="soon"),
        "unknown-timeout",
        UNKNOWN,
    ),
    Hole("a field of tomorrow", lambda d: d.answers.update(skip=1), "unreadable", UNKNOWN),
    Hole("a mode's field of tomorrow", lambda d: answer(d).update(x=1), "unreadable", UNKNOWN),
    *(
        Hole(f"sent: {name}", edit, code, cell=OUTBOUND)
        for name, edit, code in (
            ("open on failure", lambda d: d.sent.update(failure_mode_allow=True), "failure-open"),
            (
                "asks another service",
                lambda d: d.sent["grpc_service"]["envoy_grpc"].update(cluster_name=OTHER),
                "other-service",
            ),
            ("no body", lambda d: request(d).pop("request_body_mode"), "no-gate"),
            ("in parts", lambda d: request(d).update(request_body_mode=1), "releases-body"),
            (
                "half streamed",
                lambda d: request(d).update(request_body_mode="FULL_DUPLEX_STREAMED"),
                "half-streamed",
            ),
            ("no headers", lambda d: request(d).update(request_header_mode="SKIP"), "no-headers"),
            ("no trailers", lambda d: request(d).pop("request_trailer_mode"), "no-trailers"),
        )
    ),
    *(
        Hole(f"streams: {name}", edit, code, dump="streaming")
        for name, edit, code in (
            (
                "requests in parts",
                lambda d: streams(d)["processing_mode"].update(request_body_mode="STREAMED"),
                "releases-body",
            ),
            (
                "requests unread",
                lambda d: streams(d)["processing_mode"].pop("request_body_mode"),
                "no-gate",
            ),
            (
                "answers held back by buffer",
                lambda d: streams(d)["processing_mode"].update(response_body_mode="BUFFERED"),
                "half-streamed",
            ),
            (
                "open on failure",
                lambda d: streams(d).update(failure_mode_allow=True),
                "failure-open",
            ),
        )
    ),
)


@pytest.mark.parametrize("hole", HOLES, ids=str)
def test_a_hole_is_found(hole: Hole) -> None:
    is_found(hole)

"""Does an ext_proc filter hold each message back until the guard has judged it?"""

from collections.abc import Iterator
from typing import Final

from mesh.istio.check.durations import seconds
from mesh.message.facts import Direction
from mesh.posture.effective.finding import Finding, down, unknown
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.service import asks_other
from mesh.posture.effective.tree import Tree, flag, only, shown, text, tree

KIND: Final = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"
SHORTEST: Final = 1.0
"""Seconds that a proxy must wait for the guard: the guard's own deadline of a scan."""

_KNOWN: Final = frozenset(
    {
        "@type", "grpc_service", "http_service", "failure_mode_allow", "processing_mode",
        "request_attributes", "response_attributes", "message_timeout", "stat_prefix",
        "mutation_rules", "max_message_timeout", "forward_rules", "filter_metadata",
        "allow_mode_override", "disable_immediate_response", "metadata_options",
        "observability_mode", "disable_clear_route_cache", "route_cache_action",
        "deferred_close_timeout", "send_body_without_waiting_for_header_response",
        "allowed_override_modes", "status_on_error", "allow_content_length_header",
    }
)  # fmt: skip
_MODES: Final = frozenset(
    f"{half}_{part}_mode"
    for half in ("request", "response")
    for part in ("header", "body", "trailer")
)
# protobuf's JSON also allows the number of an enum value
_OFF: Final = ("", "NONE", "0")
_BUFFERED: Final = ("BUFFERED", "2")
_STREAMED: Final = ("FULL_DUPLEX_STREAMED", "4")
_LOOSE: Final = ("STREAMED", "1", "BUFFERED_PARTIAL", "3")
_SENT: Final = ("SEND", "1")
_DEFAULT: Final = ("", "DEFAULT", "0")  # headers are sent by default, trailers are not

_OPEN: Final = (
    ("failure_mode_allow", "failure-open", "is open on failure", "set failure_mode_allow: false"),
    ("observability_mode", "observes", "only observes", "set observability_mode: false"),
    (
        "allow_mode_override", "mode-override", "lets an answer turn the reading of bodies off",
        "set allow_mode_override: false",
    ),
    (
        "disable_immediate_response", "no-refusal", "does not let the guard refuse a message",
        "set disable_immediate_response: false",
    ),
)  # fmt: skip


def takes(config: Tree, half: Direction) -> bool:
    """Whether the filter gives the guard the bodies of this half of the exchange.

    Raises:
        UnreadableError: its mode has another shape.
    """
    return text(tree(config, "processing_mode"), f"{half}_body_mode") not in _OFF


def faults(config: Tree, half: Direction, guard: GuardNames) -> Iterator[Finding]:
    """Everything that lets a message of this half pass, or keeps the guard from judging it.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    only(config, _KNOWN, "ext_proc")
    yield from asks_other(config, "ext_proc", guard)
    for key, code, said, fix in _OPEN:
        if flag(config, key):
            yield down(code, f"ext_proc {said}", fix)
    if tree(config, "forward_rules"):
        yield down(
            "headers-withheld", "ext_proc does not show the guard all headers",
            "remove forward_rules",
        )  # fmt: skip
    if tree(config, "mutation_rules"):
        yield unknown("mutations-barred", "ext_proc has rules that may bar what the guard masks")
    yield from mode_faults(tree(config, "processing_mode"), half)
    yield from _timeout(config, half)


def mode_faults(mode: Tree, half: Direction) -> Iterator[Finding]:
    """Everything that a processing mode leaves unjudged of one half.

    Raises:
        UnreadableError: it has a field that is not known, or one of another type.
    """
    only(mode, _MODES, "processing_mode")
    body = text(mode, f"{half}_body_mode")
    if body in _OFF:
        yield down("no-body", f"ext_proc reads no body of a {half}", _set(half, "body", "BUFFERED"))
    elif body in _LOOSE:
        yield down(
            "releases-body", f"ext_proc lets a {half} go on before all of it was read",
            _set(half, "body", "BUFFERED"),
        )  # fmt: skip
    elif body not in (*_BUFFERED, *_STREAMED):
        yield unknown("unknown-mode", f"{half}_body_mode is {shown(body)}")
    if text(mode, f"{half}_header_mode") not in (*_DEFAULT, *_SENT):
        yield down("no-headers", f"ext_proc skips the headers of a {half}", _set(half, "header"))
    if text(mode, f"{half}_trailer_mode") not in _SENT:
        yield down("no-trailers", f"ext_proc skips the trailers of a {half}", _set(half, "trailer"))
    bodies = [text(mode, f"{each}_body_mode") for each in Direction]
    streamed = [each in _STREAMED for each in bodies]
    if any(streamed) and not all(streamed):
        yield down(
            "half-streamed", "only one half is streamed; a request goes on unread once its "
            "answer begins", "set both body modes to FULL_DUPLEX_STREAMED",
        )  # fmt: skip


def _set(half: Direction, part: str, value: str = "SEND") -> str:
    return f"set {half}_{part}_mode: {value}"


def _timeout(config: Tree, half: Direction) -> Iterator[Finding]:
    """Envoy waits this long for an answer, and then refuses the message. Streams do not use it."""
    if text(tree(config, "processing_mode"), f"{half}_body_mode") in _STREAMED:
        return
    given = text(config, "message_timeout") or "0.2s"
    wait = seconds(given)
    if wait is None or wait <= 0:
        yield unknown("unknown-timeout", f"message_timeout is {shown(given)}")
    elif wait < SHORTEST:
        yield down(
            "timeout-short", f"ext_proc waits {shown(given)} for the guard and then refuses",
            "set message_timeout: 20s",
        )  # fmt: skip

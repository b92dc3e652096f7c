"""Check that EnvoyFilters hold each message until the guard has answered, and in sidecars only."""

from collections.abc import Iterator, Mapping
from typing import Final

from mesh.istio import codec_errors, network_ext_proc
from mesh.istio.check import guard_options
from mesh.istio.check.durations import seconds
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

FAIL_OPEN = Rule("filter-fail-open", _HOLE, "PHI passes while the guard is down")
PARTIAL = Rule("filter-partial-body", _HOLE, "bytes beyond the limit pass unread")
OBSERVES = Rule("filter-observes-only", _HOLE, "no message waits for the guard")
OVERRIDE = Rule("filter-mode-override", _HOLE, "an answer can turn the scan of a body off")
REMOVES = Rule("filter-removes-guard", _HOLE, "messages pass unread")
EXEMPTS = Rule("filter-exempts-route", _HOLE, "messages of that route pass unread")
SKIPPED = Rule("filter-can-be-skipped", _HOLE, "what the matcher matches passes unread")
NO_TIMEOUT = Rule(
    "filter-no-timeout", _REFUSAL, "Envoy gives the guard 200 ms and then refuses the message"
)
SHORT_TIMEOUT = Rule(
    "filter-timeout-short", _REFUSAL, "Envoy refuses messages that the guard is still reading"
)
NO_BODY = Rule("filter-no-body", _HOLE, "the guard sees no body")
RELEASES = Rule("filter-releases-body", _HOLE, "parts of a body go on before it is judged")
NO_HEADERS = Rule("filter-skips-headers", _HOLE, "the guard cannot tell whose message it reads")
NO_TRAILERS = Rule("filter-skips-trailers", _HOLE, "trailers pass unread")
ONE_STREAM = Rule(
    "filter-half-streamed", _HOLE, "a request can go on unread while its answer begins"
)
NO_ATTRIBUTES = Rule("filter-no-attributes", _REFUSAL, "the guard learns no identity")

RULES = (
    FAIL_OPEN, PARTIAL, OBSERVES, OVERRIDE, REMOVES, EXEMPTS, SKIPPED, NO_TIMEOUT, SHORT_TIMEOUT,
    NO_BODY, RELEASES, NO_HEADERS, NO_TRAILERS, ONE_STREAM, NO_ATTRIBUTES,
)  # fmt: skip

_EXT_PROC: Final = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"
_EXT_AUTHZ: Final = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"

# protobuf JSON also allows the number of an enum value (ext_proc's ProcessingMode)
_BODY_OFF = ("", "NONE", "0")
_BODY_STREAMED = ("FULL_DUPLEX_STREAMED", "4")
_BODY_HELD = ("BUFFERED", "2", *_BODY_STREAMED)
_HALVES = ("request", "response")
_BUFFER: Final = 1024 * 1024  # what a held body may have
_INBOUND = "SIDECAR_INBOUND"
_AUTHZ_NAME = "envoy.filters.http.ext_authz"
_SEND = ("SEND", "1")
_HEADERS_SENT = ("", "DEFAULT", "0", *_SEND)  # headers are sent by default, trailers are not


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Every problem of every patch that touches ext_proc or ext_authz."""
    for document in mesh.kind("EnvoyFilter"):
        patches = list(document.spec.at("config_patches"))
        streams = any(map(_streams_inbound, patches))
        for patch in patches:
            value = patch.at("patch", "value")
            if touches(value):
                yield from _any_filter(document, value)
                yield from _skipped(document, value)
                config = judging(value).at("typed_config")
                if config.at("@type").text.endswith(_EXT_PROC):
                    yield from _ext_proc(mesh, document, config)
            cure = "remove the patch and exempt in the guard's policy"
            if _removes(patch) and not (streams and _is_replaced(patch)):
                message = "it removes an ext_authz or ext_proc filter"
                yield problem(REMOVES, document, patch.at("patch"), message, cure)
            if _exempts_route(value):
                message = "it switches ext_authz or ext_proc off"
                yield problem(EXEMPTS, document, value, message, cure)


def _removes(patch: Node) -> bool:
    if patch.at("patch", "operation").text not in ("REMOVE", "REPLACE"):
        return False
    filters = patch.at("match", "listener").everywhere("sub_filter")
    return any(_is_guard_filter(sub_filter.at("name").text) for sub_filter in filters)


def _streams_inbound(patch: Node) -> bool:
    """Whether the patch inserts ext_proc for whole exchanges at the receiver, as a stream."""
    config = judging(patch.at("patch", "value")).at("typed_config")
    mode = config.at("processing_mode")
    return (
        config.at("@type").text.endswith(_EXT_PROC)
        and patch.at("match", "context").text == _INBOUND
        and all(mode.at(f"{half}_body_mode").text in _BODY_STREAMED for half in _HALVES)
    )


def _is_replaced(patch: Node) -> bool:
    """Whether the patch removes only ext_authz, at the receiver, where ext_proc judges instead."""
    names = [
        each.at("name").text for each in patch.at("match", "listener").everywhere("sub_filter")
    ]
    return patch.at("match", "context").text == _INBOUND and names == [_AUTHZ_NAME]


def _exempts_route(value: Node) -> bool:
    routes = (found.value for found in value.everywhere("typed_per_filter_config"))
    return any(
        _is_guard_filter(str(name)) for route in routes if isinstance(route, dict) for name in route
    )


def _is_guard_filter(name: str) -> bool:
    return "ext_proc" in name or "ext_authz" in name


def touches(value: Node) -> bool:
    """Whether the patch concerns the guard's filters, by type or by name.

    A patch may merge into a filter by its name alone, without the type.
    """
    kind = judging(value).at("typed_config", "@type").text
    return kind.endswith((_EXT_PROC, _EXT_AUTHZ)) or _is_guard_filter(value.at("name").text)


def judges_tcp(patch: Node) -> bool:
    """Whether a patch inserts the network filter that asks the guard about TCP."""
    kind = patch.at("patch", "value", "typed_config", "@type").text
    return kind.endswith(network_ext_proc.TYPE)


def _is_matched(value: Node) -> bool:
    return value.at("typed_config", "@type").text.endswith(codec_errors.MATCHED_FILTER)


def judging(value: Node) -> Node:
    """The filter inside of one that a matcher can skip, or the filter itself."""
    return value.at("typed_config", "extension_config") if _is_matched(value) else value


def _skipped(document: MeshObject, value: Node) -> Iterator[IstioProblem]:
    """Report a matcher that is not the one that `render` writes."""
    config = value.at("typed_config")
    rendered = _texts(config.at("xds_matcher").value) == _texts(codec_errors.matcher())
    if _is_matched(value) and not (rendered and config.at("matcher").missing):
        message = f"a matcher can skip `{value.at('name').text}`"
        cure = "take the matcher that `phiguard istio render` writes"
        yield problem(SKIPPED, document, config, message, cure)


def _texts(value: object) -> object:
    """The same value with each scalar as text: tools write numbers in several ways."""
    if isinstance(value, Mapping):
        return {key: _texts(part) for key, part in value.items()}
    return [_texts(part) for part in value] if isinstance(value, list) else str(value)


_LOOSE: Final = {
    "failure_mode_allow": FAIL_OPEN,
    "allow_partial_message": PARTIAL,
    "observability_mode": OBSERVES,
    "allow_mode_override": OVERRIDE,
}


def _any_filter(document: MeshObject, value: Node) -> Iterator[IstioProblem]:
    name = value.at("name").text
    for key, rule in _LOOSE.items():
        for flag in value.everywhere(key):
            if flag.is_true:
                message = f"`{name}` has {key} true"
                yield problem(rule, document, flag, message, f"set {key}: false")


def _ext_proc(mesh: Mesh, document: MeshObject, config: Node) -> Iterator[IstioProblem]:
    mode = config.at("processing_mode")
    bodies = [mode.at(f"{half}_body_mode") for half in _HALVES]
    yield from _timeout(mesh, document, config, [body.text for body in bodies])
    if all(body.text in _BODY_OFF for body in bodies):
        message = "request_body_mode and response_body_mode are NONE"
        yield problem(NO_BODY, document, mode, message, "set one of them to BUFFERED")
    for half in _HALVES:
        if mode.at(f"{half}_body_mode").text not in _BODY_OFF:
            yield from _half(document, mode, half)
    streamed = [body.text in _BODY_STREAMED for body in bodies]
    if any(streamed) and not all(streamed):
        message = "only one half is FULL_DUPLEX_STREAMED"
        cure = "set both body modes to FULL_DUPLEX_STREAMED"
        yield problem(ONE_STREAM, document, mode, message, cure)
    yield from _attributes(document, config)


def _timeout(
    mesh: Mesh, document: MeshObject, config: Node, bodies: list[str]
) -> Iterator[IstioProblem]:
    timeout = config.at("message_timeout")
    if timeout.missing:
        yield problem(NO_TIMEOUT, document, timeout, "no message_timeout", "set it to 20s")
        return
    given, needed = seconds(timeout.text), guard_options.of(mesh).deadline(_BUFFER)
    # Envoy does not use it for a body that it does not hold
    holds = any(body in _BODY_HELD and body not in _BODY_STREAMED for body in bodies)
    if holds and (given is None or given < needed):
        message = (
            f"message_timeout is {timeout.text}, and a scan with its proof may take {needed:g} s"
        )
        yield problem(SHORT_TIMEOUT, document, timeout, message, "set it to 20s")


def _half(document: MeshObject, mode: Node, half: str) -> Iterator[IstioProblem]:
    body, headers, trailers = (
        mode.at(f"{half}_{part}_mode") for part in ("body", "header", "trailer")
    )
    if body.text not in _BODY_HELD:
        message = f"{half}_body_mode is {body.text}"
        yield problem(RELEASES, document, body, message, "set it to BUFFERED")
    if headers.text not in _HEADERS_SENT:
        message = f"{half}_header_mode is not SEND"
        yield problem(NO_HEADERS, document, headers, message, "set it to SEND")
    if trailers.text not in _SEND:
        message = f"{half}_trailer_mode is not SEND"
        yield problem(NO_TRAILERS, document, trailers, message, "set it to SEND")


def _attributes(document: MeshObject, config: Node) -> Iterator[IstioProblem]:
    """Report a filter that gives the guard no attributes.

    Envoy sends `request_attributes` with the request headers only, so a filter that skips those
    sends none.
    """
    skips = config.at("processing_mode", "request_header_mode").text not in _HEADERS_SENT
    asked = "response_attributes" if skips else "request_attributes"
    if config.at(asked).missing:
        because = "request headers are skipped and " if skips else ""
        cure = f"list connection.uri_san_peer_certificate and the like in {asked}"
        yield problem(NO_ATTRIBUTES, document, config.at(asked), f"{because}{asked} is empty", cure)

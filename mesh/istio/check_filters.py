"""Check that EnvoyFilters hold each message until the guard has answered, and in sidecars only."""

from collections.abc import Iterator, Mapping

from mesh.istio import codec_errors
from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node

_EXT_PROC = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor"
_EXT_AUTHZ = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"

# protobuf JSON also allows the number of an enum value (ext_proc's ProcessingMode)
_BODY_OFF = ("", "NONE", "0")
_BODY_STREAMED = ("FULL_DUPLEX_STREAMED", "4")
_BODY_HELD = ("BUFFERED", "2", *_BODY_STREAMED)
_HALVES = ("request", "response")
_INBOUND = "SIDECAR_INBOUND"
_AUTHZ_NAME = "envoy.filters.http.ext_authz"
_SEND = ("SEND", "1")
_HEADERS_SENT = ("", "DEFAULT", "0", *_SEND)  # headers are sent by default, trailers are not


def check(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Every problem of every patch that touches ext_proc or ext_authz."""
    for document in snapshot.kind("EnvoyFilter"):
        patches = list(document.spec.at("config_patches"))
        values = [patch.at("patch", "value") for patch in patches]
        mine = [value for value in values if _touches(value)]
        if mine and _selects_all(document.spec):
            message = "no workloadSelector: the filter wraps every sidecar, also the guard's own"
            yield problem(document, message, "select workloads by a label")
        for value in mine:
            yield from _any_filter(document, value)
            yield from _skipped(document, value)
            config = _judging(value).at("typed_config")
            if config.at("@type").text.endswith(_EXT_PROC):
                yield from _ext_proc(document, config)
        streams = any(map(_streams_inbound, patches))
        removed = any(
            _removes(patch) and not (streams and _is_replaced(patch)) for patch in patches
        )
        if removed or any(map(_exempts_route, values)):
            message = "removes an ext_authz or ext_proc filter, so messages pass unread"
            yield problem(document, message, "remove the patch and exempt in the guard's policy")


def _removes(patch: Node) -> bool:
    if patch.at("patch", "operation").text not in ("REMOVE", "REPLACE"):
        return False
    filters = patch.at("match", "listener").everywhere("sub_filter")
    return any(_is_guard_filter(sub_filter.at("name").text) for sub_filter in filters)


def _streams_inbound(patch: Node) -> bool:
    """Whether the patch inserts ext_proc for whole exchanges at the receiver, as a stream."""
    config = _judging(patch.at("patch", "value")).at("typed_config")
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


def _touches(value: Node) -> bool:
    """Whether the patch concerns the guard's filters, by type or by name.

    A patch may merge into a filter by its name alone, without the type.
    """
    kind = _judging(value).at("typed_config", "@type").text
    return kind.endswith((_EXT_PROC, _EXT_AUTHZ)) or _is_guard_filter(value.at("name").text)


def _is_matched(value: Node) -> bool:
    return value.at("typed_config", "@type").text.endswith(codec_errors.MATCHED_FILTER)


def _judging(value: Node) -> Node:
    """The filter inside of one that a matcher can skip, or the filter itself."""
    return value.at("typed_config", "extension_config") if _is_matched(value) else value


def _skipped(document: MeshObject, value: Node) -> Iterator[IstioProblem]:
    """Report a matcher that is not the one that `render` writes."""
    config = value.at("typed_config")
    rendered = _texts(config.at("xds_matcher").value) == _texts(codec_errors.matcher())
    if _is_matched(value) and not (rendered and config.at("matcher").missing):
        message = f"a matcher can skip `{value.at('name').text}`: what it matches passes unread"
        yield problem(document, message, "take the matcher that `phiguard istio render` writes")


def _texts(value: object) -> object:
    """The same value with each scalar as text: tools write numbers in several ways."""
    if isinstance(value, Mapping):
        return {key: _texts(part) for key, part in value.items()}
    return [_texts(part) for part in value] if isinstance(value, list) else str(value)


def _selects_all(spec: Node) -> bool:
    return spec.at("workload_selector", "labels").missing and spec.at("target_refs").missing


def _any_filter(document: MeshObject, value: Node) -> Iterator[IstioProblem]:
    name = value.at("name").text
    loose = {
        "failure_mode_allow": "PHI passes while the guard is down",
        "allow_partial_message": "bytes beyond the limit pass unread",
        "observability_mode": "the guard only observes, and no message waits for it",
        "allow_mode_override": "an answer can turn the scan of a body off",
    }
    for key, consequence in loose.items():
        if any(flag.is_true for flag in value.everywhere(key)):
            yield problem(document, f"`{name}` has {key} true: {consequence}", f"set {key}: false")


def _ext_proc(document: MeshObject, config: Node) -> Iterator[IstioProblem]:
    if config.at("message_timeout").missing:
        message = "no message_timeout: Envoy gives the guard 200 ms and then refuses the message"
        yield problem(document, message, "set message_timeout: 20s")
    mode = config.at("processing_mode")
    if all(mode.at(f"{half}_body_mode").text in _BODY_OFF for half in _HALVES):
        message = "the guard sees no body: request_body_mode and response_body_mode are NONE"
        yield problem(document, message, "set one of them to BUFFERED")
    for half in _HALVES:
        if mode.at(f"{half}_body_mode").text not in _BODY_OFF:
            yield from _half(document, mode, half)
    streamed = [mode.at(f"{half}_body_mode").text in _BODY_STREAMED for half in _HALVES]
    if any(streamed) and not all(streamed):
        message = "only one half is FULL_DUPLEX_STREAMED: a request can go on unread meanwhile"
        yield problem(document, message, "set both body modes to FULL_DUPLEX_STREAMED")
    yield from _attributes(document, config)


def _half(document: MeshObject, mode: Node, half: str) -> Iterator[IstioProblem]:
    body = mode.at(f"{half}_body_mode").text
    if body not in _BODY_HELD:
        message = f"{half}_body_mode {body} releases parts of a body before it is judged"
        yield problem(document, message, f"set {half}_body_mode: BUFFERED")
    if mode.at(f"{half}_header_mode").text not in _HEADERS_SENT:
        message = f"{half}_header_mode is not SEND: the guard cannot tell whose {half} it reads"
        yield problem(document, message, f"set {half}_header_mode: SEND")
    if mode.at(f"{half}_trailer_mode").text not in _SEND:
        message = f"{half}_trailer_mode is not SEND: trailers pass unread"
        yield problem(document, message, f"set {half}_trailer_mode: SEND")


def _attributes(document: MeshObject, config: Node) -> Iterator[IstioProblem]:
    """Report a filter that gives the guard no attributes.

    Envoy sends `request_attributes` with the request headers only, so a filter that skips those
    sends none.
    """
    skips = config.at("processing_mode", "request_header_mode").text not in _HEADERS_SENT
    if skips and config.at("response_attributes").missing:
        message = (
            "request headers are skipped and response_attributes is empty: "
            "the guard learns no identity"
        )
        yield problem(
            document,
            message,
            "list connection.uri_san_peer_certificate and the like in response_attributes",
        )

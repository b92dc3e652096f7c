"""Check that nothing a client writes reaches a span or an access log: it can hold an identifier."""

from collections.abc import Iterator, Sequence
from typing import Final

from mesh.istio.mesh_wide import CLIENTS_TAGS, METHOD_OPERATOR, METHOD_TAG, URL_TAG
from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node, in_root

# in an access log format: part of `%REQ(:PATH)%`, `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%`,
# `%PATH(WQ)%`, `%REQUEST_HEADER(:PATH)%`; not of `%PROTOCOL%`
_URL_OPERATORS = (":PATH", "%PATH", "ORIGINAL-PATH", "REFERER")
# part of `%REQ(USER-AGENT)%`, `%REQ(X-REQUEST-ID)%`; not of `%TRACE_ID%`
_CLIENTS_OPERATORS = ("USER-AGENT", "X-REQUEST-ID")
# part of `%REQ(:METHOD)%`, `%CEL(request.method)%`; the shipped operator is taken out before
_METHOD_OPERATORS = (":METHOD", "REQUEST.METHOD")
_TAGS: Final = (
    ((URL_TAG,), "with path and query"),
    ((*CLIENTS_TAGS, METHOD_TAG), "which a client writes"),
)
"""Tags that Envoy gives its spans, with what is wrong with them."""


def check(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Problems of spans and access logs that hold the URL, or other words of a client."""
    short = frozenset(_short_tag_providers(snapshot))
    for tags, what in _TAGS:
        # a provider's maxTagLength shortens the URL only
        yield from _spans(snapshot, tags, what, short if URL_TAG in tags else frozenset())
    for document in snapshot.kind("MeshConfig"):
        yield from _access_log(document)


def tracing(snapshot: MeshSnapshot) -> tuple[MeshObject, ...]:
    """The objects that make Envoy report spans."""
    return tuple(
        document
        for kind in ("Telemetry", "MeshConfig")
        for document in snapshot.kind(kind)
        if any(map(_is_tracer, document.spec.at("extension_providers")))
        or any(
            not entry.at("disable_span_reporting").is_true for entry in document.spec.at("tracing")
        )
    )


def _spans(
    snapshot: MeshSnapshot, tags: Sequence[str], what: str, short: frozenset[str]
) -> Iterator[IstioProblem]:
    inherited = [d for d in snapshot.kind("Telemetry") if in_root(d)]
    bare = [tag for tag in tags if not any(_covers(d, tag) for d in inherited)]
    for document in snapshot.kind("Telemetry"):
        found = [
            tag
            for tag in tags
            if any(
                _leaks(entry, tag, short, covered=tag not in bare)
                for entry in document.spec.at("tracing")
            )
        ]
        if found:
            literals = ", ".join(f"{tag}: {{literal: {{value: withheld}}}}" for tag in found)
            message = f"spans carry {', '.join(found)} {what}"
            yield problem(document, message, f"add customTags: {{{literals}}}")
    if bare:
        for document in snapshot.kind("MeshConfig"):
            yield from _tracers(document, bare, what, short)


def _covers(document: MeshObject, tag: str) -> bool:
    return any(_replaces(entry, tag) for entry in document.spec.at("tracing"))


def _short_tag_providers(snapshot: MeshSnapshot) -> Iterator[str]:
    for document in snapshot.kind("MeshConfig"):
        for entry in document.spec.at("extension_providers"):
            if any(length.text == "1" for length in entry.everywhere("max_tag_length")):
                yield entry.at("name").text


def _replaces(entry: Node, tag: str) -> bool:
    written = entry.at("custom_tags", tag)
    keeps_methods = written.at("formatter", "value").text == METHOD_OPERATOR
    return not written.at("literal").missing or (tag == METHOD_TAG and keeps_methods)


def _leaks(entry: Node, tag: str, short: frozenset[str], *, covered: bool) -> bool:
    """Whether spans of this entry hold what Envoy writes into a tag.

    A namespace's customTags replace the mesh's as a whole. Without its own it inherits them.
    """
    names = [provider.at("name").text for provider in entry.at("providers")]
    if (
        entry.at("disable_span_reporting").is_true
        or _replaces(entry, tag)
        or (names and short.issuperset(names))
    ):
        return False
    return not (covered and entry.at("custom_tags").missing)


def _tracers(
    document: MeshObject, tags: Sequence[str], what: str, short: frozenset[str]
) -> Iterator[IstioProblem]:
    for entry in document.spec.at("extension_providers"):
        name = entry.at("name").text
        if _is_tracer(entry) and name not in short:
            cure = "replace them mesh-wide by a Telemetry"
            if URL_TAG in tags:
                cure = f"set maxTagLength: 1, or {cure}"
            message = f"tracing provider `{name}` reports {', '.join(tags)} {what}"
            yield problem(document, message, cure)


def _is_tracer(provider: Node) -> bool:
    return any(
        not provider.at(kind).missing
        for kind in ("opentelemetry", "zipkin", "datadog", "skywalking")
    )


def _access_log(document: MeshObject) -> Iterator[IstioProblem]:
    formats = [document.spec.at("access_log_format"), *document.spec.everywhere("log_format")]
    if (
        not document.spec.at("access_log_file").missing
        and document.spec.at("access_log_format").missing
    ):
        yield problem(
            document,
            "the default access log holds path and query",
            "set accessLogFormat without :PATH",
        )
    texts = [str(text.value).replace(METHOD_OPERATOR, "").upper() for text in formats]
    if any(operator in text for text in texts for operator in _URL_OPERATORS):
        yield problem(
            document, "an access log format holds the URL", "remove :PATH and referer from it"
        )
    if any(operator in text for text in texts for operator in _CLIENTS_OPERATORS):
        yield problem(
            document,
            "an access log format holds what a client writes",
            "remove user-agent from it, and write %TRACE_ID% in the place of x-request-id",
        )
    if any(operator in text for text in texts for operator in _METHOD_OPERATORS):
        yield problem(
            document,
            "an access log format holds the method, and a client can send any word as one",
            "write the method as 20-mesh-config.yaml does",
        )

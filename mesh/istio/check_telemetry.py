"""Check that nothing a client writes reaches a span or an access log: it can hold an identifier."""

from collections.abc import Iterator
from typing import Final

from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node, in_root

# in an access log format: part of `%REQ(:PATH)%`, `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%`,
# `%PATH(WQ)%`, `%REQUEST_HEADER(:PATH)%`; not of `%PROTOCOL%`
_URL_OPERATORS = (":PATH", "%PATH", "ORIGINAL-PATH", "REFERER")
# part of `%REQ(USER-AGENT)%`, `%REQ(X-REQUEST-ID)%`; not of `%TRACE_ID%`
_CLIENTS_OPERATORS = ("USER-AGENT", "X-REQUEST-ID")
_URL_TAG: Final = "http.url"
_TAGS: Final = {_URL_TAG: "with path and query", "user_agent": "which a client writes"}
"""Tags that Envoy gives its spans, with what is wrong with each."""


def check(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Problems of spans and access logs that hold the URL, or other words of a client."""
    short = frozenset(_short_tag_providers(snapshot))
    for tag, what in _TAGS.items():
        # a provider's maxTagLength shortens the URL only
        yield from _spans(snapshot, tag, what, short if tag == _URL_TAG else frozenset())
    for document in snapshot.kind("MeshConfig"):
        yield from _access_log(document)


def _spans(
    snapshot: MeshSnapshot, tag: str, what: str, short: frozenset[str]
) -> Iterator[IstioProblem]:
    covered = any(
        in_root(d) and any(_replaces(entry, tag) for entry in d.spec.at("tracing"))
        for d in snapshot.kind("Telemetry")
    )
    for document in snapshot.kind("Telemetry"):
        if any(_leaks(entry, tag, short, covered=covered) for entry in document.spec.at("tracing")):
            cure = f"add customTags: {{{tag}: {{literal: {{value: withheld}}}}}}"
            yield problem(document, f"spans carry {tag} {what}", cure)
    if not covered:
        for document in snapshot.kind("MeshConfig"):
            yield from _tracers(document, tag, what, short)


def _short_tag_providers(snapshot: MeshSnapshot) -> Iterator[str]:
    for document in snapshot.kind("MeshConfig"):
        for entry in document.spec.at("extension_providers"):
            if any(length.text == "1" for length in entry.everywhere("max_tag_length")):
                yield entry.at("name").text


def _replaces(entry: Node, tag: str) -> bool:
    return not entry.at("custom_tags", tag, "literal").missing


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
    document: MeshObject, tag: str, what: str, short: frozenset[str]
) -> Iterator[IstioProblem]:
    for entry in document.spec.at("extension_providers"):
        name = entry.at("name").text
        tracer = any(
            not entry.at(kind).missing
            for kind in ("opentelemetry", "zipkin", "datadog", "skywalking")
        )
        if tracer and name not in short:
            cure = "replace the tag mesh-wide by a Telemetry"
            if tag == _URL_TAG:
                cure = f"set maxTagLength: 1, or {cure}"
            yield problem(document, f"tracing provider `{name}` reports {tag} {what}", cure)


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
    texts = [str(text.value).upper() for text in formats]
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

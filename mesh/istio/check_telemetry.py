"""Check that no URL reaches a span or an access log: its path or query can hold an identifier."""

from collections.abc import Iterator

from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node, in_root

# in an access log format: part of `%REQ(:PATH)%`, `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%`,
# `%PATH(WQ)%`, `%REQUEST_HEADER(:PATH)%`; not of `%PROTOCOL%`
_URL_OPERATORS = (":PATH", "%PATH", "ORIGINAL-PATH", "REFERER")
_URL_TAG = "http.url"


def check(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Problems of spans and access logs that hold the URL."""
    short = set(_short_tag_providers(snapshot))
    covered = any(
        in_root(d) and any(map(_replaces_url, d.spec.at("tracing")))
        for d in snapshot.kind("Telemetry")
    )
    for document in snapshot.kind("Telemetry"):
        if any(_leaks(entry, short, covered=covered) for entry in document.spec.at("tracing")):
            message = "spans carry http.url with path and query"
            yield problem(
                document, message, "add customTags: {http.url: {literal: {value: withheld}}}"
            )
    for document in snapshot.kind("MeshConfig"):
        if not covered:
            yield from _tracers(document, short)
        yield from _access_log(document)


def _short_tag_providers(snapshot: MeshSnapshot) -> Iterator[str]:
    for document in snapshot.kind("MeshConfig"):
        for entry in document.spec.at("extension_providers"):
            if any(length.text == "1" for length in entry.everywhere("max_tag_length")):
                yield entry.at("name").text


def _replaces_url(entry: Node) -> bool:
    return not entry.at("custom_tags", _URL_TAG, "literal").missing


def _leaks(entry: Node, short: set[str], *, covered: bool) -> bool:
    """Whether spans of this entry hold the URL.

    A namespace's customTags replace the mesh's as a whole. Without its own it inherits them.
    """
    names = [provider.at("name").text for provider in entry.at("providers")]
    if (
        entry.at("disable_span_reporting").is_true
        or _replaces_url(entry)
        or (names and short.issuperset(names))
    ):
        return False
    return not (covered and entry.at("custom_tags").missing)


def _tracers(document: MeshObject, short: set[str]) -> Iterator[IstioProblem]:
    for entry in document.spec.at("extension_providers"):
        name = entry.at("name").text
        tracer = any(
            not entry.at(kind).missing
            for kind in ("opentelemetry", "zipkin", "datadog", "skywalking")
        )
        if tracer and name not in short:
            message = f"tracing provider `{name}` reports http.url with path and query"
            yield problem(
                document,
                message,
                "set maxTagLength: 1, or replace the tag mesh-wide by a Telemetry",
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
    if any(operator in str(text.value).upper() for text in formats for operator in _URL_OPERATORS):
        yield problem(
            document, "an access log format holds the URL", "remove :PATH and referer from it"
        )

"""Check that nothing a client writes reaches a span, a log or a metric: it may be an identifier."""

from collections.abc import Iterator, Sequence
from typing import Final

from mesh.istio.check.view import Mesh
from mesh.istio.mesh_wide import CLIENTS_TAGS, METHOD_OPERATOR, METHOD_TAG, URL_TAG
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_LEAK = Severity.LEAK

URL = Rule("spans-hold-url", _LEAK, "path and query of each request reach the tracing back end")
CLIENTS = Rule(
    "spans-hold-client-words", _LEAK, "what a client writes reaches the tracing back end"
)
HEADERS = Rule("spans-hold-headers", _LEAK, "a header of each request reaches the tracing back end")
DEFAULT_LOG = Rule(
    "access-log-default", _LEAK, "Istio's own format holds path and query of each request"
)
LOG_URL = Rule("access-log-holds-url", _LEAK, "path and query of each request reach the log")
LOG_METHOD = Rule(
    "access-log-holds-method", _LEAK, "over HTTP/2 a client can send any word as a method"
)
LOG_CLIENTS = Rule("access-log-holds-client-words", _LEAK, "what a client writes reaches the log")
METRICS = Rule("metrics-hold-url", _LEAK, "path or headers of each request reach the metrics")
NO_PROVIDERS = Rule(
    "telemetry-ignored",
    _LEAK,
    "Istio ignores a Telemetry without providers, and with it what it withholds",
)

RULES = (
    URL,
    CLIENTS,
    HEADERS,
    DEFAULT_LOG,
    LOG_URL,
    LOG_METHOD,
    LOG_CLIENTS,
    METRICS,
    NO_PROVIDERS,
)

# in an access log format: part of `%REQ(:PATH)%`, `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%`,
# `%PATH(WQ)%`, `%REQUEST_HEADER(:PATH)%`; not of `%PROTOCOL%`
_URL_OPERATORS: Final = (":PATH", "%PATH", "ORIGINAL-PATH", "REFERER")
# part of `%REQ(USER-AGENT)%`, `%REQ(X-REQUEST-ID)%`; not of `%TRACE_ID%`
_CLIENTS_OPERATORS: Final = ("USER-AGENT", "X-REQUEST-ID")
# part of `%REQ(:METHOD)%`, `%CEL(request.method)%`; the shipped operator is taken out before
_METHOD_OPERATORS: Final = (":METHOD", "REQUEST.METHOD")
_TAGS: Final = (((URL_TAG,), URL), ((*CLIENTS_TAGS, METHOD_TAG), CLIENTS))
"""Tags that Envoy gives its spans, with what is wrong with them."""
# in a CEL expression of a metric's tag
_REQUEST_WORDS: Final = ("request.path", "request.url_path", "request.headers", "request.query",
                         "request.referer", "request.useragent")  # fmt: skip
_LOG_FORMATS: Final = ("envoy_file_access_log", "envoy_http_als", "envoy_tcp_als", "envoy_otel_als")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of spans, access logs and metrics that hold the URL, or other words of a client."""
    short = frozenset(_short_tag_providers(mesh))
    for tags, rule in _TAGS:
        # a provider's maxTagLength shortens the URL only
        yield from _spans(mesh, tags, rule, short if URL_TAG in tags else frozenset())
    for document in mesh.kind("MeshConfig"):
        yield from _access_log(document)
        for tag in document.spec.at("default_config", "tracing").everywhere("header"):
            yield from _header(document, tag)
    for document in mesh.kind("Telemetry"):
        for entry in document.spec.at("tracing"):
            for tag in entry.at("custom_tags").everywhere("header"):
                yield from _header(document, tag)
            if entry.at("providers").value == []:
                message = "its list of providers is empty"
                at, cure = entry.at("providers"), "name a provider, or leave the list out"
                yield problem(NO_PROVIDERS, document, at, message, cure)
        yield from _metrics(document)


def tracing(mesh: Mesh) -> tuple[MeshObject, ...]:
    """The objects that make Envoy report spans."""
    return tuple(
        document
        for kind in ("Telemetry", "MeshConfig")
        for document in mesh.kind(kind)
        if any(map(_is_tracer, document.spec.at("extension_providers")))
        or any(
            not entry.at("disable_span_reporting").is_true for entry in document.spec.at("tracing")
        )
    )


def _header(document: MeshObject, tag: Node) -> Iterator[IstioProblem]:
    message = f"a tag of spans copies header {tag.at('name').text}"
    cure = "remove the tag, unless no client can write that header"
    yield problem(HEADERS, document, tag, message, cure)


def _metrics(document: MeshObject) -> Iterator[IstioProblem]:
    for override in document.spec.at("metrics").everywhere("tag_overrides"):
        for name, tag in override.items():
            value = tag.at("value")
            if any(word in value.text for word in _REQUEST_WORDS):
                message = f"tag `{name}` is {value.text}"
                yield problem(METRICS, document, value, message, "set operation: REMOVE")


def _spans(
    mesh: Mesh, tags: Sequence[str], rule: Rule, short: frozenset[str]
) -> Iterator[IstioProblem]:
    inherited = [d for d in mesh.kind("Telemetry") if mesh.in_root(d)]
    bare = [tag for tag in tags if not any(_covers(d, tag) for d in inherited)]
    for document in mesh.kind("Telemetry"):
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
            message = f"spans carry {', '.join(found)}"
            cure = f"add customTags: {{{literals}}}"
            yield problem(rule, document, document.spec.at("tracing"), message, cure)
    if bare:
        for document in mesh.kind("MeshConfig"):
            yield from _tracers(document, bare, rule, short)


def _covers(document: MeshObject, tag: str) -> bool:
    return any(_replaces(entry, tag) for entry in document.spec.at("tracing"))


def _short_tag_providers(mesh: Mesh) -> Iterator[str]:
    for document in mesh.kind("MeshConfig"):
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
    document: MeshObject, tags: Sequence[str], rule: Rule, short: frozenset[str]
) -> Iterator[IstioProblem]:
    for entry in document.spec.at("extension_providers"):
        name = entry.at("name").text
        if _is_tracer(entry) and name not in short:
            cure = "replace them mesh-wide by a Telemetry"
            if URL_TAG in tags:
                cure = f"set maxTagLength: 1, or {cure}"
            message = f"tracing provider `{name}` reports {', '.join(tags)}"
            yield problem(rule, document, entry, message, cure)


def _is_tracer(provider: Node) -> bool:
    return any(
        not provider.at(kind).missing
        for kind in ("opentelemetry", "zipkin", "datadog", "skywalking")
    )


def _access_log(document: MeshObject) -> Iterator[IstioProblem]:
    own, file = document.spec.at("access_log_format"), document.spec.at("access_log_file")
    if not file.missing and own.missing:
        message = "accessLogFile is set, and accessLogFormat is not"
        yield problem(DEFAULT_LOG, document, file, message, "set accessLogFormat without :PATH")
    for entry in document.spec.at("extension_providers"):
        for kind in _LOG_FORMATS:
            log = entry.at(kind)
            if not log.missing and log.at("log_format").missing:
                message = f"provider `{entry.at('name').text}` has no logFormat"
                yield problem(DEFAULT_LOG, document, log, message, "set one without :PATH")
    for each in (own, *document.spec.everywhere("log_format")):
        yield from _log_format(document, each)


def _log_format(document: MeshObject, each: Node) -> Iterator[IstioProblem]:
    text = str(each.value).replace(METHOD_OPERATOR, "").upper()
    if any(operator in text for operator in _URL_OPERATORS):
        cure = "remove :PATH and referer from it"
        yield problem(LOG_URL, document, each, "an access log format holds the URL", cure)
    if any(operator in text for operator in _CLIENTS_OPERATORS):
        message = "an access log format holds user-agent or x-request-id"
        cure = "remove user-agent, and write %TRACE_ID% in the place of x-request-id"
        yield problem(LOG_CLIENTS, document, each, message, cure)
    if any(operator in text for operator in _METHOD_OPERATORS):
        message = "an access log format holds the method"
        cure = "write the method as `phiguard istio render` does"
        yield problem(LOG_METHOD, document, each, message, cure)

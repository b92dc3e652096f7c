"""Forged senders and receivers: another edge than the one that the message takes."""

from typing import Final

from e2e.bypass.targets import AMBIGUOUS, BAD_PATH
from e2e.bypass.technique import Sent, Technique, Value, head, http2, post
from extauthz.demo.topology import ANALYTICS, BILLING

_XFCC: Final = f"By={BILLING.spiffe};Hash={'a' * 64};URI={ANALYTICS.spiffe}"


def _forged(*fields: str):
    return lambda value: post(value, value.text.encode(), "text/plain", *fields)


def _below(path: str, method: str = "PUT"):
    def make(value: Value) -> Sent:
        body = value.text.encode()
        fields = ("content-type: text/plain", f"content-length: {len(body)}")
        return Sent((head(value, *fields, line=f"{method} {path} HTTP/1.1") + body,), body)

    return make


def _two_hosts(value: Value) -> Sent:
    """The authority is the service's, and `host` names another one."""
    request = http2(value, [value.text.encode()], more=[("host", "open.example")])
    return Sent(request, value.text.encode())


TECHNIQUES: Final = (
    Technique(
        "forged client certificate",
        "the guard takes the sender from x-forwarded-client-cert",
        _forged(f"x-forwarded-client-cert: {_XFCC}"),
    ),
    Technique(
        "forged client certificate twice",
        "the guard takes the last element",
        _forged(f"x-forwarded-client-cert: {_XFCC}", f"x-forwarded-client-cert: {_XFCC}"),
    ),
    Technique(
        "forged service name",
        "the guard takes the sender from a header of Envoy",
        _forged(f"x-envoy-downstream-service-cluster: {ANALYTICS.name}.{ANALYTICS.namespace}"),
    ),
    Technique(
        "forged address",
        "a rule for addresses believes the header",
        _forged("x-forwarded-for: 127.0.0.1", "x-envoy-external-address: 127.0.0.1"),
    ),
    Technique(
        "forged internal request",
        "the guard skips what the mesh itself sends",
        _forged("x-envoy-internal: true", "x-envoy-decorator-operation: health"),
    ),
    Technique(
        "forged mark of the guard",
        "what was judged already is not judged again",
        _forged("x-phiguard-decision: allow", "x-phiguard-reason: NO_PHI"),
    ),
    Technique(
        "forged path before a rewrite",
        "the guard applies the rule of that path",
        _forged("x-envoy-original-path: /open/intake", "x-original-url: /open/intake"),
    ),
    Technique(
        "health check",
        "probes are not judged",
        lambda v: post(v, v.text.encode(), "text/plain", "user-agent: kube-probe/1.30"),
    ),
    Technique("open path with another method", "the rule is for PUT", _below("/open/x", "POST")),
    Technique(
        "traversal out of the open path",
        "the guard applies the rule of the open path, the receiver goes up",
        _below("/open/../intake"),
    ),
    Technique(
        "escaped traversal",
        "the guard applies the rule of the open path, the receiver goes up",
        _below("/open/%2e%2e%2fintake"),
        AMBIGUOUS,
    ),
    Technique(
        "traversal with a path parameter",
        "the receiver removes what stands behind the semicolon",
        _below("/open/..;/intake"),
        AMBIGUOUS,
    ),
    Technique(
        "traversal with a backslash",
        "the receiver takes it for a slash",
        _below("/open/..\\intake"),
    ),
    Technique("open path in capitals", "paths have no case", _below("/OPEN/x")),
    Technique("open path in the query", "a rule looks anywhere", _below("/intake?/open/x")),
    Technique(
        "open path in the fragment",
        "a rule looks anywhere",
        _below("/intake#/open/x"),
        BAD_PATH,
        BAD_PATH,
    ),
    Technique(
        "two hosts",
        "the guard takes the authority, the receiver the host",
        _two_hosts,
    ),
)

"""Envoy's answers to what is no HTTP: they pass the response gate and so reach the client.

Envoy closes the connection right after its answer to a request that it cannot parse. An ext_proc
filter that waits for the guard then holds an answer that nobody will send: the client gets nothing
(seen with Envoy 1.36, 1.38 and 1.40). So the filter is skipped where Envoy itself gave the answer
for that reason.

The reason is `response.code_details`. Envoy writes it, never a client or an application: the
answers of applications have `via_upstream`. Everything that is not known to be such an answer is
judged: other answers of Envoy's, other details, and an expression that cannot be evaluated.

- `http1.…`: the codec of HTTP/1 refused the request.
- `low_version`: the request has version 1.0.
"""

from typing import Final

from mesh.istio.manifest import Manifest, ManifestValue

_PREFIX: Final = "type.googleapis.com/"
MATCHED_FILTER: Final = "envoy.extensions.common.matching.v3.ExtensionWithMatcher"
"""Envoy's type of a filter that is skipped where a matcher says so."""


def answered_by_envoy(judging: Manifest) -> Manifest:
    """The filter `judging`, skipped for Envoy's own answers to what is no HTTP."""
    config: Manifest = {
        "@type": _PREFIX + MATCHED_FILTER,
        "extension_config": judging,
        "xds_matcher": matcher(),
    }
    return {"name": judging["name"], "typed_config": config}


def matcher() -> Manifest:
    """Skip where the expression holds. There is no `on_no_match`: all else goes to the filter."""
    predicate: Manifest = {
        "single_predicate": {
            "input": _typed("attributes", "xds.type.matcher.v3.HttpAttributesCelMatchInput"),
            "custom_match": _typed(
                "cel",
                "xds.type.matcher.v3.CelMatcher",
                expr_match={"cel_expr_parsed": {"expr": _expression()}},
            ),
        }
    }
    action = _typed("skip", "envoy.extensions.filters.common.matcher.action.v3.SkipFilter")
    return {
        "matcher_list": {"matchers": [{"predicate": predicate, "on_match": {"action": action}}]}
    }


def _typed(name: str, kind: str, **fields: ManifestValue) -> Manifest:
    return {"name": name, "typed_config": {"@type": _PREFIX + kind, **fields}}


def _expression() -> Manifest:
    """`details.startsWith("http1.") || details == "low_version"`, as the parser of CEL writes it.

    Envoy 1.38 does not take the text. Each node has a number of its own.
    """
    codec = _call(2, "startsWith", _text(3, "http1."), target=_details(4))
    version = _call(6, "_==_", _details(7), _text(9, "low_version"))
    return _call(1, "_||_", codec, version)


def _call(number: int, function: str, *args: Manifest, target: Manifest | None = None) -> Manifest:
    on: Manifest = {} if target is None else {"target": target}
    return {"id": number, "call_expr": {**on, "function": function, "args": list(args)}}


def _details(number: int) -> Manifest:
    """`response.code_details`, as two nodes."""
    response: Manifest = {"id": number + 1, "ident_expr": {"name": "response"}}
    return {"id": number, "select_expr": {"operand": response, "field": "code_details"}}


def _text(number: int, value: str) -> Manifest:
    return {"id": number, "const_expr": {"string_value": value}}

"""Check that Envoy copies no header of a request into its spans."""

from collections.abc import Iterator
from typing import Final

from mesh.istio import span_headers
from mesh.istio.check import telemetry
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

COPIES = Rule(
    "spans-copy-headers",
    Severity.LEAK,
    "a client writes these headers, and Envoy copies them into its spans",
)

RULES = (COPIES,)

_HEADERS: Final = {
    "SIDECAR_INBOUND": span_headers.INBOUND,
    "SIDECAR_OUTBOUND": span_headers.OUTBOUND,
    "GATEWAY": span_headers.INBOUND,
}
_FILES: Final = {
    "SIDECAR_INBOUND": "32-inbound-responses.yaml",
    "SIDECAR_OUTBOUND": "33-outbound-requests.yaml",
}
"""The listeners of each guarded workload. Not every mesh has a gateway that asks the guard."""


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of EnvoyFilters that ask the guard, where spans are reported.

    Without an EnvoyFilter in the snapshot, nothing is known about them.
    """
    tracing = telemetry.tracing(mesh)
    filters = mesh.kind("EnvoyFilter")
    if not tracing or not filters:
        return
    for context, headers in _HEADERS.items():
        asking = [document for document in filters if any(map(_asks, _there(document, context)))]
        for document in asking:
            removed = {each for patch in _there(document, context) for each in _removed(patch)}
            if kept := [header for header in headers if header not in removed]:
                message = f"{context}: it leaves {_all(kept)} in requests"
                cure = "take the patch of its connection manager that `istio render` writes"
                at = document.spec.at("config_patches")
                yield problem(COPIES, document, at, message, cure)
        if not asking and context in _FILES:
            message = f"no filter of {context} asks the guard, and none removes {_all(headers)}"
            cure = f"apply {_FILES[context]}"
            yield problem(COPIES, tracing[0], tracing[0].spec, message, cure)


def _all(headers: tuple[str, ...] | list[str]) -> str:
    return " and ".join(headers)


def _there(document: MeshObject, context: str) -> Iterator[Node]:
    for patch in document.spec.at("config_patches"):
        if patch.at("match", "context").text == context:
            yield patch


def _asks(patch: Node) -> bool:
    """Whether it inserts a filter for HTTP: TCP has no headers."""
    is_http = patch.at("apply_to").text != "NETWORK_FILTER"
    return is_http and any(patch.at("patch", "value").everywhere("processing_mode"))


def _removed(patch: Node) -> Iterator[str]:
    extensions = patch.at("patch", "value", "typed_config", "early_header_mutation_extensions")
    for extension in extensions:
        for mutation in extension.at("typed_config", "mutations"):
            yield mutation.at("remove").text.lower()

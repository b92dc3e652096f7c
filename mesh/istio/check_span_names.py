"""Check that no client can write the name of an inbound span."""

from collections.abc import Iterator

from mesh.istio import check_telemetry, span_names
from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshSnapshot, Node


def check(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Problems of EnvoyFilters with the guard's inbound filter, where spans are reported."""
    if not check_telemetry.tracing(snapshot):
        return
    for document in snapshot.kind("EnvoyFilter"):
        patches = list(document.spec.at("config_patches"))
        if any(map(_asks_inbound, patches)) and not any(map(_removes_the_name, patches)):
            message = f"a client names the span of its callee by {span_names.HEADER}"
            cure = "take the patch of the connection manager that `phiguard istio render` writes"
            yield problem(document, message, cure)


def _asks_inbound(patch: Node) -> bool:
    is_inbound = patch.at("match", "context").text == "SIDECAR_INBOUND"
    return is_inbound and any(patch.at("patch", "value").everywhere("processing_mode"))


def _removes_the_name(patch: Node) -> bool:
    extensions = patch.at("patch", "value", "typed_config", "early_header_mutation_extensions")
    mutations = [each for one in extensions for each in one.at("typed_config", "mutations")]
    return any(each.at("remove").text.lower() == span_names.HEADER for each in mutations)

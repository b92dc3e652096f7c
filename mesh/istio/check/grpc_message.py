"""Check that Envoy's spans hold no `grpc-message` that the guard has not read."""

from collections.abc import Iterator

from mesh.istio import grpc_message
from mesh.istio.check import telemetry
from mesh.istio.check.view import Mesh
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

UNREAD = Rule(
    "spans-hold-grpc-message",
    Severity.LEAK,
    "spans carry grpc.message of answers that the guard has refused or not read",
)

RULES = (UNREAD,)

_SEND = ("SEND", "1")  # protobuf JSON also allows the number of an enum value


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of filters that let the tag `grpc.message` hold an application's own words.

    Without an EnvoyFilter in the snapshot, nothing is known about them.
    """
    tracing = telemetry.tracing(mesh)
    filters = mesh.kind("EnvoyFilter")
    if not tracing or not filters:
        return
    reading = [document for document in filters if any(map(_reads_trailers, _values(document)))]
    for document in reading:
        if not any(map(_puts_aside, _values(document))):
            message = f"it lacks the filter `{grpc_message.FILTER_NAME}`"
            cure = "take that filter from what `phiguard istio render` writes"
            yield problem(UNREAD, document, document.spec.at("config_patches"), message, cure)
    if not reading:
        message = "no filter reads the trailers of answers"
        cure = "apply the filter for responses, or delete the attribute in the collector"
        yield problem(UNREAD, tracing[0], tracing[0].spec, message, cure)


def _values(document: MeshObject) -> Iterator[Node]:
    return (patch.at("patch", "value") for patch in document.spec.at("config_patches"))


def _reads_trailers(value: Node) -> bool:
    modes = value.everywhere("processing_mode")
    return any(mode.at("response_trailer_mode").text in _SEND for mode in modes)


def _puts_aside(value: Node) -> bool:
    config = value.at("typed_config")
    rendered = grpc_message.put_aside()["typed_config"]
    return {
        "@type": config.at("@type").value,
        "mutations": config.at("mutations").value,
    } == rendered

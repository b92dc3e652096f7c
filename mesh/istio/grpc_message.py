"""Keeps what an application writes into `grpc-message` away from Envoy's spans until it was read.

Envoy copies `grpc-status` and `grpc-message` of an answer into tags of its span when the stream
ends, and no custom tag replaces those. It takes them from the trailers as the application sent
them, also where the guard refused the answer, failed, or was not asked because the caller had gone
(seen with Envoy 1.38).

So a filter between the router and ext_proc gives the text another name as soon as it comes. The
guard, which reads it next, gives the name back, or another text (`extauthz.guard.envoy`). Nothing
else does. `grpc-status` is cut to three characters: all codes fit, and no identifier does.
"""

from typing import Final

from mesh.istio.manifest import Manifest

TYPE_URL: Final = (
    "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"
)
FILTER_NAME: Final = "phiguard.grpc_message"
MESSAGE: Final = "grpc-message"
ASIDE: Final = "x-phiguard-grpc-message"
"""The name of `grpc-message` between the application's answer and the guard's."""


def put_aside() -> Manifest:
    """The filter. It belongs between ext_proc and the router: a response passes it first."""
    mutations: Manifest = {
        "response_mutations": _mutations("RESP"),
        "response_trailers_mutations": _mutations("TRAILER"),
    }
    config: Manifest = {"@type": TYPE_URL, "mutations": mutations}
    return {"name": FILTER_NAME, "typed_config": config}


def _mutations(operator: str) -> list[Manifest]:
    """In their order. A field that is absent stays absent.

    Args:
        operator: the command of Envoy's formatter that reads a header or a trailer.
    """
    return [
        _append("grpc-status", f"%{operator}(grpc-status):3%", "OVERWRITE_IF_EXISTS"),
        _append(ASIDE, f"%{operator}({MESSAGE})%", "OVERWRITE_IF_EXISTS_OR_ADD"),
        {"remove": MESSAGE},
    ]


def _append(name: str, value: str, action: str) -> Manifest:
    return {"append": {"header": {"key": name, "value": value}, "append_action": action}}

"""Applies an EnvoyFilter's patches to the network filters of a TCP chain as istiod does.

It knows only the operations that `mesh.istio.mllp` uses. Source: Istio's reference of
`networking.istio.io/v1alpha3` EnvoyFilter, and pilot/pkg/networking/core/envoyfilter.
"""

from collections.abc import Sequence

from envoy_data_plane.envoy.config.listener.v3 import Filter
from envoy_data_plane.envoy.extensions.filters.network.ext_proc.v3 import NetworkExternalProcessor

from extauthz.demo.envoy_patches import Patch
from extauthz.demo.gates import IstioObject

TYPES = (NetworkExternalProcessor,)
"""The types of configuration that a patch may hold. Their import lets betterproto2 read them."""


def patched(
    chain: Sequence[Filter], filters: Sequence[IstioObject], context: str, port: int
) -> list[Filter]:
    """Return the network filters of a chain with the patches of these EnvoyFilter objects.

    They are applied by priority; those of one object in order.

    Args:
        chain: as istiod makes it, with its proxy.
        filters: EnvoyFilter objects that select this proxy.
        context: `SIDECAR_INBOUND` or `SIDECAR_OUTBOUND`.
        port: that istiod knows the chain by. The laboratory's listener has another.

    Raises:
        KeyError: a patch uses an operation that is not known.
    """
    found = list(chain)
    for filter_ in sorted(filters, key=lambda each: int(each["spec"].get("priority", 0))):
        for patch in filter_["spec"]["configPatches"]:
            if patch["applyTo"] == "NETWORK_FILTER" and _is_for(patch, context, port):
                found = _OPERATIONS[patch["patch"]["operation"]](found, patch)
    return found


def _is_for(patch: Patch, context: str, port: int) -> bool:
    match = patch["match"]
    return bool(match["context"] == context and match["listener"].get("portNumber") == port)


def _insert_before(chain: list[Filter], patch: Patch) -> list[Filter]:
    inserted = Filter.from_dict(patch["patch"]["value"])
    names = [each.name for each in chain]
    place = names.index(_neighbour(patch))
    return [*chain[:place], inserted, *chain[place:]]


def _remove(chain: list[Filter], patch: Patch) -> list[Filter]:
    return [each for each in chain if each.name != _neighbour(patch)]


def _neighbour(patch: Patch) -> str:
    return str(patch["match"]["listener"]["filterChain"]["filter"]["name"])


_OPERATIONS = {"INSERT_BEFORE": _insert_before, "REMOVE": _remove}

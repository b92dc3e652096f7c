"""Where a sidecar asks the guard, and the objects of `phiguard istio render` that make it ask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any, Final

from extauthz.demo.shipped import providers
from extauthz.demo.topology import HL7_PORT, INSTALLATION
from mesh.istio import guarded, mllp
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest


class Gates(Flag):
    """Which of the guard's gates a sidecar has.

    A sidecar for long bodies and streams has the last two, and none of the others for HTTP.
    """

    NONE = 0
    SENT_REQUESTS = auto()
    RECEIVED_REQUESTS = auto()
    RESPONSES = auto()
    SENT_MLLP = auto()
    RECEIVED_MLLP = auto()
    MLLP = SENT_MLLP | RECEIVED_MLLP
    ALL = SENT_REQUESTS | RECEIVED_REQUESTS | RESPONSES | MLLP
    SENT_STREAMS = auto()
    RECEIVED_STREAMS = auto()
    STREAMS = SENT_STREAMS | RECEIVED_STREAMS


IstioObject = Mapping[str, Any]
"""An Istio object as an admin applies it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What istiod reads to configure one sidecar.

    Args:
        policies: AuthorizationPolicy objects with action CUSTOM.
        filters: EnvoyFilter objects.
        providers: `extensionProviders` of the mesh configuration.
    """

    policies: Sequence[IstioObject]
    filters: Sequence[IstioObject]
    providers: Sequence[IstioObject]


_PORTS: Final = (HL7_PORT,)
_FILTERS: Final[tuple[tuple[Gates, Callable[[Installation], Manifest]], ...]] = (
    (Gates.SENT_REQUESTS, guarded.outbound_requests),
    (Gates.RESPONSES, guarded.inbound_responses),
    (Gates.SENT_STREAMS, guarded.outbound_streams),
    (Gates.RECEIVED_STREAMS, guarded.inbound_streams),
    (Gates.SENT_MLLP, lambda installation: mllp.outbound(installation, _PORTS)),
    (Gates.RECEIVED_MLLP, lambda installation: mllp.inbound(installation, _PORTS)),
)


def applied(gates: Gates, more: Sequence[IstioObject] = ()) -> Applied:
    """Return the shipped objects that switch `gates` on.

    The AuthorizationPolicy holds for a whole namespace, so it is there for a sidecar of streams
    too; the EnvoyFilter of streams takes its filter out again.

    Args:
        gates: where the sidecar asks the guard.
        more: further EnvoyFilter objects.
    """
    checks = gates & (Gates.RECEIVED_REQUESTS | Gates.RECEIVED_STREAMS)
    filters = [make(INSTALLATION) for gate, make in _FILTERS if gate in gates]
    return Applied([guarded.inbound_requests()] if checks else [], [*more, *filters], providers())

"""One thing that is known about a cell, who says it, and when."""

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """What kind of evidence it is, weakest first.

    DECLARED: objects of Istio and Kubernetes. EFFECTIVE: the proxy's own configuration.
    OBSERVED: the guard has judged messages of this proxy. PROVED: a canary was refused.
    """

    DECLARED = "declared"
    EFFECTIVE = "effective"
    OBSERVED = "observed"
    PROVED = "proved"


class Stance(StrEnum):
    """What a piece of evidence says of a cell.

    JUDGED: the guard judges each message. CLOSED: no message passes. IDLE: all was read that could
    show something, and nothing was there to see. DOWN: a message can pass unjudged, or the guard
    cannot be asked. UNKNOWN: it does not say.
    """

    JUDGED = "judged"
    CLOSED = "closed"
    IDLE = "idle"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence. It never holds a value of a message.

    Args:
        source: who says it: a file, an object, a proxy, a guard's ledger.
        at: when it was true, in Unix seconds; None when nobody says.
        text: what was found, as one clause: `ext_authz is open on failure`.
        pod: the pod it is about; empty when it is about all pods of the workload.
        object: the object to change, `EnvoyFilter clinic/phiguard-outbound-requests`; empty when
            nothing is wrong or nobody knows.
        fix: what to do, as one clause; empty when there is nothing.
        code: a stable word for machines: `failure-open`.
    """

    layer: Layer
    stance: Stance
    source: str
    at: float | None
    text: str
    pod: str = ""
    object: str = ""
    fix: str = ""
    code: str = ""

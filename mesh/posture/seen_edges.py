"""Which workload has sent to which, encrypted or not, and whether PHI was in it: by decisions.

Only the receiver's sidecar knows how a connection was encrypted, so only its decisions count here,
and only where its own certificate says who asked. A sender without a certificate has no name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mesh.message.facts import Vantage
from mesh.message.identity import is_principal
from mesh.posture.observed import NOT_TRAFFIC, time_of
from phiscan.finding import Verdict


@dataclass(frozen=True, slots=True)
class SeenEdge:
    """Decisions about messages from one workload to another, on one kind of connection.

    Args:
        source: principal of the sender; empty when it showed no certificate.
        destination: principal of the receiver.
        mutual: whether the connections were mutual TLS.
        count: number of decisions.
        with_phi: of those, about PHI.
        last: time of the newest one, in Unix seconds.
    """

    source: str
    destination: str
    mutual: bool
    count: int
    with_phi: int
    last: float


def edge_of(record: Mapping[str, Any]) -> SeenEdge | None:
    """Return what one record of a ledger shows; None where it shows no edge.

    It is total: a ledger may be of another release, or forged.
    """
    kind = record.get("kind")
    if kind not in ("decision", "summary") or record.get("vantage") != Vantage.INBOUND.value:
        return None
    count = record.get("count") if kind == "summary" else 1
    at = time_of(record.get("to" if kind == "summary" else "time"))
    source, destination = record.get("source"), record.get("destination")
    mutual = record.get("mtls")
    if record.get("reason") in NOT_TRAFFIC or not isinstance(mutual, bool):
        return None
    if at is None or type(count) is not int or count < 1:
        return None
    if not isinstance(destination, str) or not is_principal(destination):
        return None
    if record.get("caller") != destination or "asked" in record:
        return None  # anybody may have asked
    named = source if isinstance(source, str) and is_principal(source) else ""
    phi = count if record.get("verdict") == Verdict.PHI.value else 0
    return SeenEdge(named, destination, mutual, count, phi, at)


def merged(found: Iterable[SeenEdge]) -> tuple[SeenEdge, ...]:
    """One for each pair of workloads and kind of connection, sorted. The order does not matter."""
    together: dict[tuple[str, str, bool], SeenEdge] = {}
    for each in found:
        key = (each.source, each.destination, each.mutual)
        known = together.get(key)
        together[key] = (
            each
            if known is None
            else replace(
                known,
                count=known.count + each.count,
                with_phi=known.with_phi + each.with_phi,
                last=max(known.last, each.last),
            )
        )
    return tuple(together[key] for key in sorted(together))

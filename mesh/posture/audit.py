"""The posture of a whole mesh: every cell with its verdict, and what was not counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot
from mesh.posture.declared import Declared
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.inventory import Inventory, Omission, Placed
from mesh.posture.sources import CanaryOutcomes, Heartbeats, ProxyConfiguration
from mesh.posture.verdict import Freshness, State, Verdict, judge


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was collected.

    Args:
        objects: of Istio and Kubernetes. `listed` says which kinds were given whole.
        objects_at: when they were listed, the oldest one, in Unix seconds; None when nobody says.
        proxies: configurations of proxies.
        unreadable: why a pod's configuration cannot be read, by namespace and pod.
        heartbeats: of all guards; None when no ledger was given.
        canaries: None when nobody says whether there are any.
        provider: name of the guard's extension provider.
    """

    objects: MeshSnapshot
    objects_at: float | None
    proxies: Sequence[ProxyConfiguration] = ()
    unreadable: Mapping[tuple[str, str], str] = field(default_factory=dict)
    heartbeats: Heartbeats | None = None
    canaries: CanaryOutcomes | None = None
    provider: str = "phiguard"


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts of one audit.

    Args:
        at: when it was made, in Unix seconds.
        verdicts: of each cell, sorted by cell.
        omitted: what has no cell, and why.
    """

    at: float
    verdicts: tuple[Verdict, ...]
    omitted: tuple[Omission, ...]

    @property
    def counts(self) -> Counter[State]:
        """Cells by their state."""
        return Counter(each.state for each in self.verdicts)


def audit(inputs: Inputs, now: float, freshness: Freshness) -> Report:
    """Judge every cell of the mesh. It is total.

    Args:
        now: Unix seconds.
    """

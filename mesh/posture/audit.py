"""The posture of a whole mesh: every cell with its verdict, and what was not counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshSnapshot
from mesh.posture.cell import Cell
from mesh.posture.declared import Declared
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.inventory import Inventory, Omission, Placed, lets_canaries_in, trust_domain
from mesh.posture.pods import Pod
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
        doubts: why a configuration may not be the one that holds, by namespace and pod: istiod has
            sent a newer one that the proxy has not acknowledged.
        heartbeats: of all guards; None when no ledger was given.
        canaries: None when nobody says whether there are any.
        provider: name of the guard's extension provider.
    """

    objects: MeshSnapshot
    objects_at: float | None
    proxies: Sequence[ProxyConfiguration] = ()
    unreadable: Mapping[tuple[str, str], str] = field(default_factory=dict)
    doubts: Mapping[tuple[str, str], str] = field(default_factory=dict)
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
    mesh = Mesh(inputs.objects, inputs.provider)
    inventory, declared = Inventory(mesh), Declared(mesh, inputs.objects_at)
    proxies = _by_pod(inputs.proxies)
    verdicts = []
    for placed in inventory.placed:
        names = [pod.name for pod in placed.pods]
        principal = f"{trust_domain(mesh)}/ns/{placed.name.namespace}/sa/{placed.account}"
        opted_in = lets_canaries_in(mesh, placed.name.namespace)
        for cell, first in declared.of(placed):
            evidence = [first, *_effective(cell, placed, proxies, inputs)]
            if inputs.heartbeats is not None:
                evidence.append(inputs.heartbeats.evidence(cell, principal, placed.shared))
            if inputs.canaries is not None:
                evidence.append(inputs.canaries.evidence(cell, opted_in))
            verdicts.append(judge(cell, names, evidence, now, freshness))
    return Report(now, tuple(verdicts), inventory.omitted)


def _effective(
    cell: Cell,
    placed: Placed,
    proxies: Mapping[tuple[str, str], Sequence[ProxyConfiguration]],
    inputs: Inputs,
) -> Iterator[Evidence]:
    """What the proxies of a workload's pods say; nothing of a pod without its configuration."""
    for pod in placed.pods:
        key = pod.namespace, pod.name
        said = [
            replace(proxy.evidence(cell.direction, cell.port, cell.peers), pod=pod.name)
            for proxy in proxies.get(key, ())
        ]
        if len(said) == 1 and key not in inputs.unreadable and key not in inputs.doubts:
            yield _of_earlier(pod) if _is_before(said[0], pod) else said[0]
        else:
            yield from _weighed(pod, set(said), inputs)


def _weighed(pod: Pod, said: set[Evidence], inputs: Inputs) -> Iterator[Evidence]:
    """The evidence of one pod of which there are several dumps, none, or reasons for doubt."""
    key = pod.namespace, pod.name
    earlier = {each for each in said if _is_before(each, pod)}
    said = said - earlier
    stances = {each.stance for each in said}
    if Stance.DOWN in stances and len(stances) == 1:
        yield min(said, key=_time)
    elif why := inputs.unreadable.get(key):
        yield _unknown(pod.name, why, "dump-unreadable")
    elif why := inputs.doubts.get(key):
        yield _unknown(pod.name, why, "out-of-sync")
    elif len(stances) > 1:
        yield _unknown(pod.name, "two config dumps of it disagree", "dumps-disagree")
    elif said:
        yield min(said, key=_time)
    elif earlier:
        yield _of_earlier(pod)


def _is_before(evidence: Evidence, pod: Pod) -> bool:
    """Whether a dump was taken before the pod was made: a StatefulSet gives names again."""
    return evidence.at is not None and pod.made is not None and evidence.at < pod.made


def _of_earlier(pod: Pod) -> Evidence:
    why = "its config dump is of an earlier pod with its name"
    return _unknown(pod.name, why, "dump-of-earlier-pod")


def _time(evidence: Evidence) -> float:
    return -1.0 if evidence.at is None else evidence.at


def _unknown(pod: str, text: str, code: str) -> Evidence:
    fix = "collect its config dump again"
    return Evidence(
        Layer.EFFECTIVE, Stance.UNKNOWN, "config dump", None, text, pod=pod, fix=fix, code=code
    )


def _by_pod(
    proxies: Sequence[ProxyConfiguration],
) -> dict[tuple[str, str], list[ProxyConfiguration]]:
    found: dict[tuple[str, str], list[ProxyConfiguration]] = {}
    for each in proxies:
        found.setdefault((each.namespace, each.pod), []).append(each)
    return found

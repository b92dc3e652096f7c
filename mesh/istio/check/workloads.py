"""The pods of a snapshot: as they run, or as the object that makes them says."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

from mesh.istio.installation import GUARDED_LABEL
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node

_Thing = TypeVar("_Thing")
_TEMPLATES: Final = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "job_template", "spec", "template"),
    "Pod": (),
}
ISTIO_CONTAINERS: Final = frozenset({"istio-proxy", "istio-init", "istio-validation"})
"""Names of the containers that Istio puts into a pod. What has another name is an application."""
KINDS: Final = (*_TEMPLATES, "WorkloadEntry")
_MAKERS: Final = {"ReplicaSet": "Deployment", "Job": "CronJob"}
"""Who makes objects of a kind, where they have an owner."""


@dataclass(frozen=True)
class Workload:
    """Pods of one kind.

    Args:
        pod: metadata and spec of its pods; of a WorkloadEntry, the object itself.
    """

    document: MeshObject
    pod: Node
    labels: Mapping[str, str]

    @property
    def namespace(self) -> str:
        """Empty in a manifest that leaves it to `kubectl apply -n`."""
        return self.document.namespace

    @cached_property
    def annotations(self) -> Node:
        """The pod's annotations, with their keys as they are written."""
        return self.pod.at("metadata", "annotations")

    @property
    def spec(self) -> Node:
        """The pod's spec."""
        return self.pod.at("spec")

    @cached_property
    def containers(self) -> list[Node]:
        """All containers, the init containers too."""
        return [*self.spec.at("containers"), *self.spec.at("init_containers")]

    @property
    def guarded(self) -> str:
        """The value of the label that puts the filters on."""
        return self.labels.get(GUARDED_LABEL, "")

    @property
    def label(self) -> Node:
        """The place of that label."""
        return self.pod.at("metadata", "labels", GUARDED_LABEL)

    @property
    def ports(self) -> set[str]:
        """Numbers and names of the ports that its containers declare."""
        ports = [port for container in self.containers for port in container.at("ports")]
        return {port.at(key).text for port in ports for key in ("container_port", "name")} - {""}


def read(snapshot: MeshSnapshot) -> Iterator[Workload]:
    """Each workload once: not the pods of a Deployment that was given too."""
    given = {(d.kind, d.namespace, d.name) for d in snapshot.documents if d.kind in _TEMPLATES}
    seen: set[tuple[str, str, str]] = set()
    for kind, path in _TEMPLATES.items():
        for document in snapshot.kind(kind):
            owner = next(iter(document.body.at("metadata", "owner_references")), Node())
            made_by = (owner.at("kind").text, document.namespace, owner.at("name").text)
            if made_by in given or _maker(made_by) in given or made_by in seen:
                continue
            if made_by[0]:
                seen.add(made_by)
            pod = document.body.at(*path)
            yield Workload(document, pod, pod.at("metadata", "labels").labels)
    for document in snapshot.kind("WorkloadEntry"):
        yield Workload(document, document.body, document.spec.at("labels").labels)


def _maker(made_by: tuple[str, str, str]) -> tuple[str, str, str]:
    """Who made a ReplicaSet or a Job, by its name: `ehr-6d4c` is of `ehr`."""
    kind, namespace, name = made_by
    return _MAKERS.get(kind, ""), namespace, name.rpartition("-")[0]


def selects(selector: Node, labels: Mapping[str, str]) -> bool:
    """Whether a mapping of labels selects these. An empty one selects all."""
    return all(labels.get(name) == value for name, value in selector.labels.items())


_POWERS: Final = frozenset({"NET_ADMIN", "NET_RAW", "ALL", "SYS_ADMIN"})
"""Capabilities with which a container can rewrite the rules that capture a pod's traffic."""


def may_rewrite_network(container: Node) -> bool:
    """Whether a container can rewrite the rules that capture its pod's traffic."""
    context = container.at("security_context")
    added = {word.removeprefix("CAP_") for word in context.at("capabilities", "add").texts}
    return context.at("privileged").is_true or not _POWERS.isdisjoint(added)


class Labelled(Generic[_Thing]):
    """Things with labels, found by selectors without asking each of them."""

    def __init__(self, things: Iterable[tuple[Mapping[str, str], _Thing]]) -> None:
        self._all = tuple(things)
        self._by_label: dict[tuple[str, str], list[tuple[Mapping[str, str], _Thing]]]
        self._by_label = defaultdict(list)
        for labels, thing in self._all:
            for label in labels.items():
                self._by_label[label].append((labels, thing))

    def selected(self, selector: Node) -> list[_Thing]:
        """What a mapping of labels selects, in the order given. An empty one selects all."""
        wanted = selector.labels.items()
        lists = [self._by_label.get(label, ()) for label in wanted]
        fewest: Sequence[tuple[Mapping[str, str], _Thing]] = min(lists, key=len, default=self._all)
        return [thing for labels, thing in fewest if wanted <= labels.items()]


def selected_twice(
    documents: Iterable[MeshObject], *path: str
) -> Iterator[tuple[MeshObject, Node, MeshObject]]:
    """Each object that selects what another of its namespace selects: it, its selector, the other.

    Args:
        path: where the selector's labels lie in a spec.
    """
    first: dict[tuple[str, object], MeshObject] = {}
    for document in documents:
        selector = document.spec.at(*path)
        key = (document.namespace, tuple(sorted(selector.labels.items())))
        other = first.setdefault(key, document)
        if other.name != document.name and document.namespace:
            yield document, selector, other

"""Pods as they run: who made them, in which state they are, and what their sidecar captures.

What a new pod would get is of no interest here: it is the running one that carries messages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from mesh.istio.check.workloads import ISTIO_CONTAINERS, Workload, may_rewrite_network
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node
from mesh.posture.cell import WorkloadName
from mesh.posture.observed import time_of

PROXY: Final = "istio-proxy"
_CAPTURING: Final = ("istio-init", "istio-validation")
"""istio-init writes the rules; istio-validation, with the CNI plug-in, checks them. Both have the
same arguments: istio/tools/istio-iptables."""
_SIDECAR: Final = "sidecar"  # `pilot-agent proxy sidecar`; a gateway has `proxy router`
_MODE: Final = "istio.io/dataplane-mode"
_REDIRECTION: Final = "ambient.istio.io/redirection"
_ENDED: Final = ("Succeeded", "Failed")
_EVERYTHING: Final = "*"
_PROXY_ID: Final = "1337"
"""User and group of the sidecar, where the rules name no other. What they send is not captured."""
_OWN_PORTS: Final = frozenset({"15020", "15021", "15053", "15090"})
"""Ports of the sidecar itself: health, metrics and DNS. No application listens there."""


@dataclass(frozen=True)
class Pod:
    """One pod that has not ended."""

    document: MeshObject

    @property
    def name(self) -> str:
        """The pod's name."""
        return self.document.name

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return self.document.namespace

    @cached_property
    def workload(self) -> Workload:
        """The pod, as `mesh.istio.check` sees one."""
        return Workload(self.document, self.document.body, self.document.labels)

    @property
    def account(self) -> str:
        """Name of its service account."""
        return self.document.spec.at("service_account_name").text or "default"

    @cached_property
    def made(self) -> float | None:
        """When it was made, in Unix seconds; None when nobody says."""
        return time_of(self.document.body.at("metadata", "creation_timestamp").text)

    @cached_property
    def between_states(self) -> str:
        """Why nothing can be said of it now; empty when it runs and is ready."""
        status = self.document.body.at("status")
        phase = status.at("phase").text
        if not self.document.body.at("metadata", "deletion_timestamp").missing:
            return "it is ending"
        if phase != "Running":
            return f"it is {phase or 'in a state that nobody gave'}"
        ready = [c.at("status").text for c in status.at("conditions") if _is_ready(c)]
        return "" if ready == ["True"] else "it is not ready"

    @cached_property
    def has_proxy(self) -> bool:
        """Whether a sidecar runs in it."""
        return any(each.at("name").text == PROXY for each in self.workload.containers)

    @property
    def is_ambient(self) -> bool:
        """Whether ztunnel captures its traffic: Istio's CNI plug-in writes that on the pod."""
        redirected = self.workload.annotations.at(_REDIRECTION).text == "enabled"
        return redirected or self.workload.labels.get(_MODE) == "ambient"

    @cached_property
    def may_be_gateway(self) -> bool:
        """Whether its proxy is no sidecar: it captures nothing, and its arguments say none."""
        proxies = [each for each in self.workload.containers if each.at("name").text == PROXY]
        is_sidecar = any(_SIDECAR in each.at("args").texts for each in proxies)
        return bool(proxies) and self.capture is None and not is_sidecar

    @cached_property
    def applications(self) -> list[Node]:
        """Its containers without those of Istio, and with those that `kubectl debug` has added."""
        containers = [*self.workload.containers, *self.document.spec.at("ephemeral_containers")]
        return [each for each in containers if each.at("name").text not in ISTIO_CONTAINERS]

    @cached_property
    def ports(self) -> dict[str, int]:
        """Ports that its applications declare, by name; those without a name by number."""
        declared = (port for each in self.applications for port in each.at("ports"))
        found: dict[str, int] = {}
        for port in declared:
            number = port.at("container_port").number
            if number is not None:
                found[port.at("name").text or str(number)] = number
        return found

    @cached_property
    def capture(self) -> Mapping[str, str] | None:
        """Options of the rules that capture its traffic, by letter; None when it has none."""
        for each in self.workload.containers:
            if each.at("name").text in _CAPTURING:
                return _options([*each.at("command").texts, *each.at("args").texts])
        return None

    @cached_property
    def weaknesses(self) -> tuple[tuple[str, str, str], ...]:
        """What lets any traffic of it pass round the sidecar: a code, a clause and the fix."""
        return tuple(self._weaknesses())

    def _weaknesses(self) -> Iterator[tuple[str, str, str]]:
        spec = self.document.spec
        if spec.at("host_network").is_true:
            yield "host-network", "it is on the host's network", "give it a network of its own"
        if not self.has_proxy and self.is_ambient:
            yield (
                "ambient",
                "ztunnel carries what it sends and receives, and gives nothing to the guard",
                f"label its pods {_MODE}: none and give them a sidecar, or take PHI from it",
            )
        elif not self.has_proxy:
            yield "no-sidecar", "it has no sidecar", "inject one, and restart the workload"
        yield from self._as_proxy()
        for each in self.applications:
            if may_rewrite_network(each):
                name = each.at("name").text
                yield (
                    "network-capabilities",
                    f"container `{name}` may rewrite the rules that capture its traffic",
                    "drop all capabilities",
                )

    def _as_proxy(self) -> Iterator[tuple[str, str, str]]:
        """What runs as the sidecar does: the rules let its traffic out."""
        options = self.capture or {}
        for place in (self.document.spec, *self.applications):
            context = place.at("security_context")
            for field, word, letter in (("user", "runAsUser", "u"), ("group", "runAsGroup", "g")):
                said = context.at(f"run_as_{field}").text
                if said and said in _words(options.get(letter, "")) | {_PROXY_ID}:
                    code = f"{letter}id-1337"
                    yield code, f"it runs as {field} {said}", f"choose another {word}"

    def inbound_gap(self, port: int) -> str:
        """Why requests to a port come round the sidecar; empty when they do not.

        Args:
            port: 0 for any port.
        """
        options = self.capture or {}
        included, excluded = options.get("b", ""), _words(options.get("d", "")) - _OWN_PORTS
        if included != _EVERYTHING and str(port) not in _words(included):
            return f"its sidecar takes inbound port `{included}` only"
        left_out = excluded if port == 0 else excluded & {str(port)}
        return f"inbound port {', '.join(sorted(left_out))} is excluded" if left_out else ""

    def outbound_gap(self, port: int) -> str:
        """Why requests to a port elsewhere go round the sidecar; empty when they do not."""
        options = self.capture or {}
        if options.get("i", "") != _EVERYTHING:
            return f"its sidecar takes outbound addresses `{options.get('i', '')}` only"
        if options.get("x", ""):
            return f"outbound addresses {options['x']} are excluded"
        if options.get("c", ""):
            return f"interface {options['c']} is excluded"
        excluded = _words(options.get("o", ""))
        left_out = excluded if port == 0 else excluded & {str(port)}
        return f"outbound port {', '.join(sorted(left_out))} is excluded" if left_out else ""


def running(snapshot: MeshSnapshot) -> Iterator[Pod]:
    """Every pod that has not ended."""
    for document in snapshot.kind("Pod"):
        if document.body.at("status", "phase").text not in _ENDED:
            yield Pod(document)


def makers(snapshot: MeshSnapshot) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Kind and name of who made each ReplicaSet and Job, by kind, namespace and name."""
    found = {}
    for kind in ("ReplicaSet", "Job"):
        for document in snapshot.kind(kind):
            if owner := _owner(document):
                found[kind, document.namespace, document.name] = owner
    return found


def name_of(pod: Pod, makers: Mapping[tuple[str, str, str], tuple[str, str]]) -> WorkloadName:
    """The workload that a pod belongs to; the pod itself when nobody made it."""
    kind, name = _owner(pod.document) or ("Pod", pod.name)
    if kind == "Node":  # a static pod's mirror
        kind, name = "Pod", pod.name
    above = makers.get((kind, pod.namespace, name))
    if above is None and kind == "ReplicaSet":
        ending = pod.document.labels.get("pod-template-hash", "")
        if ending and name.endswith(f"-{ending}"):
            above = "Deployment", name.removesuffix(f"-{ending}")
    kind, name = above or (kind, name)
    return WorkloadName(pod.namespace, kind, name)


def _owner(document: MeshObject) -> tuple[str, str] | None:
    for owner in document.body.at("metadata", "owner_references"):
        if owner.at("kind").text and owner.at("name").text:
            return owner.at("kind").text, owner.at("name").text
    return None


def _is_ready(condition: Node) -> bool:
    return condition.at("type").text == "Ready"


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def _options(words: list[str]) -> dict[str, str]:
    """Options of one letter with their values: `-b * -d 15090`."""
    return {
        word[1]: value
        for word, value in zip(words, [*words[1:], ""], strict=False)
        if len(word) == 2 and word[0] == "-"
    }

"""What Istio's and Kubernetes' objects say of a cell: that the guard judges it, or why not.

Two things must agree. Each gate must be declared for the workload, by its own objects. And nothing
that `mesh.istio.check` knows as a mistake may stand against it.

Nothing follows from an object that is not there, unless its kind was listed whole.
"""

from collections.abc import ItemsView, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mesh.istio import check
from mesh.istio.check.filters import judges_tcp, touches
from mesh.istio.check.patches import selector as filter_selector
from mesh.istio.check.scoping import effective as sidecar_of
from mesh.istio.check.services import HTTP, protocol
from mesh.istio.check.view import Mesh
from mesh.istio.snapshot import MeshObject, Node
from mesh.message.facts import Vantage
from mesh.posture import peer_authentication
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.contradictions import Contradiction, Contradictions
from mesh.posture.destinations import Destination
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.inventory import Placed

NEEDED: Final = (
    "AuthorizationPolicy", "ClusterRole", "ClusterRoleBinding", "DestinationRule", "EnvoyFilter",
    "GRPCRoute", "Gateway", "HTTPRoute", "Namespace", "NetworkPolicy", "PeerAuthentication", "Pod",
    "Service", "ServiceEntry", "Sidecar", "TCPRoute", "TLSRoute", "VirtualService",
)  # fmt: skip
"""Kinds that must be listed whole. MeshConfig must be there too, as istiod reads it."""

_MISSED: Final = {
    "gateway-unguarded": "EnvoyFilter",
    "mtls-not-strict": "PeerAuthentication",
    "no-inbound-filter": "EnvoyFilter",
    "no-outbound-filter": "EnvoyFilter",
    "no-policy": "AuthorizationPolicy",
}
"""The kind of the object that is missed, by the code of the mistake."""
_STREAMING: Final = "streaming"
_INBOUND, _OUTBOUND, _GATEWAY = "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY"
_CLEAR_REDIRECT: Final = ("tls", "https_redirect")


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one question of a cell came to."""

    stance: Stance
    text: str
    object: str = ""
    fix: str = ""
    code: str = ""


class Declared:
    """The evidence of the objects of one mesh."""

    def __init__(self, mesh: Mesh, at: float | None) -> None:
        self._mesh = mesh
        self._at = at
        self._asked: dict[WorkloadName, bool] = {}
        self._contradictions = Contradictions(mesh, check.check(mesh.snapshot, mesh.provider))

    def of(self, placed: Placed) -> Iterator[tuple[Cell, Evidence]]:
        """Each cell of a workload with its evidence."""
        against = self._contradictions.of(placed)
        for cell in placed.cells:
            yield cell, self._evidence(cell, placed, against)

    def _evidence(self, cell: Cell, placed: Placed, against: list[Contradiction]) -> Evidence:
        findings = [*self._of_pods(cell, placed), *_against(cell, against)]
        if not any(each.stance is Stance.DOWN for each in findings):
            findings += self._gates(cell, placed)
        wrong = [each for each in findings if each.stance is Stance.DOWN and self._is_seen(each)]
        unknown = [each for each in findings if each.stance is Stance.UNKNOWN]
        # a mistake that is seen stays one, whatever else was not given
        lead = [*wrong, *self._unlisted, *unknown, *findings][0]
        return Evidence(
            Layer.DECLARED, lead.stance, "objects of the mesh", self._at, lead.text,
            object=lead.object, fix=lead.fix, code=lead.code,
        )  # fmt: skip

    def _is_seen(self, finding: _Finding) -> bool:
        """Whether a mistake is seen, and is not the lack of an object that may be there."""
        kind = _MISSED.get(finding.code)
        return kind is None or bool(finding.object) or kind in self._mesh.snapshot.listed

    @cached_property
    def _unlisted(self) -> list[_Finding]:
        listed = self._mesh.snapshot.listed
        missing = [kind for kind in NEEDED if kind not in listed]
        if not any(document.in_force for document in self._mesh.kind("MeshConfig")):
            missing.append("MeshConfig")
        return (
            [
                _Finding(
                    Stance.UNKNOWN,
                    f"{', '.join(missing)}: not listed, so something may be declared otherwise",
                    fix="collect every kind",
                    code="kind-not-listed",
                )
            ]
            if missing
            else []
        )

    def _of_pods(self, cell: Cell, placed: Placed) -> Iterator[_Finding]:
        """What the pods themselves say: that traffic passes through a sidecar that runs."""
        for pod in placed.pods:
            title = f"Pod {pod.namespace}/{pod.name}"
            if not placed.is_gateway:
                for code, text, fix in pod.weaknesses:
                    yield _Finding(Stance.DOWN, text, title, fix, code)
                inbound = cell.direction is Vantage.INBOUND
                gap = (
                    "" if not pod.has_proxy or pod.capture is None
                    else pod.inbound_gap(cell.port) if inbound
                    else pod.outbound_gap(cell.port)
                )  # fmt: skip
                if gap:
                    fix = "remove the annotation or the mesh's setting, and restart the workload"
                    code = f"{'inbound' if inbound else 'outbound'}-excluded"
                    yield _Finding(Stance.DOWN, gap, title, fix, code)
                elif pod.has_proxy and pod.capture is None:
                    text = "nothing in it says what its sidecar captures"
                    yield _Finding(Stance.UNKNOWN, text, title, code="capture-unknown")
            if pod.between_states:
                fix = "wait until it runs"
                yield _Finding(Stance.UNKNOWN, pod.between_states, title, fix, "between-states")

    def _gates(self, cell: Cell, placed: Placed) -> Iterator[_Finding]:
        if cell.peers is PeerClass.PLAINTEXT:
            yield (
                self._plaintext_at_gateway(cell, placed)
                if placed.is_gateway
                else self._plaintext(cell, placed)
            )
        elif cell.direction is Vantage.INBOUND:
            yield from self._inbound(cell, placed)
        elif cell.peers is PeerClass.OUTSIDE:
            yield self._outside(placed)
        else:
            yield from self._outbound(cell, placed)

    def _inbound(self, cell: Cell, placed: Placed) -> Iterator[_Finding]:
        labels = [pod.workload for pod in placed.pods]
        if placed.is_gateway:
            if not all(self._filters(_GATEWAY, pod.labels) for pod in labels):
                text = "no EnvoyFilter of the guard is for this gateway"
                yield _down(text, "list the gateway in the guard's values", "gateway-unguarded")
            yield _Finding(Stance.JUDGED, "the gateway's filter asks the guard")
            return
        if all(self._filters(_INBOUND, pod.labels, cell.port) for pod in labels):
            yield _Finding(Stance.JUDGED, "messages of the connection are declared to be judged")
            return
        streams = all(pod.guarded == _STREAMING for pod in labels)
        if not streams and not self._asks(placed):
            text = f"no AuthorizationPolicy asks provider `{self._mesh.provider}` for it"
            fix = "apply the guard's objects to its namespace"
            yield _down(text, fix, "no-policy")
        if not all(self._filters(_INBOUND, pod.labels) for pod in labels):
            text = "no EnvoyFilter of the guard reads its answers"
            yield _down(text, "label its pods phiguard.dev/guarded", "no-inbound-filter")
        yield from _spoken(cell, placed)
        yield _Finding(Stance.JUDGED, "requests and answers are declared to be judged")

    def _asks(self, placed: Placed) -> bool:
        """Whether an AuthorizationPolicy of the guard is for each of its pods."""
        known = self._asked.get(placed.name)
        if known is None:
            known = self._asked[placed.name] = all(
                any(self._mesh.checks(policy, pod.workload) for policy in self._mesh.policies)
                for pod in placed.pods
            )
        return known

    def _plaintext(self, cell: Cell, placed: Placed) -> _Finding:
        for pod in placed.pods:
            mode, title = peer_authentication.mode(self._mesh, pod.workload, cell.port)
            if mode != "STRICT":
                text = f"mutual TLS is {mode}: peers without a certificate come in"
                return _Finding(
                    Stance.DOWN, text, title, "set mtls.mode: STRICT", "mtls-not-strict"
                )
        return _Finding(Stance.CLOSED, "mutual TLS is STRICT")

    def _plaintext_at_gateway(self, cell: Cell, placed: Placed) -> _Finding:
        for document, server in placed.servers:
            port = server.at("port", "number").text or server.at("port").text
            if port != str(cell.port):
                continue
            plain = server.at("tls").missing or server.at(*_CLEAR_REDIRECT).is_true
            if plain and not server.at(*_CLEAR_REDIRECT).is_true:
                text = f"port {port} takes plain text"
                fix = "set tls, or tls.httpsRedirect"
                return _Finding(Stance.DOWN, text, document.title, fix, "gateway-plain-http")
        return _Finding(Stance.CLOSED, "the gateway takes TLS only, or redirects to it")

    def _outbound(self, cell: Cell, placed: Placed) -> Iterator[_Finding]:
        if not all(self._filters(_OUTBOUND, p.workload.labels) for p in placed.pods):
            text = "no EnvoyFilter of the guard reads what it sends"
            yield _down(text, "label its pods phiguard.dev/guarded", "no-outbound-filter")
        reached = placed.destinations[cell.port]
        platform = cell.peers is PeerClass.PLATFORM
        unread = list(reached.unread_of_platform if platform else reached.unread_of_mesh)
        if all(self._filters(_OUTBOUND, p.workload.labels, cell.port) for p in placed.pods):
            unread = [each for each in unread if not each.is_plain_tcp]
        if unread:
            yield _unread(unread)
        yield _Finding(Stance.JUDGED, "requests are declared to be judged before they are sent")

    def _outside(self, placed: Placed) -> _Finding:
        for pod in placed.pods:
            sidecar = sidecar_of(self._mesh, pod.workload)
            if sidecar is not None:
                mode = sidecar.spec.at("outbound_traffic_policy", "mode")
                if not mode.missing:
                    if mode.text != "REGISTRY_ONLY":
                        return _open(mode, sidecar)
                    continue
            for document in self._mesh.kind("MeshConfig"):
                mode = document.spec.at("outbound_traffic_policy", "mode")
                if document.in_force and mode.text != "REGISTRY_ONLY":
                    return _open(mode, document)
        return _Finding(Stance.CLOSED, "hosts that the mesh does not know are out of reach")

    def _filters(self, context: str, labels: Mapping[str, str], port: int | None = None) -> bool:
        """Whether one of the guard's filters is for these pods in a context.

        Args:
            port: where it has to read connections of TCP; None for HTTP on each port.
        """
        return any(
            selector <= labels.items() for selector in self._gates_by_place.get((context, port), ())
        )

    @cached_property
    def _gates_by_place(self) -> dict[tuple[str, int | None], list[ItemsView[str, str]]]:
        """The labels that the guard's filters select, by context and port."""
        found: dict[tuple[str, int | None], list[ItemsView[str, str]]] = {}
        for document in self._mesh.filters:
            selected = filter_selector(document).labels.items()
            for patch in document.spec.at("config_patches"):
                context = patch.at("match", "context").text
                port: int | None = None
                if judges_tcp(patch):
                    number = patch.at("match", "listener", "port_number").number
                    port = -1 if number is None else number
                elif not touches(patch.at("patch", "value")):
                    continue
                found.setdefault((context, port), []).append(selected)
        return found


def _spoken(cell: Cell, placed: Placed) -> Iterator[_Finding]:
    """Report a Service that says of the port that it speaks something else than HTTP."""
    for service, port in placed.served.get(cell.port, ()):
        said = protocol(port)
        if said not in HTTP or port.at("protocol").text.upper() == "UDP":
            text = f"its Service says `{said or port.at('protocol').text or 'nothing'}` of it"
            fix = "name the port http-… or grpc-…"
            yield _Finding(Stance.DOWN, text, service.title, fix, "port-not-http")


def _unread(unread: Sequence[Destination]) -> _Finding:
    named = ", ".join(f"{d.host} ({d.protocol or 'no protocol'})" for d in unread[:3])
    more = f" and {len(unread) - 3} more" if len(unread) > 3 else ""
    return _Finding(
        Stance.DOWN,
        f"what goes to {named}{more} passes unread",
        unread[0].document.title,
        "name its port http-… or grpc-…, or hide it by a Sidecar",
        "destination-not-http",
    )


def _open(mode: Node, document: MeshObject) -> _Finding:
    return _Finding(
        Stance.DOWN,
        f"outboundTrafficPolicy is {mode.text or 'ALLOW_ANY by default'}",
        document.title,
        "set mode: REGISTRY_ONLY",
        "allow-any",
    )


def _against(cell: Cell, contradictions: list[Contradiction]) -> Iterator[_Finding]:
    for each in contradictions:
        if each.concerns(cell):
            found = each.problem
            yield _Finding(Stance.DOWN, found.message, found.title, found.hint, found.rule.name)


def _down(text: str, fix: str, code: str) -> _Finding:
    return _Finding(Stance.DOWN, text, "", fix, code)

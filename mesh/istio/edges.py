"""The edges of a policy that Istio can express: who, whom and which operation, but no identifiers.

INVARIANT (never wider): what Istio cannot express exactly is left out and reported, and so stays
closed:

- targets in every namespace;
- a connection that is only TCP or only an upgrade, because Istio would open HTTP with it;
- entries and rules with conditions other than principals, namespaces and operations;
- patterns that Istio reads differently.

Istio does not see upgrades: where HTTP is open, only the guard stops a WebSocket.

Source: Istio's reference of `security.istio.io/v1` AuthorizationPolicy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from mesh.message import identity
from mesh.message.facts import Protocol
from mesh.policy.decision import Action
from mesh.policy.policy import OperationMatch, Peer, Policy, Rule

_MAX_LABEL: Final = 63  # maximal length of a Kubernetes label's value, in characters
# RFC 3986 leaves these unescaped, so Istio compares the characters that the policy wrote
_PATH_SAFE: Final = "/*-._~!$&'()+,=:@"


class _InexactError(Exception):
    """Why Istio cannot express a rule's part exactly."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The operations that an entry of `to` opens. Lists are sorted; an empty one matches anything.

    Args:
        tcp: whether plain TCP is open too.
    """

    methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    tcp: bool = False


@dataclass(frozen=True, slots=True)
class IstioEdge:
    """One connection that a rule opens.

    Args:
        account: service account of the destination; empty for all accounts of the namespace.
    """

    source: Peer
    namespace: str
    account: str = ""
    opening: Opening = Opening()


@dataclass(frozen=True, slots=True)
class IstioEdges:
    """What Istio can express of a policy, and a line with the reason for each other part."""

    said: frozenset[IstioEdge]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """How pods are identified.

    Args:
        label: key of a pod label whose value is the pod's service account. AuthorizationPolicy
            selects pods by labels only.
        trust_domain: the mesh's trust domain. A destination in another one is not in this mesh.
    """

    label: str
    trust_domain: str = "cluster.local"


def edges(policy: Policy, naming: Naming) -> IstioEdges:
    """The edges of the rules that hold on the policy's day."""
    said: set[IstioEdge] = set()
    left_out: dict[str, None] = {}
    if policy.default_action is Action.ALLOW:
        left_out["defaultAction ALLOW: edges that no rule names stay closed in the mesh"] = None
    for rule in policy.in_force:
        for target in rule.targets:
            if target.peer.hosts:
                # a destination outside the mesh: these objects stand at receivers, and close no
                # outgoing connection
                continue
            try:
                _check(rule, target.peer)
                opening = _opening(target.operation)
                places = list(_places(target.peer, naming))
            except _InexactError as reason:
                left_out[f"rule `{rule.name}`: {reason}"] = None
                continue
            said.update(
                IstioEdge(_sorted(peer), *place, opening)
                for place in places
                for peer in rule.sources
            )
    return IstioEdges(frozenset(said), tuple(left_out))


def _check(rule: Rule, target: Peer) -> None:
    """Raise for a rule with conditions that Istio would drop: without them it would be wider."""
    if any(peer != Peer(peer.principals, peer.namespaces) for peer in (*rule.sources, target)):
        raise _InexactError("an entry lists more than principals and namespaces")
    if rule.claims or rule.headers:
        raise _InexactError(
            f"only the guard can check its {'claims' if rule.claims else 'headers'}"
        )


def _opening(operation: OperationMatch) -> Opening:
    protocols = set(operation.protocols)
    if Protocol.HTTP not in protocols:
        raise _InexactError(f"Istio cannot open {' and '.join(sorted(protocols))} without HTTP")
    if escaped := [path for path in operation.paths if quote(path, safe=_PATH_SAFE) != path]:
        raise _InexactError(f"Istio compares path `{escaped[0]}` before it is decoded")
    if suffixes := [host for host in operation.hosts if len(host) > 1 and host.startswith("*")]:
        raise _InexactError(f"Istio compares host `{suffixes[0]}` together with its port")
    needs_http = operation.methods or operation.paths or operation.hosts
    return Opening(
        methods=tuple(sorted(operation.methods)),
        paths=tuple(sorted(operation.paths)),
        hosts=tuple(sorted(operation.hosts)),
        ports=tuple(sorted(operation.ports)),
        tcp=Protocol.TCP in protocols and not needs_http,
    )


def _places(peer: Peer, naming: Naming) -> Iterator[tuple[str, str]]:
    """Namespace and account of every destination that the entry names."""
    if not peer.principals:
        for namespace in peer.namespaces or ("*",):
            if namespace.endswith("*"):
                raise _InexactError(
                    f"namespace `{namespace}` is a pattern, and an object belongs to one namespace"
                )
            yield namespace, ""
    for principal in peer.principals:
        namespace, account = _place(principal, naming)
        if not peer.namespaces or any(
            identity.matches(pattern, namespace) for pattern in peer.namespaces
        ):
            yield namespace, account


def _place(principal: str, naming: Naming) -> tuple[str, str]:
    domain, _, rest = principal.partition("/ns/")
    namespace, _, account = rest.partition("/sa/")
    if domain != naming.trust_domain:
        raise _InexactError(f"`{principal}` is not in trust domain `{naming.trust_domain}`")
    if identity.is_principal(principal) and len(account) <= _MAX_LABEL:
        return namespace, account
    whole = namespace.removesuffix("/*")
    if account in {"*", ""} and "*" not in whole and whole + account != namespace:
        return whole, ""
    raise _InexactError(f"`{principal}` is neither one account nor one whole namespace")


def _sorted(peer: Peer) -> Peer:
    return Peer(tuple(sorted(peer.principals)), tuple(sorted(peer.namespaces)))

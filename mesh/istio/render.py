"""All objects of an installation as YAML files, in a folder for each step of the installation.

- `guard/`: the guard.
- `mesh/`: what holds for the whole mesh.
- `namespace/`: what switches the guard on in one namespace. These objects name no namespace.
- `namespaces/NAME/`: the same for each namespace that the values name.
- `mllp/`: what switches it on at port 2575, for HL7 over MLLP, in one namespace.
- `admission/`: what lets the API server refuse wrong policy objects, in `guard/` where the values
  choose it.
- `gateway/`: what switches it on at a gateway with the label `istio: ingressgateway`.
- `gateways/NAME/`: what switches it on at the gateways that they name.

Within a folder, the files' names sort in the order in which they are applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from mesh.istio import guarded, mesh_wide, mllp
from mesh.istio.authorization import UnknownFormError, read, render
from mesh.istio.edges import Naming, edges
from mesh.istio.install import admission, canary, echo, guard, monitoring, rbac, scaling, walls
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest, to_yaml
from mesh.policy.policy import Policy

HEADER = (
    "# Rendered by `phiguard istio render`. Do not edit: change its arguments and render again.\n"
)


_APPLY = "kubectl apply -f"
_IN_NAMESPACE = "kubectl apply -n NAMESPACE -f"
_MLLP = "HL7 over MLLP: network ext_proc."
_AT_A_GATEWAY = "Requests and answers at a gateway: ext_proc."

EDGES_FILE = "edges/40-edges.yaml"
"""The file with a policy's edges.

It comes last: apply it when the records show that no edge is missing.
"""


@dataclass(frozen=True, slots=True)
class _File:
    """One file: its name, its purpose, the command that applies it, and its objects."""

    name: str
    purpose: str
    command: str
    manifests: tuple[Manifest, ...]

    @property
    def text(self) -> str:
        return f"{HEADER}# {self.purpose}\n# {self.command} {self.name}\n{to_yaml(self.manifests)}"


def files(installation: Installation) -> dict[str, str]:
    """File name to text, in apply order."""
    return {file.name: file.text for file in _files(installation)}


def objects(installation: Installation) -> list[Manifest]:
    """Every object that the values ask for, in apply order, without namespaces.

    Those of `namespace/`, `mllp/` and `gateway/` are left out: they belong to no namespace yet. So
    are those of `admission/`, unless they are chosen.
    """
    parts = (
        *_guard(installation),
        *_mesh(installation),
        *_named(installation),
        *_gateways(installation),
    )
    found = (each for file in parts for each in file.manifests)
    return [each for each in found if each["kind"] != "Namespace"]


def _files(installation: Installation) -> tuple[_File, ...]:
    return (
        *_guard(installation),
        *_mesh(installation),
        _any_gateway(installation),
        _File("mllp/36-mllp.yaml", _MLLP, _IN_NAMESPACE, _any_hl7(installation)),
        _admission(installation, "admission"),
        *_guarded(installation, "namespace", ""),
        *_named(installation),
        *_gateways(installation),
    )


def _gateways(installation: Installation) -> tuple[_File, ...]:
    found = []
    for each in installation.values.guarded_gateways:
        namespace, _, label = each.partition("/")
        key, _, value = label.partition("=")
        name = f"gateways/{namespace}/35-{value}.yaml"
        judged = _placed(guarded.gateway(installation, key, value), namespace)
        found.append(_File(name, _AT_A_GATEWAY, _APPLY, (judged,)))
    return tuple(found)


def _admission(installation: Installation, folder: str) -> _File:
    purpose = "What the API server refuses of policy objects."
    manifests = tuple(admission.admission(installation))
    return _File(f"{folder}/16-admission.yaml", purpose, _APPLY, manifests)


def _any_gateway(installation: Installation) -> _File:
    """The object of a gateway with the label of Istio's own chart, in no namespace yet."""
    judged = guarded.gateway(installation, "istio", "ingressgateway")
    return _File("gateway/35-gateway.yaml", _AT_A_GATEWAY, _IN_NAMESPACE, (judged,))


def _named(installation: Installation) -> tuple[_File, ...]:
    ports, found = installation.values.mllp.ports, list[_File]()
    for name in installation.values.guarded_namespaces:
        found += _guarded(installation, f"namespaces/{name}", name)
        if ports:
            judged = _hl7(installation, ports, name)
            found.append(_File(f"namespaces/{name}/36-mllp.yaml", _MLLP, _APPLY, judged))
    return tuple(found)


def _any_hl7(installation: Installation) -> tuple[Manifest, ...]:
    """The objects of the chosen ports, else of the registered one, in no namespace yet."""
    return _hl7(installation, installation.values.mllp.ports or (mllp.PORT,), "")


def _hl7(installation: Installation, ports: Sequence[int], namespace: str) -> tuple[Manifest, ...]:
    return tuple(_placed(each, namespace) for each in mllp.objects(installation, ports))


def policy_edges(policy: Policy, naming: Naming) -> tuple[str, tuple[str, ...]]:
    """The text of `EDGES_FILE`, and a line for each part of the policy that Istio cannot express.

    Raises:
        UnknownFormError: the text does not read back as the same edges. That is a defect of
        phiguard.
    """
    found = edges(policy, naming)
    objects = render(found.said, policy, naming)
    if read(objects, naming) != found.said:
        raise UnknownFormError(
            "the objects do not say the policy's edges; report this with the policy"
        )
    revision = f"policy {policy.name}, revision {policy.digest[:12]}"
    purpose = f"The edges of {revision}: who may connect to whom."
    return _File(EDGES_FILE, purpose, _APPLY, tuple(objects)).text, found.left_out


def _guard(installation: Installation) -> tuple[_File, ...]:
    """What is there by the values; a file without an object is left out."""
    pods = (
        guard.service_account(installation),
        guard.service(installation),
        guard.workload(installation),
        guard.disruption_budget(installation),
        *scaling.autoscaler(installation),
        *monitoring.service_monitor(installation),
    )
    walled = (
        walls.network_policy(installation),
        mesh_wide.strict_mtls(installation.namespace),
    )
    found = (
        _File(
            "guard/10-namespace.yaml",
            "The guard's namespace.",
            _APPLY,
            (guard.namespace(installation),),
        ),
        # `create`, because a second `apply` would replace an enforcing policy with the starter
        # policy
        _File(
            "guard/11-policy.yaml",
            "The policy that the guard starts with.",
            "kubectl create -f",
            tuple(guard.policy(installation)),
        ),
        _File("guard/12-walls.yaml", "Who reaches the guard, and what it reaches.", _APPLY, walled),
        _File(
            "guard/13-priority.yaml",
            "Which pods go first when a node is full.",
            _APPLY,
            tuple(scaling.priority_class(installation)),
        ),
        _File(
            "guard/13-roles.yaml",
            "What the guard may do in the cluster.",
            _APPLY,
            tuple(rbac.roles(installation)),
        ),
        _File("guard/14-guard.yaml", "The guard.", _APPLY, pods),
        _File(
            "guard/15-canary.yaml",
            "The probe, whose canaries the guard must refuse.",
            _APPLY,
            tuple(canary.probe(installation)),
        ),
        _File(
            "guard/17-echo.yaml",
            "The echo, whose answers the guard must refuse or mask.",
            _APPLY,
            tuple(echo.echo(installation)),
        ),
        *([_admission(installation, "guard")] if installation.values.admission.enabled else []),
    )
    return tuple(file for file in found if file.manifests)


def _mesh(installation: Installation) -> tuple[_File, ...]:
    chosen = installation.values.mesh
    mtls = (mesh_wide.strict_mtls(installation.root_namespace),) if chosen.strict_mtls else ()
    spans = (mesh_wide.telemetry(installation),) if chosen.telemetry else ()
    found = (
        _File(
            "mesh/21-telemetry.yaml",
            "Mesh-wide tracing whose spans hold nothing that a client writes.",
            _APPLY,
            spans,
        ),
        _File("mesh/22-mesh-mtls.yaml", "Mutual TLS for every workload of the mesh.", _APPLY, mtls),
    )
    return tuple(file for file in found if file.manifests)


def _guarded(installation: Installation, folder: str, namespace: str) -> tuple[_File, ...]:
    """Files of one namespace; with an empty name, of any."""
    command = _APPLY if namespace else _IN_NAMESPACE

    def file(name: str, purpose: str, *found: Manifest) -> _File:
        placed = tuple(_placed(each, namespace) for each in found)
        return _File(f"{folder}/{name}", purpose, command, placed)

    return (
        file("30-mtls.yaml", "Mutual TLS in one guarded namespace.", mesh_wide.strict_mtls()),
        file(
            "31-inbound-requests.yaml",
            "Requests at their receiver: ext_authz.",
            guarded.inbound_requests(),
        ),
        file(
            "32-inbound-responses.yaml",
            "Responses at the workload that sends them: ext_proc.",
            guarded.inbound_responses(installation),
        ),
        file(
            "33-outbound-requests.yaml",
            "Requests at their sender: ext_proc.",
            guarded.outbound_requests(installation),
        ),
        file(
            "34-streams.yaml",
            "Workloads with long bodies or streams: ext_proc, as a stream.",
            guarded.inbound_streams(installation),
            guarded.outbound_streams(installation),
        ),
    )


def _placed(given: Manifest, namespace: str) -> Manifest:
    """Return the object, in a namespace if one is named."""
    if not namespace:
        return given
    metadata = cast(Manifest, given["metadata"])
    return {**given, "metadata": {**metadata, "namespace": namespace}}

"""All objects of an installation as YAML files, named in the order in which they are applied."""

from dataclasses import dataclass

from mesh.istio import guard, guarded, mesh_wide
from mesh.istio.authorization import UnknownFormError, read, render
from mesh.istio.edges import Naming, edges
from mesh.istio.installation import ROOT_NAMESPACE, Installation
from mesh.istio.manifest import Manifest, to_yaml
from mesh.policy.policy import Policy

_HEADER = (
    "# Rendered by `phiguard istio render`. Do not edit: change its arguments and render again.\n"
)


_APPLY = "kubectl apply -f"

EDGES_FILE = "40-edges.yaml"
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
        return f"{_HEADER}# {self.purpose}\n# {self.command} {self.name}\n{to_yaml(self.manifests)}"


def files(installation: Installation) -> dict[str, str]:
    """File name to text, in apply order."""
    parts = (*_guard(installation), *_mesh(installation), *_guarded(installation))
    return {file.name: file.text for file in parts}


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
    walls = (guard.network_policy(installation), mesh_wide.strict_mtls(installation.namespace))
    policy = (guard.policy(installation),)
    pods = tuple(guard.workload(installation))
    return (
        _File(
            "10-namespace.yaml", "The guard's namespace.", _APPLY, (guard.namespace(installation),)
        ),
        # `create`, because a second `apply` would replace an enforcing policy with the starter
        # policy
        _File(
            "11-policy.yaml", "The policy that the guard starts with.", "kubectl create -f", policy
        ),
        _File("12-walls.yaml", "Who reaches the guard, and what it reaches.", _APPLY, walls),
        _File("13-guard.yaml", "The guard.", _APPLY, pods),
    )


def _mesh(installation: Installation) -> tuple[_File, ...]:
    helm = f"helm upgrade istiod istio/istiod -n {ROOT_NAMESPACE} --reuse-values -f"
    config = (mesh_wide.mesh_config(installation),)
    mtls = (mesh_wide.strict_mtls(ROOT_NAMESPACE),)
    return (
        _File(
            "20-mesh-config.yaml",
            "Values for the istiod chart; not a Kubernetes object.",
            helm,
            config,
        ),
        _File(
            "21-telemetry.yaml",
            "Mesh-wide tracing whose spans hold nothing that a client writes.",
            _APPLY,
            (mesh_wide.telemetry(),),
        ),
        _File("22-mesh-mtls.yaml", "Mutual TLS for every workload of the mesh.", _APPLY, mtls),
    )


def _guarded(installation: Installation) -> tuple[_File, ...]:
    command = "kubectl apply -n NAMESPACE -f"
    mtls = (mesh_wide.strict_mtls(),)
    requests = (guarded.inbound_requests(),)
    responses = (guarded.inbound_responses(installation),)
    outbound = (guarded.outbound_requests(installation),)
    streams = (guarded.inbound_streams(installation), guarded.outbound_streams(installation))
    return (
        _File("30-namespace-mtls.yaml", "Mutual TLS in one guarded namespace.", command, mtls),
        _File(
            "31-inbound-requests.yaml", "Requests at their receiver: ext_authz.", command, requests
        ),
        _File(
            "32-inbound-responses.yaml",
            "Responses at the workload that sends them: ext_proc.",
            command,
            responses,
        ),
        _File(
            "33-outbound-requests.yaml", "Requests at their sender: ext_proc.", command, outbound
        ),
        _File(
            "34-streams.yaml",
            "Workloads with long bodies or streams: ext_proc, as a stream.",
            command,
            streams,
        ),
    )

"""What it costs to audit a mesh of 1,000 workloads of three ports each, by its objects.

python -m bench.posture.audit [--workloads 1000] [--rounds 5] [--collect]

The mesh is what `phiguard istio render` writes, with a Deployment, a ReplicaSet, a Service and a
running pod for each workload, as a server lists them. Its guards have seen each workload, no canary
was sent, and its proxies find nothing wrong: `bench.config_dump` measures what a proxy's own
configuration costs. The figures are the medians of processor time to read the objects and to judge
all cells, as the command does both, and the most memory that the process has used.
"""

import argparse
import contextlib
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from extauthz.posture import garbage
from mesh.istio import snapshot
from mesh.istio.installation import GUARDED_LABEL, Installation
from mesh.istio.mesh_wide import mesh_config
from mesh.istio.render import files
from mesh.istio.snapshot import MeshSnapshot
from mesh.istio.values import Values
from mesh.message.facts import Vantage
from mesh.posture.audit import Inputs, Report, audit
from mesh.posture.canary.history import History
from mesh.posture.cell import PeerClass
from mesh.posture.declared import NEEDED
from mesh.posture.evidence import Evidence, Layer, Stance
from mesh.posture.observed import Sighting, Sightings
from mesh.posture.verdict import Freshness, State

SECONDS: Final = 2.0
MEBIBYTES: Final = 300
NOW: Final = 1_800_000_000.0
PER_NAMESPACE: Final = 50
PORTS: Final = (8080, 9090, 3000)
GUARD: Final = "phiguard-0"
_CAPTURE: Final = (
    "istio-iptables -p 15001 -z 15006 -u 1337 -m REDIRECT -i * -x  -b * -d 15090,15021,15020"
).split(" ")

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Agreeing:
    """A proxy in which all is well."""

    namespace: str
    pod: str

    def evidence(
        self,
        direction: Vantage,  # noqa: ARG002 - a proxy is asked for it
        port: int,  # noqa: ARG002 - as above
        peers: PeerClass,
    ) -> Evidence:
        closed = peers in (PeerClass.PLAINTEXT, PeerClass.OUTSIDE)
        stance = Stance.CLOSED if closed else Stance.JUDGED
        return Evidence(Layer.EFFECTIVE, stance, "dump", NOW, "all is well")


def objects(workloads: int) -> list[Item]:
    """Every object of the mesh, as a server lists it."""
    spaces = -(-workloads // PER_NAMESPACE)
    guarded = tuple(f"space-{number}" for number in range(spaces))
    installation = Installation("phiguard-system", "phiguard:1", Values(guarded_namespaces=guarded))
    rendered = (
        item
        for name, text in files(installation).items()
        if not name.startswith(("namespace/", "mllp/", "gateway/"))
        for item in yaml.safe_load_all(text)
        if item and "kind" in item
    )
    return [
        *rendered,
        _mesh(installation),
        *(_namespace(number) for number in range(spaces)),
        *(item for number in range(workloads) for item in _workload(number)),
    ]


def _mesh(installation: Installation) -> Item:
    config = {
        **mesh_config(installation)["meshConfig"],  # type: ignore[dict-item]  # it is a mapping
        "rootNamespace": "istio-system",
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
    }
    metadata = {"name": "istio", "namespace": "istio-system"}
    data = {"mesh": yaml.safe_dump(config)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _namespace(number: int) -> Item:
    labels = {"istio-injection": "enabled", GUARDED_LABEL: "true"}
    metadata = {"name": f"space-{number}", "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _workload(number: int) -> Iterator[Item]:
    name, space = f"app-{number}", f"space-{number // PER_NAMESPACE}"
    labels = {"app": name, GUARDED_LABEL: "true"}
    ports = [{"name": f"http-{port}", "containerPort": port} for port in PORTS]
    container = {"name": "app", "image": "app:1", "ports": ports}
    spec = {"serviceAccountName": name, "containers": [container]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    scaled = {"selector": {"matchLabels": labels}, "template": template}

    def made(kind: str, name: str, owner: Item | None = None, **rest: Item) -> Item:
        metadata = {"name": name, "namespace": space, "labels": labels}
        owners = {"ownerReferences": [owner]} if owner else {}
        version = "v1" if kind in ("Service", "Pod") else "apps/v1"
        return {"apiVersion": version, "kind": kind, "metadata": {**metadata, **owners}, **rest}

    yield made("Deployment", name, spec=scaled)
    deployment = {"kind": "Deployment", "name": name}
    yield made("ReplicaSet", f"{name}-7d9c", deployment, spec=scaled)
    served = [{"name": each["name"], "port": each["containerPort"]} for each in ports]
    yield made("Service", name, spec={"selector": {"app": name}, "ports": served})
    sidecar = {"name": "istio-proxy", "image": "proxy:1"}
    init = {"name": "istio-init", "args": _CAPTURE}
    running = {**spec, "containers": [container, sidecar], "initContainers": [init]}
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    replica_set = {"kind": "ReplicaSet", "name": f"{name}-7d9c"}
    yield made("Pod", f"{name}-7d9c-0", replica_set, spec=running, status=status)


def judged(found: MeshSnapshot) -> Report:
    """The audit of all that was collected."""
    pods = [each for each in found.kind("Pod") if each.namespace.startswith("space-")]
    sightings = [
        Sighting(
            f"cluster.local/ns/{pod.namespace}/sa/{pod.spec.at('service_account_name').text}",
            vantage,
            GUARD,
            1,
            NOW,
            mutual=NOW,
            policy="p",
        )
        for pod in pods
        for vantage in Vantage
    ]
    inputs = Inputs(
        objects=found,
        objects_at=NOW,
        proxies=[_Agreeing(pod.namespace, pod.name) for pod in pods],
        heartbeats=Sightings(sightings, NOW, 3600.0),
        canaries=History((), NOW),
    )
    return audit(inputs, NOW, Freshness())


def main() -> int:
    """Print the figures; exit code 1 when one is above its goal."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--workloads", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument(
        "--collect", action="store_true", help="let Python's collector of cycles run"
    )
    given = arguments.parse_args()
    values = objects(given.workloads)
    before = _peak()
    taken: dict[str, list[float]] = {"read": [], "judge": []}
    for _ in range(given.rounds):
        with contextlib.nullcontext() if given.collect else garbage.paused():
            begun = time.process_time()
            found = snapshot.of_values("objects", values, frozenset(NEEDED))
            read = time.process_time()
            report = judged(found)
            taken["read"].append(read - begun)
            taken["judge"].append(time.process_time() - read)
    cells, states = len(report.verdicts), report.counts
    counts = ", ".join(f"{count:,} {state}" for state, count in states.items())
    print(f"{given.workloads:,} workloads, {cells:,} cells: {counts}; processor time")
    for name, times in taken.items():
        print(f"  {name:<8}{statistics.median(times):>8.2f} s   (least {min(times):.2f})")
    both = statistics.median(map(sum, zip(*taken.values(), strict=True)))
    memory = _peak()
    held = both <= SECONDS and memory <= MEBIBYTES
    print(f"  both    {both:>8.2f} s, at most {SECONDS:.0f}")
    print(f"  memory  {memory:>8.0f} MiB at most ({before:.0f} before), of {MEBIBYTES}")
    print(f"  {'yes' if held else 'NO'}")
    return 0 if held and states[State.UP] else 1


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())

"""Check the guard's own pods: how they are reached, who they believe, and what they keep."""

from collections.abc import Iterator, Mapping
from typing import Final

from mesh.istio.check import guard_options, injection
from mesh.istio.check.view import Host, Mesh
from mesh.istio.check.workloads import Workload
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import Node

_HOLE, _REFUSAL, _ADVICE = Severity.HOLE, Severity.REFUSAL, Severity.ADVICE

NOT_INJECTED = Rule(
    "guard-not-injected", _REFUSAL, "its sidecar fetches its certificate, and there is none"
)
OTHER_REVISION = Rule(
    "guard-other-revision",
    Severity.ADVICE,
    "istio-injection of its namespace wins, so the revision that its pods name does not inject it",
)
CAPTURED = Rule(
    "guard-port-captured",
    _REFUSAL,
    "its sidecar ends the mutual TLS of each check, and the guard refuses callers that it cannot "
    "identify",
)
NO_CERTIFICATE = Rule(
    "guard-without-certificate", _REFUSAL, "it cannot start without the mesh's certificate"
)
PLAIN = Rule(
    "guard-listens-plain", _HOLE, "messages with PHI reach it in plain text, and anyone can ask"
)
ANYONE = Rule(
    "guard-trusts-anyone",
    _HOLE,
    "without --tls-ca no caller shows a certificate, and a forged check is answered",
)
OTHER_PORT = Rule(
    "guard-listens-elsewhere", _REFUSAL, "nobody listens where its Service leads, so all is refused"
)
NO_LEDGER = Rule("guard-without-ledger", _HOLE, "no decision is recorded")
LOST_LEDGER = Rule("guard-ledger-not-kept", _HOLE, "the records of decisions are gone with the pod")
ONE = Rule(
    "guard-single-replica", _REFUSAL, "while it restarts, every message of the mesh is refused"
)
LOOPBACK = Rule(
    "guard-health-on-loopback", _REFUSAL, "no probe reaches it, so its pods are never ready"
)
PROBES = Rule(
    "guard-probes-not-rewritten", _REFUSAL, "kubelet has no certificate, so its probes fail"
)
DOMAIN = Rule(
    "guard-trust-domain", _REFUSAL, "the guard knows no caller of another trust domain, and refuses"
)

RULES = (
    NOT_INJECTED, OTHER_REVISION, CAPTURED, NO_CERTIFICATE, PLAIN, ANYONE, OTHER_PORT, NO_LEDGER,
    LOST_LEDGER, ONE, LOOPBACK, PROBES, DOMAIN,
)  # fmt: skip

_CONFIG: Final = "proxy.istio.io/config"
_EXCLUDED: Final = "traffic.sidecar.istio.io/excludeInboundPorts"
_MOUNT: Final = "sidecar.istio.io/userVolumeMount"
_REWRITE: Final = "sidecar.istio.io/rewriteAppHTTPProbers"
_LOOPBACK: Final = ("127.", "localhost", "[::1]")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of the guard's pods, where its Service and its workload were given."""
    for workload in mesh.guard_workloads:
        if guard_options.command(workload).missing:
            continue
        yield from _sidecar(mesh, workload)
        yield from _listener(mesh, workload)
        yield from _ledger(workload)
        yield from _replicas(mesh, workload)
        yield from _domain(mesh, workload)


def _sidecar(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    document = workload.document
    if injection.is_injected(mesh, workload) is False:
        label = workload.pod.at("metadata", "labels", injection.INJECT)
        cure = f'label its pods {injection.INJECT}: "true"'
        yield problem(NOT_INJECTED, document, label, "the guard has no sidecar", cure)
    yield from _revision(mesh, workload)
    excluded = workload.annotations.at(_EXCLUDED)
    ports = {part.strip() for part in excluded.text.split(",")}
    given = guard_options.arguments(workload)
    for port in _own_tls(given):
        if port not in ports and "*" not in ports:
            message = f"its sidecar captures port {port}"
            wanted = ",".join(_own_tls(given))
            cure = f'annotate its pods with {_EXCLUDED}: "{wanted}"'
            yield problem(CAPTURED, document, excluded, message, cure)
    config = workload.annotations.at(_CONFIG)
    asked = "OUTPUT_CERTS" in config.text and not workload.annotations.at(_MOUNT).missing
    if "--tls-cert" in given and "/istio" in given["--tls-cert"] and not asked:
        message = "its sidecar does not write a certificate for it"
        cure = f"set OUTPUT_CERTS in {_CONFIG}, and mount the volume with {_MOUNT}"
        yield problem(NO_CERTIFICATE, document, config, message, cure)
    rewrite = workload.annotations.at(_REWRITE)
    if rewrite.is_false:
        message = "the injector leaves its probes as they are"
        yield problem(PROBES, document, rewrite, message, "remove the annotation")


def _own_tls(given: Mapping[str, str]) -> list[str]:
    """The ports at which the guard itself ends TLS."""
    if "--tls-cert" not in given:
        return []
    options = ["--listen", *([] if "--http-plaintext" in given else ["--http"])]
    return [port for each in options if (port := given.get(each, "").rpartition(":")[2])]


def _revision(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    named = workload.pod.at("metadata", "labels", injection.REVISION)
    namespace = mesh.namespaces.get(workload.namespace)
    if not named.missing and namespace is not None and injection.INJECTION in namespace.labels:
        message = f"its pods name revision {named.text}, and its namespace {injection.INJECTION}"
        cure = (
            f"kubectl label namespace {namespace.name} {injection.INJECTION}- "
            f"{injection.REVISION}={named.text}, and restart its pods"
        )
        yield problem(OTHER_REVISION, workload.document, named, message, cure)


def _listener(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    document, command = workload.document, guard_options.command(workload)
    given = guard_options.arguments(workload)
    if "--tls-cert" not in given:
        cure = "give --tls-cert, --tls-key and --tls-ca"
        yield problem(PLAIN, document, command, "it is started without TLS", cure)
    elif "--tls-ca" not in given:
        yield problem(ANYONE, document, command, "it is started without --tls-ca", "give --tls-ca")
    http = given.get("--http", "")
    if "--http-plaintext" in given and ":" in http and not http.startswith(_LOOPBACK):
        message = f"--http is {http}, with --http-plaintext"
        yield problem(PLAIN, document, command, message, "leave --http-plaintext out")
    port = given.get("--listen", "").rpartition(":")[2]
    for host in mesh.guards:
        target = _target(mesh, host, workload)
        if target and port and target != port:
            message = f"it listens on {port}, and its Service leads to {target}"
            yield problem(OTHER_PORT, document, command, message, f"set --listen=0.0.0.0:{target}")
    health = given.get("--health-listen", "")
    if health.startswith(_LOOPBACK):
        message = f"--health-listen is {health}"
        yield problem(LOOPBACK, document, command, message, "listen on 0.0.0.0")


def _target(mesh: Mesh, host: Host, workload: Workload) -> str:
    """The number of the pod's port that the guard's Service leads to; empty when unknown."""
    name, namespace = host.service
    for service in mesh.kind("Service"):
        if (service.name, service.namespace) != (name, namespace):
            continue
        for port in service.spec.at("ports"):
            if port.at("port").text != host.port:
                continue
            target = port.at("target_port").text or host.port
            if target.isdigit():
                return target
            named = [p for c in workload.containers for p in c.at("ports")]
            return next(
                (p.at("container_port").text for p in named if p.at("name").text == target), ""
            )
    return ""


def _ledger(workload: Workload) -> Iterator[IstioProblem]:
    document, command = workload.document, guard_options.command(workload)
    folder = guard_options.arguments(workload).get("--ledger", "")
    if not folder:
        yield problem(NO_LEDGER, document, command, "it keeps no ledger", "give --ledger")
        return
    mounts = {
        mount.at("mount_path").text.rstrip("/"): mount.at("name").text
        for container in workload.containers
        for mount in container.at("volume_mounts")
    }
    above = [path for path in mounts if folder == path or folder.startswith(f"{path}/")]
    volume = mounts[max(above, key=len)] if above else ""
    kept = {claim.at("metadata", "name").text for claim in _claims(workload)}
    kept |= {
        each.at("name").text
        for each in workload.spec.at("volumes")
        if each.at("empty_dir").value is None and each.at("name").text
    }
    if volume not in kept:
        message = f"--ledger is {folder}, and no lasting volume is mounted there"
        cure = "claim a volume for each replica (volumeClaimTemplates)"
        yield problem(LOST_LEDGER, document, command, message, cure)


def _claims(workload: Workload) -> Iterator[Node]:
    return iter(workload.document.spec.at("volume_claim_templates"))


def _replicas(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    document = workload.document
    replicas = document.spec.at("replicas")
    scalers = [
        each.spec.at("min_replicas")
        for each in mesh.kind("HorizontalPodAutoscaler")
        if (each.namespace, each.spec.at("scale_target_ref", "name").text)
        == (document.namespace, document.name)
    ]
    least = scalers[0] if scalers else replicas
    if document.kind in ("StatefulSet", "Deployment") and least.text in ("", "0", "1"):
        message = f"it has {least.text or '1'} replica"
        yield problem(ONE, document, replicas, message, "set replicas: 2")


def _domain(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    own = guard_options.arguments(workload).get("--trust-domain", "cluster.local")
    for config in mesh.kind("MeshConfig"):
        domain = config.spec.at("trust_domain")
        if domain.text and domain.text != own:
            command = guard_options.command(workload)
            message = f"the mesh's trust domain is {domain.text}, and the guard's {own}"
            cure = f"give --trust-domain={domain.text}"
            yield problem(DOMAIN, workload.document, command, message, cure)

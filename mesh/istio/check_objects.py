"""Check that policies fire, that mutual TLS is strict, and that the guard's port speaks HTTP/2."""

from collections.abc import Iterator

from mesh.istio.problem import IstioProblem, problem
from mesh.istio.snapshot import MeshObject, MeshSnapshot, Node, in_root

_HTTP2_NAMES = ("grpc", "http2")
_HTTP2_APP_PROTOCOLS = ("grpc", "http2", "kubernetes.io/h2c")


def check_policies(snapshot: MeshSnapshot, provider: str) -> Iterator[IstioProblem]:
    """Problems of AuthorizationPolicies that delegate to the provider."""
    for document in snapshot.kind("AuthorizationPolicy"):
        spec = document.spec
        if spec.at("action").text != "CUSTOM" or spec.at("provider", "name").text != provider:
            continue
        rules = [rule.value for rule in spec.at("rules")]
        if not rules:
            yield problem(document, "CUSTOM without rules never fires", "set rules: [{}]")
        elif {} not in rules:
            message = "CUSTOM rules leave requests out, and the sender chooses how to write a path"
            yield problem(document, message, "set rules: [{}] and exempt in the guard's policy")
        if document.annotations.at("istio.io/dry-run").is_true:
            yield problem(
                document,
                "Istio rejects istio.io/dry-run on CUSTOM",
                "set `mode: monitor` in the guard's policy",
            )


def check_mtls(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Problems of PeerAuthentications that admit messages without a principal."""
    documents = snapshot.kind("PeerAuthentication")
    inherited = any(in_root(d) and d.spec.at("mtls", "mode").text == "STRICT" for d in documents)
    for document in documents:
        mode = document.spec.at("mtls", "mode").text
        if mode != "STRICT" and not (inherited and mode in ("", "UNSET")):
            message = (
                f"mutual TLS is {mode or 'UNSET'}: peers without a certificate have no principal"
            )
            yield problem(document, message, "set mtls.mode: STRICT")
        yield from _ports(document)
        if in_root(document) and not document.spec.at("selector").missing:
            yield problem(
                document,
                "a selector in the root namespace is ignored",
                "move it to the workload's namespace",
            )


def _ports(document: MeshObject) -> Iterator[IstioProblem]:
    ports = document.spec.at("port_level_mtls").value
    for port in ports if isinstance(ports, dict) else ():
        mode = document.spec.at("port_level_mtls", port, "mode").text
        if mode not in ("STRICT", "UNSET", ""):
            yield problem(
                document,
                f"mutual TLS is {mode} on port {port}",
                "set it to STRICT or move PHI off that port",
            )


def check_services(snapshot: MeshSnapshot) -> Iterator[IstioProblem]:
    """Problems of the services of guards that a provider or an EnvoyFilter calls."""
    wanted = set(_called(snapshot))
    for document in snapshot.kind("Service"):
        for port in document.spec.at("ports"):
            number = port.at("port").text
            host = f"{document.name}.{document.namespace}.svc"
            if any(
                called.startswith(host) and number == at for called, at in wanted
            ) and not _is_http2(port):
                message = (
                    f"port {number} is not named grpc, so Envoy speaks HTTP/1.1 to the guard "
                    "and no check arrives"
                )
                yield problem(document, message, "name it `grpc` or set appProtocol: grpc")


def _is_http2(port: Node) -> bool:
    if not port.at("app_protocol").missing:
        return port.at("app_protocol").text in _HTTP2_APP_PROTOCOLS
    name = port.at("name").text
    return name.split("-")[0] in _HTTP2_NAMES and not name.startswith("grpc-web")


def _called(snapshot: MeshSnapshot) -> Iterator[tuple[str, str]]:
    """Host and port of each guard."""
    for document in snapshot.kind("MeshConfig"):
        for grpc in document.spec.everywhere("envoy_ext_authz_grpc"):
            yield grpc.at("service").text.rpartition("/")[2], grpc.at("port").text
    for document in snapshot.kind("EnvoyFilter"):
        for cluster in document.spec.everywhere("cluster_name"):
            # outbound|9000||phiguard.phiguard-system.svc.cluster.local
            parts = cluster.text.split("|")
            if len(parts) == 4:
                yield parts[3], parts[1]

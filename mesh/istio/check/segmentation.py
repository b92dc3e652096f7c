"""Check the guard's own policies against the mesh: who may read them, and what they rely on."""

from collections.abc import Iterator
from typing import Final

from mesh.istio import documents
from mesh.istio.check import guard_options
from mesh.istio.check.view import Mesh
from mesh.istio.check.workloads import Workload, selects
from mesh.istio.problem import IstioProblem, Rule, Severity, problem
from mesh.istio.snapshot import MeshObject, Node

_HOLE, _REFUSAL = Severity.HOLE, Severity.REFUSAL

NO_ROLE = Rule(
    "guard-may-not-read-policies",
    _REFUSAL,
    "it gets no policy from the cluster, and denies every message with NO_POLICY",
)
NO_STATUS = Rule(
    "guard-may-not-write-status",
    Severity.ADVICE,
    "nobody sees what became of a policy object, except in the guard's log",
)
NO_TOKEN = Rule(
    "guard-without-token",
    _REFUSAL,
    "it gets no policy from the cluster, and denies every message with NO_POLICY",
)
WALLED = Rule(
    "guard-walled-from-api",
    _REFUSAL,
    "it gets no policy from the cluster, and denies every message with NO_POLICY",
)
UNREAD = Rule(
    "policy-object-unread", _HOLE, "the guard reads files, and nothing that this object says holds"
)
CLAIMS = Rule(
    "segmentation-claims-unverified",
    _REFUSAL,
    "the guard sees no claims of any token, and a rule that asks for some never opens an edge",
)
DOMAIN = Rule(
    "segmentation-trust-domain",
    _REFUSAL,
    "no workload of the mesh has such a principal, so the rule opens nothing",
)
NO_JWT = Rule(
    "claims-without-authentication",
    _REFUSAL,
    "nobody verifies tokens there, so the condition never holds",
)

RULES = (NO_ROLE, NO_STATUS, NO_TOKEN, WALLED, UNREAD, CLAIMS, DOMAIN, NO_JWT)

_KIND: Final = "SegmentationPolicy"
_RESOURCE: Final = "segmentationpolicies"
_STATUS: Final = f"{_RESOURCE}/status"
_GROUP: Final = "phiguard.dev"
_VERBS: Final = ("get", "list", "watch")
_JWT: Final = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
_API_PORTS: Final = ("443", "6443")
_NEEDS_JWT: Final = ("request_principals", "not_request_principals")


def check(mesh: Mesh) -> Iterator[IstioProblem]:
    """Problems of policies, as objects or in ConfigMaps, and of their reader."""
    readers = [each for each in mesh.guard_workloads if _reads_objects(each)]
    for workload in readers:
        yield from _role(mesh, workload)
        yield from _token(mesh, workload)
        yield from _walls(mesh, workload)
    guards = [w for w in mesh.guard_workloads if not guard_options.command(w).missing]
    for document in mesh.kind(_KIND):
        if guards and not readers and document.namespace:
            command = guard_options.command(guards[0]).text
            message = f"{guards[0].document.title} is not started with kubernetes://{command}"
            cure = "start it with --policy=kubernetes://NAMESPACE, or put the policy into its files"
            yield problem(UNREAD, document, document.spec, message, cure)
    for document, spec in _policies(mesh):
        yield from _claims(mesh, document, spec)
        yield from _domain(mesh, document, spec)
    for document in mesh.kind("AuthorizationPolicy"):
        yield from _jwt(mesh, document)


def _reads_objects(workload: Workload) -> bool:
    policy = guard_options.arguments(workload).get("--policy", "")
    return policy.startswith("kubernetes://")


def _policies(mesh: Mesh) -> Iterator[tuple[MeshObject, Node]]:
    for document in mesh.kind(_KIND):
        yield document, document.spec
    for document in mesh.kind("ConfigMap"):
        for name, text in document.body.at("data").items():
            if _KIND not in text.text:
                continue
            try:
                found = documents.load(document.file, text.text, before=text.line)
            except documents.SnapshotError:
                continue  # `phiguard policy check` says what is wrong with it
            for value, line in found:
                yield document, Node(value, ("data", name), line if text.line else 0).at("spec")


def _account(workload: Workload) -> str:
    return workload.spec.at("service_account_name").text or "default"


def _role(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    known = ("ClusterRoleBinding", "ClusterRole")
    if not all(mesh.snapshot.knows(kind) for kind in known):
        return
    at, account = workload.spec.at("service_account_name"), _account(workload)
    allowed = _allowed(mesh, workload, _RESOURCE)
    if missing := [verb for verb in _VERBS if verb not in allowed]:
        message = f"its account `{account}` may not {', '.join(missing)} {_RESOURCE}"
        cure = "apply the ClusterRole of docs/kubernetes-policies.md, and bind it"
        yield problem(NO_ROLE, workload.document, at, message, cure)
    writes = "--policy-status" in guard_options.arguments(workload)
    if writes and "patch" not in _allowed(mesh, workload, _STATUS):
        message = f"its account `{account}` may not patch {_STATUS}"
        cure = "apply the ClusterRole phiguard-policy-status, and bind it"
        yield problem(NO_STATUS, workload.document, at, message, cure)


def _allowed(mesh: Mesh, workload: Workload, resource: str) -> frozenset[str]:
    """The verbs that the guard's account may use on a resource of its own kind."""
    roles = {
        binding.body.at("role_ref", "name").text
        for binding in mesh.kind("ClusterRoleBinding")
        for subject in binding.body.at("subjects")
        if (subject.at("kind").text, subject.at("name").text, subject.at("namespace").text)
        == ("ServiceAccount", _account(workload), workload.namespace)
    }
    allowed: set[str] = set()
    for role in mesh.kind("ClusterRole"):
        for rule in role.body.at("rules") if role.name in roles else ():
            groups, resources = rule.at("api_groups").texts, rule.at("resources").texts
            if {_GROUP, "*"} & set(groups) and {resource, "*"} & set(resources):
                allowed |= set(rule.at("verbs").texts)
    return frozenset(allowed | {*_VERBS, "patch"} if "*" in allowed else allowed)


def _token(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    own = workload.spec.at("automount_service_account_token")
    accounts = [
        each.body.at("automount_service_account_token")
        for each in mesh.kind("ServiceAccount")
        if (each.namespace, each.name) == (workload.namespace, _account(workload))
    ]
    if own.is_false or (own.value is None and any(each.is_false for each in accounts)):
        message = "its pods get no token"
        yield problem(NO_TOKEN, workload.document, own, message, "set it to true")


def _walls(mesh: Mesh, workload: Workload) -> Iterator[IstioProblem]:
    walls = [
        each
        for each in mesh.kind("NetworkPolicy")
        if each.namespace == workload.namespace
        and "Egress" in each.spec.at("policy_types").texts
        and selects(each.spec.at("pod_selector", "match_labels"), workload.labels)
    ]
    rules = [rule for wall in walls for rule in wall.spec.at("egress")]
    opens = any(
        rule.at("ports").missing or port.at("port").text in _API_PORTS
        for rule in rules
        for port in (*rule.at("ports"), Node())
    )
    if walls and not opens:
        message = "no rule of egress lets the guard reach the API server"
        cure = "allow its addresses, port 443 or 6443 (kubectl get endpoints kubernetes)"
        yield problem(WALLED, walls[0], walls[0].spec.at("egress"), message, cure)


def _claims(mesh: Mesh, document: MeshObject, spec: Node) -> Iterator[IstioProblem]:
    if not mesh.snapshot.knows("EnvoyFilter"):
        return
    verified = any(
        kind.text.endswith(_JWT)
        for each in mesh.kind("EnvoyFilter")
        for kind in each.spec.everywhere("@type")
    )
    for rule in spec.at("rules"):
        claims = rule.at("when", "claims")
        if not claims.missing and not verified:
            message = (
                f"rule `{rule.at('name').text}` asks for claims, and no filter verifies tokens"
            )
            cure = "apply docs/verified-metadata.yaml to the receiver's namespace"
            yield problem(CLAIMS, document, claims, message, cure)


def _domain(mesh: Mesh, document: MeshObject, spec: Node) -> Iterator[IstioProblem]:
    known = {
        word
        for config in mesh.kind("MeshConfig")
        for word in (
            config.spec.at("trust_domain").text,
            *config.spec.at("trust_domain_aliases").texts,
        )
        if word
    }
    for principals in spec.at("rules").everywhere("principals") if known else ():
        for each in principals:
            domain = each.text.partition("/ns/")[0]
            if "/ns/" in each.text and "*" not in domain and domain not in known:
                message = f"the mesh has no trust domain `{domain}`"
                cure = f"write {sorted(known)[0]}/ns/..."
                yield problem(DOMAIN, document, each, message, cure)


def _jwt(mesh: Mesh, document: MeshObject) -> Iterator[IstioProblem]:
    if not document.namespace or not mesh.concerns(document.namespace):
        return
    rules = document.spec.at("rules")
    asks = [source for key in _NEEDS_JWT for source in rules.everywhere(key)]
    asks += [key for key in rules.everywhere("key") if key.text.startswith("request.auth.")]
    verifies = any(
        each.namespace in (document.namespace, mesh.root, "")
        for each in mesh.kind("RequestAuthentication")
    )
    if asks and not verifies and document not in mesh.policies:
        message = "it asks for claims of a token, and no RequestAuthentication holds there"
        cure = "apply a RequestAuthentication with the issuer and its keys"
        yield problem(NO_JWT, document, asks[0], message, cure)

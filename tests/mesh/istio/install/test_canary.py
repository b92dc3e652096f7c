from mesh.istio.install import canary, pod
from mesh.istio.installation import GUARDED_LABEL, Installation
from mesh.istio.render import files
from mesh.istio.values import Canary, MeshChoice, Values

CHOSEN = Installation(
    "guards", "phiguard:1", Values(canary=Canary(enabled=True, seconds=900), mesh=MeshChoice())
)
ACCOUNT, WALLS, CLOSED, WORKLOAD = canary.probe(CHOSEN)
POD = WORKLOAD["spec"]["template"]


def test_nothing_of_a_canary_is_there_unless_it_was_chosen():
    usual = Installation("guards", "phiguard:1")
    assert canary.probe(usual) == []
    assert "canary" not in "".join(files(usual).values())
    assert "guard/15-canary.yaml" in files(CHOSEN)


def test_the_probe_has_an_identity_of_its_own_and_no_token():
    assert ACCOUNT["metadata"]["name"] == POD["spec"]["serviceAccountName"] == "phiguard-canary"
    assert (ACCOUNT["automountServiceAccountToken"], POD["spec"]["automountServiceAccountToken"]) == (
        False, False,
    )  # fmt: skip
    (container,) = POD["spec"]["containers"]
    assert "--principal=cluster.local/ns/guards/sa/phiguard-canary" in container["args"]
    assert "--every=900s" in container["args"]


def test_no_gate_stands_before_the_probe_and_its_pods_are_not_the_guards():
    labels = POD["metadata"]["labels"]
    assert GUARDED_LABEL not in labels
    assert labels["app.kubernetes.io/name"] == "phiguard-canary"
    assert labels["sidecar.istio.io/inject"] == "true"


def test_it_reaches_what_lets_canaries_in_and_nobody_reaches_it():
    spec = WALLS["spec"]
    assert (spec["policyTypes"], spec.get("ingress")) == (["Ingress", "Egress"], None)
    peers = [rule["to"][0]["namespaceSelector"]["matchLabels"] for rule in spec["egress"]]
    assert peers[-1] == {"phiguard.dev/canary": "true"}
    assert [next(iter(each)) for each in peers[:-1]] == ["kubernetes.io/metadata.name"] * 3
    assert "rules" not in CLOSED["spec"]


def test_its_outcomes_lie_on_a_volume():
    (claim,) = WORKLOAD["spec"]["volumeClaimTemplates"]
    mounts = {
        each["name"]: each["mountPath"] for each in POD["spec"]["containers"][0]["volumeMounts"]
    }
    assert (
        f"--outcomes={mounts[claim['metadata']['name']]}/canaries.jsonl"
        in (POD["spec"]["containers"][0]["args"])
    )


def guards_pod(**chosen):
    spec = pod.template(Installation("guards", "p:1", Values(canary=Canary(**chosen))))["spec"]
    keys = [a for a in spec["containers"][0]["args"] if a.startswith("--canary-key")]
    secrets = [each["secret"]["secretName"] for each in spec["volumes"] if "secret" in each]
    return keys, secrets


def test_the_guard_knows_the_key_and_the_one_before_while_it_is_replaced():
    one, two = (f"--canary-key=/etc/phiguard-canary/{name}" for name in ("key", "previous"))
    assert guards_pod() == ([], [])
    assert guards_pod(enabled=True) == ([one], ["phiguard-canary"])
    assert guards_pod(enabled=True, rotating=True) == ([one, two], ["phiguard-canary"])

from mesh.istio.install import canary, echo
from mesh.istio.installation import Installation
from mesh.istio.render import files, objects
from mesh.istio.values import Canary, MeshChoice, Values


def chosen(**more):
    return Installation(
        "guards",
        "phiguard:1",
        Values(
            canary=Canary(enabled=True, echo_namespace="echoes", **more),
            guarded_namespaces=("echoes",),
            mesh=MeshChoice(trust_domain="corp.example"),
        ),
    )


SPACE, ACCOUNT, WALLS, ASKERS, SERVICE, WORKLOAD = echo.echo(chosen())
POD = WORKLOAD["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]


def test_there_is_no_echo_unless_a_namespace_was_chosen():
    usual = Installation("guards", "phiguard:1", Values(canary=Canary(enabled=True)))
    assert echo.echo(usual) == []
    assert "guard/17-echo.yaml" not in files(usual)
    assert "guard/17-echo.yaml" in files(chosen())


def test_its_namespace_is_guarded_and_lets_canaries_in():
    labels = SPACE["metadata"]["labels"]
    assert (labels["phiguard.dev/guarded"], labels["phiguard.dev/canary"]) == ("true", "true")
    assert {each["metadata"].get("namespace") for each in echo.echo(chosen())[1:]} == {"echoes"}
    gates = {
        each["metadata"]["name"]
        for each in objects(chosen())
        if each["metadata"].get("namespace") == "echoes" and each["kind"] == "EnvoyFilter"
    }
    assert "phiguard-inbound-responses" in gates


def test_its_sidecar_has_the_gate_of_answers_and_its_account_no_token():
    labels = POD["metadata"]["labels"]
    assert (labels["phiguard.dev/guarded"], labels["sidecar.istio.io/inject"]) == ("true", "true")
    assert ACCOUNT["metadata"]["name"] == POD["spec"]["serviceAccountName"] == "phiguard-echo"
    assert ACCOUNT["automountServiceAccountToken"] is False
    assert POD["spec"]["automountServiceAccountToken"] is False


def test_only_the_probe_may_ask_it():
    probe = canary.probe(chosen())[-1]["spec"]["template"]
    (principal,) = (
        each.removeprefix("--principal=")
        for each in probe["spec"]["containers"][0]["args"]
        if each.startswith("--principal=")
    )
    (rule,) = ASKERS["spec"]["rules"]
    assert rule == {"from": [{"source": {"principals": [principal]}}]}
    assert ASKERS["spec"]["selector"]["matchLabels"].items() <= POD["metadata"]["labels"].items()
    ((peer,),) = (each["from"] for each in WALLS["spec"]["ingress"])
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "guards"}
    assert peer["podSelector"]["matchLabels"].items() <= probe["metadata"]["labels"].items()


def test_its_sidecar_reaches_the_guard_and_the_platform_alone():
    reached = {
        (rule["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for rule in WALLS["spec"]["egress"]
        for port in rule["ports"]
    }  # fmt: skip
    assert reached == {
        ("kube-system", 53), ("istio-system", 15012), ("observability", 4317), ("guards", 9000),
    }  # fmt: skip
    assert WALLS["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_its_service_says_that_it_speaks_http():
    (port,) = SERVICE["spec"]["ports"]
    assert port == {"name": "http", "port": 8080, "targetPort": "http"}
    assert CONTAINER["ports"] == [{"name": "http", "containerPort": 8080}]
    assert "--listen=0.0.0.0:8080" in CONTAINER["args"]


def test_it_knows_the_key_and_the_one_before_while_it_is_replaced():
    def keys(installation):
        (container,) = echo.echo(installation)[-1]["spec"]["template"]["spec"]["containers"]
        return [each for each in container["args"] if each.startswith("--canary-key")]

    one, two = (f"--canary-key=/etc/phiguard-canary/{name}" for name in ("key", "previous"))
    assert keys(chosen()) == [one]
    assert keys(chosen(rotating=True)) == [one, two]

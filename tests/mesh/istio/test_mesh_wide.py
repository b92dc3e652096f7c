from mesh.istio import mesh_wide
from mesh.istio.installation import Installation
from mesh.istio.values import MeshChoice, Values

INSTALLATION = Installation("phiguard-system", "phiguard:1")

PROVIDERS = mesh_wide.mesh_config(Installation("phiguard-system", "phiguard:1"))["meshConfig"][
    "extensionProviders"
]


def test_the_provider_fails_closed_and_sees_the_whole_body():
    assert PROVIDERS[0] == {
        "name": "phiguard",
        "envoyExtAuthzGrpc": {
            "service": "phiguard.phiguard-system.svc.cluster.local",
            "port": 9000,
            "timeout": "2s",
            "failOpen": False,
            "statusOnError": "503",
            "includeRequestBodyInCheck": {
                "maxRequestBytes": 1048576,
                "allowPartialMessage": False,
                "packAsBytes": True,
            },
        },
    }


def test_spans_hold_no_url_twice_over():
    assert PROVIDERS[1]["opentelemetry"]["maxTagLength"] == 1
    (tracing,) = mesh_wide.telemetry(INSTALLATION)["spec"]["tracing"]
    tags = tracing["customTags"]
    assert list(tags) == ["http.url", *mesh_wide.CLIENTS_TAGS, "http.method"]
    assert all(tag == {"literal": {"value": "withheld"}} for tag in tags.values())
    assert tracing["providers"] == [{"name": PROVIDERS[1]["name"]}]


def test_the_usual_methods_stay_in_spans_where_an_admin_says_that_istio_knows_how():
    mesh = MeshChoice(methods_in_spans=True)
    chosen = Installation("phiguard-system", "phiguard:1", Values(mesh=mesh))
    (tracing,) = mesh_wide.telemetry(chosen)["spec"]["tracing"]
    method = tracing["customTags"]["http.method"]
    assert method == {"formatter": {"value": mesh_wide.METHOD_OPERATOR}}


def test_a_method_is_written_only_where_it_is_a_usual_one():
    assert mesh_wide.METHOD_OPERATOR.startswith("%CEL(request.method in ['GET', 'HEAD', 'POST', ")
    assert mesh_wide.METHOD_OPERATOR.endswith("'TRACE'] ? request.method : 'OTHER')%")
    assert mesh_wide.METHOD_OPERATOR in mesh_wide.ACCESS_LOG_FORMAT


def test_the_access_log_holds_no_part_of_the_url():
    assert "PATH" not in mesh_wide.ACCESS_LOG_FORMAT


def test_mutual_tls_is_strict_in_a_named_namespace_or_in_the_one_that_kubectl_gives():
    assert mesh_wide.strict_mtls("istio-system")["metadata"] == {
        "name": "default",
        "namespace": "istio-system",
    }
    assert mesh_wide.strict_mtls()["metadata"] == {"name": "default"}
    assert mesh_wide.strict_mtls()["spec"] == {"mtls": {"mode": "STRICT"}}

import pytest
import yaml

from mesh.istio.check.telemetry import check
from mesh.istio.check.view import Mesh
from mesh.istio.installation import Installation
from mesh.istio.mesh_wide import (
    CLIENTS_TAGS,
    METHOD_OPERATOR,
    METHOD_TAG,
    mesh_config,
    telemetry,
)
from mesh.istio.snapshot import read

INSTALLATION = Installation("phiguard-system", "phiguard:1")


def problems(*objects):
    return [
        str(problem)
        for problem in check(Mesh(read({"f.yaml": yaml.safe_dump_all(objects)}), "phiguard"))
    ]


def of_tag(tag, *objects):
    return [message for message in problems(*objects) if tag in message]


TAGS = pytest.mark.parametrize("tag", ["http.url", *CLIENTS_TAGS, METHOD_TAG])


def namespaced(**tracing):
    metadata = {"name": "t", "namespace": "clinic"}
    return {"kind": "Telemetry", "metadata": metadata, "spec": {"tracing": [tracing]}}


def tracer(**settings):
    return {
        "extensionProviders": [
            {"name": "otel", "opentelemetry": {"service": "c", "port": 4317, **settings}}
        ]
    }


def test_what_render_writes_is_clean():
    assert (
        problems(
            mesh_config(Installation("phiguard-system", "phiguard:1")), telemetry(INSTALLATION)
        )
        == []
    )


@TAGS
def test_a_tracer_that_reports_what_a_client_writes_is_found(tag):
    (found,) = of_tag(tag, tracer())
    assert "`otel` reports" in found
    assert problems(tracer(), telemetry(INSTALLATION)) == []


def test_a_short_tag_hides_the_url_and_nothing_else():
    (found,) = problems(tracer(maxTagLength=1))
    assert "user_agent" in found


def test_a_longer_tag_still_leaks():
    assert len(of_tag("http.url", tracer(maxTagLength=64))) == 1


@TAGS
def test_a_namespace_whose_tags_replace_the_literal_is_found(tag):
    team = namespaced(customTags={"team": {"literal": {"value": "x"}}})
    (found,) = of_tag(tag, telemetry(INSTALLATION), team)
    assert "spans carry" in found


@TAGS
def test_a_header_is_no_literal(tag):
    tags = {tag: {"header": {"name": "x-url"}}}
    found = of_tag(tag, namespaced(customTags=tags))
    assert any("spans carry" in message for message in found)
    assert any("copies header x-url" in message for message in found)


@TAGS
def test_a_literal_replaces_its_own_tag_alone(tag):
    tags = {tag: {"literal": {"value": "withheld"}}}
    found = problems(namespaced(customTags=tags))
    assert found
    assert not any(tag in message for message in found)


def test_the_shipped_formatter_keeps_usual_methods_and_another_is_found():
    def found(operator):
        return of_tag(METHOD_TAG, namespaced(customTags={METHOD_TAG: {"formatter": operator}}))

    assert found({"value": METHOD_OPERATOR}) == []
    assert len(found({"value": "%REQ(:METHOD)%"})) == 1
    tags = {"user_agent": {"formatter": {"value": METHOD_OPERATOR}}}
    assert len(of_tag("user_agent", namespaced(customTags=tags))) == 1


@pytest.mark.parametrize(
    "tracing",
    [
        {"randomSamplingPercentage": 10},  # inherits the mesh's tags
        {"disableSpanReporting": True, "customTags": {"team": {"literal": {"value": "x"}}}},
    ],
)
def test_a_namespace_that_inherits_or_reports_nothing_is_clean(tracing):
    assert problems(telemetry(INSTALLATION), namespaced(**tracing)) == []


def test_a_namespace_with_nothing_safe_to_inherit_is_found():
    assert len(problems(namespaced(randomSamplingPercentage=10))) == 2


def test_a_namespace_on_a_provider_with_a_short_tag_hides_the_url():
    objects = tracer(maxTagLength=1), namespaced(providers=[{"name": "otel"}])
    assert of_tag("http.url", *objects) == []


def test_the_default_access_log_is_found():
    (found,) = problems({"meshConfig": {"accessLogFile": "/dev/stdout"}})
    assert "Istio's own format holds path" in found


@pytest.mark.parametrize(
    "log_format",
    ["%REQ(:path)%", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "%PATH(WQ)%", "%REQ(Referer)%"],
)
def test_an_access_log_with_the_url_is_found(log_format):
    (found,) = problems({"meshConfig": {"accessLogFormat": log_format}})
    assert "holds the URL" in found


def test_a_log_provider_with_the_url_is_found():
    log = {"name": "log", "envoyFileAccessLog": {"logFormat": {"labels": {"p": "%REQ(:PATH)%"}}}}
    (found,) = problems({"extensionProviders": [log]})
    assert "holds the URL" in found


@pytest.mark.parametrize("operator", ["%REQ(USER-AGENT)%", "%REQ(X-REQUEST-ID)%"])
def test_a_header_of_the_client_in_an_access_log_is_found(operator):
    (found,) = problems({"meshConfig": {"accessLogFile": "x", "accessLogFormat": operator}})
    assert "what a client writes" in found


@pytest.mark.parametrize(
    "operator", ["%REQ(:METHOD)%", "%REQ(:method):7%", "%CEL(request.method)%"]
)
def test_any_word_as_a_method_in_an_access_log_is_found(operator):
    (found,) = problems({"meshConfig": {"accessLogFile": "x", "accessLogFormat": operator}})
    assert "holds the method" in found

import pytest
import yaml

from mesh.istio.check_telemetry import check
from mesh.istio.installation import Installation
from mesh.istio.mesh_wide import mesh_config, telemetry
from mesh.istio.snapshot import read


def problems(*objects):
    return [problem.message for problem in check(read({"f.yaml": yaml.safe_dump_all(objects)}))]


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
    assert problems(mesh_config(Installation("phiguard-system", "phiguard:1")), telemetry()) == []


def test_a_tracer_that_reports_the_url_is_found():
    (found,) = problems(tracer())
    assert "`otel` reports http.url" in found


def test_a_tracer_is_clean_with_a_short_tag_or_with_a_mesh_wide_literal():
    assert problems(tracer(maxTagLength=1)) == []
    assert problems(tracer(), telemetry()) == []


def test_a_longer_tag_still_leaks():
    assert len(problems(tracer(maxTagLength=64))) == 1


def test_a_namespace_whose_tags_replace_the_literal_is_found():
    (found,) = problems(telemetry(), namespaced(customTags={"team": {"literal": {"value": "x"}}}))
    assert "spans carry http.url" in found


def test_a_header_is_no_literal():
    tags = {"http.url": {"header": {"name": "x-url"}}}
    assert len(problems(namespaced(customTags=tags))) == 1


@pytest.mark.parametrize(
    "tracing",
    [
        {"randomSamplingPercentage": 10},  # inherits the mesh's tags
        {"disableSpanReporting": True, "customTags": {"team": {"literal": {"value": "x"}}}},
    ],
)
def test_a_namespace_that_inherits_or_reports_nothing_is_clean(tracing):
    assert problems(telemetry(), namespaced(**tracing)) == []


def test_a_namespace_with_nothing_safe_to_inherit_is_found():
    assert len(problems(namespaced(randomSamplingPercentage=10))) == 1


def test_a_namespace_on_a_provider_with_a_short_tag_is_clean():
    assert problems(tracer(maxTagLength=1), namespaced(providers=[{"name": "otel"}])) == []


def test_the_default_access_log_is_found():
    (found,) = problems({"meshConfig": {"accessLogFile": "/dev/stdout"}})
    assert "default access log" in found


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

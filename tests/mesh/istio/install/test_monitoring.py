from mesh.istio.install import guard, monitoring
from mesh.istio.installation import Installation
from mesh.istio.values import Metrics, Values


def test_nothing_watches_unless_it_is_asked_for():
    assert monitoring.service_monitor(Installation("guards", "phiguard:1")) == []


def test_the_monitor_finds_the_guards_service_and_its_port():
    values = Values(metrics=Metrics(enabled=True, service_monitor=True))
    installation = Installation("guards", "phiguard:1", values)
    (found,) = monitoring.service_monitor(installation)
    service = guard.service(installation)
    assert found["spec"]["namespaceSelector"] == {"matchNames": ["guards"]}
    labels = found["spec"]["selector"]["matchLabels"]
    assert labels.items() <= service["metadata"]["labels"].items()
    (endpoint,) = found["spec"]["endpoints"]
    assert endpoint["port"] in {each["name"] for each in service["spec"]["ports"]}
    assert endpoint["honorLabels"] is True  # the page says which worker a series is of

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


def test_alarms_and_dashboard_come_only_where_they_are_wanted():
    plain = Installation("guards", "phiguard:1")
    assert monitoring.alarms(plain, "groups: []") == monitoring.dashboard(plain, "{}") == []


def test_alarms_are_the_groups_of_the_rule_file_and_the_dashboard_is_found_by_its_label():
    values = Values(metrics=Metrics(enabled=True, rules=True, dashboard=True))
    installation = Installation("guards", "phiguard:1", values)
    (rules,) = monitoring.alarms(installation, "groups: [{name: a, rules: []}]")
    assert rules["spec"] == {"groups": [{"name": "a", "rules": []}]}
    (found,) = monitoring.dashboard(installation, '{"title": "x"}')
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert found["data"] == {"phiguard.json": '{"title": "x"}'}

from mesh.istio.install import scaling
from mesh.istio.installation import Installation
from mesh.istio.values import Autoscaling, PriorityClass, Values


def installation(**values):
    return Installation("guards", "phiguard:1", Values(**values))


def test_nothing_scales_unless_it_is_asked_for():
    assert scaling.autoscaler(installation()) == []


def test_load_is_cpu_and_on_request_what_waits_for_a_scanner():
    asked = Autoscaling(enabled=True, min_replicas=4, max_replicas=8, cpu_percent=50, waiting=20)
    (found,) = scaling.autoscaler(installation(autoscaling=asked))
    spec = found["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (4, 8)
    assert spec["scaleTargetRef"]["kind"] == "StatefulSet"
    cpu, waiting = spec["metrics"]
    assert cpu["resource"]["target"] == {"type": "Utilization", "averageUtilization": 50}
    assert waiting["pods"]["metric"] == {"name": "phiguard_scanner_waiting"}
    assert waiting["pods"]["target"] == {"type": "AverageValue", "averageValue": "20"}


def test_one_guard_at_a_time_goes_and_slowly_because_each_holds_connections():
    (found,) = scaling.autoscaler(installation(autoscaling=Autoscaling(enabled=True)))
    down = found["spec"]["behavior"]["scaleDown"]
    assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 120}]


def test_a_class_that_exists_is_used_and_not_made():
    (made,) = scaling.priority_class(installation())
    assert (made["metadata"], made["value"]) == ({"name": "phiguard"}, 1_000_000)
    named = PriorityClass(create=False, name="system-cluster-critical")
    assert scaling.priority_class(installation(priority_class=named)) == []

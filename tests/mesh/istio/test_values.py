import pytest

from mesh.istio.values import Autoscaling, Ledger, Metrics, Mode, PolicyChoice, Values, WorkloadKind


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"autoscaling": Autoscaling(min_replicas=9, max_replicas=3)}, "minReplicas is above"),
        (
            {
                "workload": WorkloadKind.DAEMON_SET,
                "ledger": Ledger(host_path="/var/lib/phiguard"),
                "autoscaling": Autoscaling(enabled=True),
            },
            "no replicas to scale",
        ),
        ({"workload": WorkloadKind.DAEMON_SET}, "lost with its pod"),
        ({"ledger": Ledger(host_path="/var/lib/phiguard")}, "for a DaemonSet only"),
        ({"policy": PolicyChoice(mode=Mode.ENFORCE, text="x")}, "say it in policy.text"),
        ({"metrics": Metrics(service_monitor=True)}, "needs metrics.enabled"),
    ],
)
def test_values_that_cannot_hold_together_are_refused(values, told):
    with pytest.raises(ValueError, match=told):
        Values(**values)


def test_what_is_chosen_by_nobody_holds_together():
    assert Values().contradictions() == ()

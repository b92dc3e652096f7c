"""The values choose what the API server refuses. `e2e/cluster` has a real one refuse it."""

import pytest

from mesh.istio.install.admission import admission
from mesh.istio.installation import Installation
from mesh.istio.values import Admission, PolicyChoice, Values
from mesh.policy_file.admission import admission_policy


def made(**chosen):
    return admission(Installation("guards", "phiguard:0.1.0", Values(**chosen)))


@pytest.mark.parametrize(("fail_open", "failure"), [(True, "Ignore"), (False, "Fail")])
def test_it_is_the_policy_of_the_root_namespace_and_of_the_choice(fail_open, failure):
    policy, binding = made(
        policy=PolicyChoice(root_namespace="rules"), admission=Admission(fail_open=fail_open)
    )
    known, bound = admission_policy("rules", fail_open=fail_open)
    assert (policy["spec"], binding["spec"]) == (known["spec"], bound["spec"])
    assert policy["spec"]["failurePolicy"] == failure


def test_its_objects_have_the_label_by_which_an_uninstall_finds_them():
    labels = [each["metadata"]["labels"] for each in made()]
    assert labels == [{"app.kubernetes.io/name": "phiguard"}] * 2

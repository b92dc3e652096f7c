"""What the API server refuses of SegmentationPolicy objects: off until an admin chooses it."""

from typing import cast

from mesh.istio.install.names import LABELS
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest
from mesh.policy_file.admission import admission_policy


def admission(installation: Installation) -> list[Manifest]:
    """The ValidatingAdmissionPolicy and its binding, by the values, chosen or not."""
    values = installation.values
    made = admission_policy(values.policy.root_namespace, fail_open=values.admission.fail_open)
    return [
        {**each, "metadata": {**cast(Manifest, each["metadata"]), "labels": LABELS}}
        for each in cast(list[Manifest], made)
    ]

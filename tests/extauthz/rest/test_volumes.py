"""What a class says of a volume, and when it says nothing."""

import copy

import pytest
from cluster_volumes import CLAIM, CLASS, VOLUME

from atrest.protection import Evidence, Shield
from extauthz.rest.volumes import Volumes, items_of


@pytest.fixture
def objects():
    """The three objects, to be changed."""
    return copy.deepcopy((CLASS, VOLUME, CLAIM))


def said(objects):
    return Volumes(objects).evidence("ehr/data-pg-0")


def made_by(objects, provisioner, parameters):
    made, volume, _ = objects
    made["provisioner"] = provisioner
    made["parameters"] = parameters
    volume["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"] = provisioner
    return said(objects)


@pytest.mark.parametrize(
    ("provisioner", "parameters", "answer"),
    [
        ("ebs.csi.aws.com", {"encrypted": "true"}, "encrypted: true"),
        ("ebs.csi.aws.com", {"Encrypted": "True"}, "encrypted: true"),
        ("ebs.csi.eks.amazonaws.com", {"encrypted": "true"}, "encrypted: true"),
        ("kubernetes.io/aws-ebs", {"encrypted": "true"}, "encrypted: true"),
        ("disk.csi.azure.com", {}, "Azure's default encryption"),
        ("disk.csi.azure.com", {"diskEncryptionSetID": "/ruiz"}, "diskEncryptionSetID"),
        ("file.csi.azure.com", None, "Azure's default encryption"),
        ("pd.csi.storage.gke.io", {"type": "pd-ssd"}, "Google's default encryption"),
        ("pd.csi.storage.gke.io", {"disk-encryption-kms-key": "x"}, "disk-encryption-kms-key"),
        ("rbd.csi.ceph.com", {"encrypted": "true"}, "encrypted: true"),
        ("driver.longhorn.io", {"encrypted": "true"}, "encrypted: true"),
        ("pxd.portworx.com", {"secure": "true"}, "secure: true"),
    ],
)
def test_what_a_provisioner_encrypts_is_up(objects, provisioner, parameters, answer):
    expected = Evidence(f"StorageClass of {provisioner}", answer, Shield.UP)
    assert made_by(objects, provisioner, parameters) == expected


@pytest.mark.parametrize(
    "parameters", [None, {}, {"encrypted": "false"}, {"encrypted": "no"}, {"secure": "true"}, "x"]
)
def test_a_class_that_says_nothing_or_no_is_unknown_and_never_down(objects, parameters):
    """An AWS account may encrypt each volume, whatever was asked for."""
    found = made_by(objects, "ebs.csi.aws.com", parameters)
    assert found == Evidence(
        "StorageClass of ebs.csi.aws.com", "no encrypted: true", Shield.UNKNOWN
    )


def test_a_provisioner_that_is_not_known_is_not_named(objects):
    found = made_by(objects, "ruiz.example", {"encrypted": "true"})
    assert found == Evidence("StorageClass", "a provisioner that is not known", Shield.UNKNOWN)


def test_a_volume_that_its_class_did_not_make_is_unknown(objects):
    del objects[1]["metadata"]["annotations"]
    assert said(objects).shield is Shield.UNKNOWN
    objects[1]["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "another"}
    assert said(objects).answer == "the volume was not made by its class"


def test_a_class_that_was_made_anew_says_nothing_of_an_older_volume(objects):
    objects[0]["metadata"]["creationTimestamp"] = "2026-03-01T08:00:00Z"
    assert said(objects) == Evidence(
        "StorageClass", "the class is younger than the volume", Shield.UNKNOWN
    )


def test_a_claim_without_its_own_volume_is_unknown(objects):
    objects[1]["spec"]["claimRef"]["name"] = "another"
    assert said(objects).answer == "the claim is bound to no volume"
    del objects[2]["spec"]["volumeName"]
    assert said(objects).shield is Shield.UNKNOWN


def test_a_class_that_is_gone_is_unknown(objects):
    assert said(objects[1:]).answer == "the volume has no class"


def test_a_claim_that_is_not_there_is_told_apart(objects):
    assert Volumes(objects).evidence("ehr/none") is None
    assert Volumes(objects).evidence("data-pg-0") is None


def test_objects_of_no_form_are_passed_over(objects):
    odd = ({"kind": kind, "metadata": "x", "spec": 3} for kind in (None, "PersistentVolume"))
    assert said(["x", None, *odd, *objects]).shield is Shield.UP


def test_only_a_list_has_objects():
    assert items_of({"kind": "List", "items": [CLASS]}) == [CLASS]
    for wrong in ([], {}, {"items": 3}, None):
        assert items_of(wrong) is None

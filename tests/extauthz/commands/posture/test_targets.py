"""`phiguard posture targets` writes where canaries go, from a posture folder."""

import json

from posture_folder import objects, write

from extauthz.posture.canary_files import read_targets


def test_a_namespace_without_the_label_has_no_targets(phiguard, tmp_path):
    code, out, err = phiguard("posture", "targets", write(tmp_path / "folder"))
    assert (code, out) == (2, "")
    assert "label a namespace phiguard.dev/canary=true" in err


def test_the_ports_of_a_namespace_with_the_label_are_written(phiguard, tmp_path):
    found = json.loads(json.dumps(objects()))
    for each in found:
        if (each["kind"], each["metadata"]["name"]) == ("Namespace", "clinic"):
            each["metadata"].setdefault("labels", {})["phiguard.dev/canary"] = "true"
    code, out, err = phiguard("posture", "targets", write(tmp_path / "folder", found))
    assert (code, err) == (0, "")
    as_json = phiguard("posture", "targets", tmp_path / "folder", "--format", "json")[1]
    assert len(json.loads(as_json)["targets"]) == out.count("\n")
    file = tmp_path / "targets.yaml"
    file.write_text(out)
    assert [each.cell for each in read_targets(file) if "/ehr/" in each.cell] == [
        "clinic/Deployment/ehr/inbound/8080/mesh"
    ]

from pathlib import Path

import yaml

from extauthz.commands.istio.render import IMAGE, KIND_FILE, NAMESPACE
from mesh.istio.installation import Installation
from mesh.istio.render import files, objects
from mesh.istio.values import Admission, MeshChoice, Mllp, PolicyChoice, PolicySource, Values

FOLDER = Path(__file__).parents[3] / "istio-config"
WRITTEN = ("guard", "mesh", "namespace", "mllp", "gateway", "admission")
NAMELESS = ("namespace/", "mllp/", "gateway/")
CHOSEN = "admission/"
PLAIN = files(Installation("a", "b"))


def chosen(**values):
    return Installation("a", "b", Values(**values))


def test_the_folders_in_the_repository_are_what_render_writes():
    written = {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8")
        for name in WRITTEN
        for path in (FOLDER / name).glob("[0-9]*.yaml")
    }
    del written[KIND_FILE]  # made by the command, from the policy's schema
    assert written == files(Installation(NAMESPACE, IMAGE))


def test_files_sort_in_the_order_in_which_they_are_applied():
    for folder in {name.rpartition("/")[0] for name in PLAIN}:
        names = [name for name in PLAIN if name.startswith(f"{folder}/")]
        assert names == sorted(names)


def test_each_file_says_the_command_that_applies_it():
    for name, text in PLAIN.items():
        command = text.splitlines()[2]
        assert command.endswith(f" -f {name}")
        assert ("-n NAMESPACE" in command) == name.startswith(NAMELESS)


def test_each_file_holds_objects_of_kubernetes_so_that_kubectl_takes_the_whole_folder():
    for text in PLAIN.values():
        for each in yaml.safe_load_all(text):
            assert {"apiVersion", "kind", "metadata"} <= each.keys()


def test_the_policy_is_created_not_applied_because_a_second_apply_would_stop_enforcing():
    assert "# kubectl create -f guard/11-policy.yaml" in PLAIN["guard/11-policy.yaml"]


def test_another_namespace_and_domain_reach_every_place_that_names_the_guard():
    mesh = MeshChoice(cluster_domain="corp.example")
    texts = files(Installation("other", "b", Values(mesh=mesh)))
    assert not [name for name, text in texts.items() if "phiguard-system" in text]
    outbound = texts["namespace/33-outbound-requests.yaml"]
    assert "outbound|9000||phiguard.other.svc.corp.example" in outbound


def test_a_guarded_namespace_gets_the_same_objects_in_its_own_name():
    texts = files(chosen(guarded_namespaces=("clinic",)))
    for name, text in texts.items():
        if name.startswith("namespaces/clinic/"):
            general = list(
                yaml.safe_load_all(texts[name.replace("namespaces/clinic", "namespace")])
            )
            for each, plain in zip(yaml.safe_load_all(text), general, strict=True):
                assert each["metadata"].pop("namespace") == "clinic"
                assert each == plain
    assert "namespaces/clinic/31-inbound-requests.yaml" in texts


def test_ports_of_mllp_are_judged_only_where_they_are_chosen():
    assert not any("mllp" in name for name in chosen_files(guarded_namespaces=("clinic",)))
    texts = chosen_files(guarded_namespaces=("clinic",), mllp=Mllp(ports=(6661, 6662)))
    found = [
        patch["match"]["listener"]["portNumber"]
        for each in yaml.safe_load_all(texts["namespaces/clinic/36-mllp.yaml"])
        for patch in each["spec"]["configPatches"]
    ]
    assert set(found) == {6661, 6662}


def chosen_files(**values):
    return {
        name: text for name, text in files(chosen(**values)).items() if not name.startswith("mllp/")
    }


def test_objects_are_those_of_the_files_that_have_a_place():
    installation = chosen(
        guarded_namespaces=("clinic",),
        guarded_gateways=("edge/istio=egressgateway",),
        mllp=Mllp(ports=(2575,)),
    )
    placed = [
        each
        for name, text in files(installation).items()
        if not name.startswith((*NAMELESS, CHOSEN))
        for each in yaml.safe_load_all(text)
        if each["kind"] != "Namespace"
    ]
    assert placed == objects(installation)


def test_admission_is_part_of_the_guard_only_where_it_is_chosen():
    name = "16-admission.yaml"
    assert f"guard/{name}" not in PLAIN
    texts = files(chosen(admission=Admission(enabled=True)))
    assert [*yaml.safe_load_all(texts[f"guard/{name}"])] == [
        *yaml.safe_load_all(texts[f"{CHOSEN}{name}"])
    ]


def test_a_file_without_an_object_is_not_written():
    texts = files(chosen(policy=PolicyChoice(source=PolicySource.KUBERNETES)))
    assert "guard/11-policy.yaml" not in texts


def test_mutual_tls_of_the_whole_mesh_is_only_what_an_admin_asks_for():
    assert "mesh/22-mesh-mtls.yaml" not in PLAIN
    assert "mesh/22-mesh-mtls.yaml" in files(chosen(mesh=MeshChoice(strict_mtls=True)))

from pathlib import Path

import yaml

from extauthz.commands.istio.render import IMAGE, NAMESPACE
from mesh.istio.installation import Installation
from mesh.istio.render import files

FOLDER = Path(__file__).parents[3] / "istio-config"
NAMESPACED = ("3",)  # files applied with `kubectl apply -n`


def test_the_folder_in_the_repository_is_what_render_writes():
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
    assert written == files(Installation(NAMESPACE, IMAGE))


def test_files_sort_in_the_order_in_which_they_are_applied():
    names = list(files(Installation("a", "b")))
    assert names == sorted(names)


def test_each_file_says_the_command_that_applies_it():
    for name, text in files(Installation("a", "b")).items():
        command = text.splitlines()[2]
        assert command.endswith(f" -f {name}")
        assert ("-n NAMESPACE" in command) == name.startswith(NAMESPACED)


def test_the_policy_is_created_not_applied_because_a_second_apply_would_stop_enforcing():
    assert "# kubectl create -f 11-policy.yaml" in files(Installation("a", "b"))["11-policy.yaml"]


def test_another_namespace_reaches_every_place_that_names_the_guard():
    texts = files(Installation("other", "b"))
    assert not [name for name, text in texts.items() if "phiguard-system" in text]
    assert "outbound|9000||phiguard.other.svc.cluster.local" in texts["33-outbound-requests.yaml"]


def test_every_file_is_yaml():
    for text in files(Installation("a", "b")).values():
        assert all(isinstance(document, dict) for document in yaml.safe_load_all(text))

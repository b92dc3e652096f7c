import pytest
from running_guard import POLICY

from extauthz.policies.files import PolicyFiles, PolicyUnreadableError

SET = (
    "apiVersion: phiguard.dev/v1alpha1\nkind: DetectorSet\nmetadata: {name: own}\n"
    "spec: {detectors: []}\n"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


def test_a_folder_holds_policies_and_detectors_and_a_file_only_what_it_is(file):
    (file.parent / "set.yml").write_text(SET)
    (file.parent / ".hidden.yaml").write_text("no")
    (file.parent / "notes.txt").write_text("no")
    texts = PolicyFiles(file.parent).read()
    assert (dict(texts.policies), dict(texts.detectors)) == (
        {str(file): POLICY},
        {str(file.parent / "set.yml"): SET},
    )
    assert not PolicyFiles(file).read().detectors


def test_cases_beside_a_policy_are_no_part_of_it(file):
    (file.parent / "cases.yaml").write_text("policy: policy.yaml\ncases: []\n")
    # A policy with `cases` is still a policy: it is read and refused, never skipped.
    (file.parent / "odd.yaml").write_text(f"{POLICY}\ncases: []\n")
    assert set(PolicyFiles(file.parent).read().policies) == {
        str(file),
        str(file.parent / "odd.yaml"),
    }


def test_detectors_may_stand_elsewhere(file, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("sets") / "own.txt"
    elsewhere.write_text(SET)
    assert PolicyFiles(file, [elsewhere]).read().detectors == {str(elsewhere): SET}
    elsewhere.unlink()
    with pytest.raises(PolicyUnreadableError, match=r"own\.txt: no such file"):
        PolicyFiles(file, [elsewhere]).read()


def test_a_folder_of_detectors_alone_is_no_policy(tmp_path):
    (tmp_path / "set.yaml").write_text(SET)
    with pytest.raises(PolicyUnreadableError, match=r"found no \.yaml file with a policy"):
        PolicyFiles(tmp_path).read()


def test_a_config_map_that_turns_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    for name, policy in {"..1": "one", "..2": "two"}.items():
        (tmp_path / name).mkdir()
        for part in "ab":
            text = POLICY.replace("name: clinic", f"name: {policy}").replace(
                "- name: ", f"- name: {part}-"
            )
            (tmp_path / name / f"{part}.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    for part in "ab":
        (tmp_path / f"{part}.yaml").symlink_to(f"..data/{part}.yaml")
    opened = type(tmp_path).open

    def turning(self, *args, **kwargs):
        if self.name == "b.yaml" and (tmp_path / "..data").readlink().name == "..1":
            switch_revision(tmp_path, "..2")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(type(tmp_path), "open", turning)
    assert {
        ("one" in text, "two" in text) for text in PolicyFiles(tmp_path).read().policies.values()
    } == {(False, True)}


def test_a_file_that_would_fill_the_memory_is_refused(file):
    file.write_text("#" * (1 << 20) + "\n")
    with pytest.raises(PolicyUnreadableError, match="more than 1048576 bytes; split it"):
        PolicyFiles(file).read()


def test_a_folder_without_a_policy_says_so(tmp_path):
    with pytest.raises(PolicyUnreadableError, match=r"found no \.yaml file with a policy"):
        PolicyFiles(tmp_path).read()


def test_what_is_no_text_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(PolicyUnreadableError, match=r"policy\.yaml: not UTF-8"):
        PolicyFiles(path).read()


def switch_revision(folder, revision):
    """Switch the link as the kubelet does: make a new one, and rename it over the old one."""
    (folder / "..data_tmp").symlink_to(revision)
    (folder / "..data_tmp").rename(folder / "..data")

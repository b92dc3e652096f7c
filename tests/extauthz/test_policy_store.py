from datetime import date

import pytest
from running_guard import POLICY

from extauthz.policy_store import (
    PolicyError,
    PolicyStore,
    PolicyUnreadableError,
    detector_files,
    read_detectors,
    read_policy,
)


def store_of(path):
    return PolicyStore(path, lambda: date(2026, 6, 1))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


def test_a_changed_file_is_in_force_after_a_refresh(file):
    store = store_of(file)
    before = store.current
    file.write_text(POLICY.replace("name: clinic", "name: hospital"))

    assert store.current is before
    assert store.refresh() is True
    assert (before.name, store.current.name) == ("clinic", "hospital")


def test_an_unchanged_file_is_not_a_new_revision(file):
    store = store_of(file)
    before = store.current

    assert store.refresh() is False
    assert store.current is before


def test_a_broken_revision_is_refused_once_and_the_old_one_stays(file):
    store = store_of(file)
    before = store.current
    file.write_text(POLICY.replace("mode:", "moode:"))

    with pytest.raises(PolicyError, match="unknown key `moode`"):
        store.refresh()
    assert store.current is before
    assert store.refresh() is False  # it is reported once, not every second

    file.write_text(POLICY)
    store.refresh()
    assert store.current.digest == before.digest


def test_a_file_that_has_gone_leaves_the_policy_in_force(file):
    store = store_of(file)
    file.unlink()

    with pytest.raises(PolicyUnreadableError, match="no such file"):
        store.refresh()
    assert store.current.name == "clinic"


OTHER = (
    POLICY.replace("name: clinic", "name: wards")
    .replace("- name: ", "- name: other-")
    .replace("billing.finance.svc", "other.finance.svc")
)


def test_every_file_of_a_folder_is_a_part_of_the_policy(file):
    alone = store_of(file.parent).current
    (file.parent / "other.yml").write_text(OTHER)
    both = store_of(file.parent).current
    assert (alone.name, both.name) == ("clinic", "clinic+wards")
    assert len(both.rules) == 2 * len(alone.rules)
    assert both.digest != alone.digest


def test_a_folder_is_one_revision_of_which_a_broken_file_refuses_all(file):
    store = store_of(file.parent)
    before = store.current
    other = file.parent / "other.yml"
    other.write_text(OTHER.replace("mode:", "moode:"))
    with pytest.raises(PolicyError, match=r"other\.yml.*unknown key `moode`"):
        store.refresh()
    assert (store.current, store.refused) == (before, True)
    other.write_text(OTHER)
    assert (store.refresh(), store.refused, store.current.name) == (True, False, "clinic+wards")


def test_a_policy_that_cannot_be_read_for_a_while_is_refused_until_it_is_back(file):
    store = store_of(file)
    text = file.read_text()
    file.unlink()
    with pytest.raises(PolicyUnreadableError):
        store.refresh()
    assert store.refused
    file.write_text(text)
    assert (store.refresh(), store.refused) == (False, False)


def test_a_config_map_that_turns_to_a_broken_revision_keeps_the_old_one_whole(tmp_path):
    for name, texts in {"..1": (POLICY, OTHER), "..2": (POLICY.replace("name: clinic", "name: new"), "broken")}.items():
        (tmp_path / name).mkdir()
        for part, text in zip(("a.yaml", "b.yaml"), texts, strict=True):
            (tmp_path / name / part).write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    for part in ("a.yaml", "b.yaml"):
        (tmp_path / part).symlink_to(f"..data/{part}")
    store = store_of(tmp_path)
    turn(tmp_path, "..2")
    with pytest.raises(PolicyError):
        store.refresh()
    assert store.current.name == "clinic+wards"  # nothing of the new revision, though one of its files is good
    (tmp_path / "..2" / "b.yaml").write_text(OTHER)
    store.refresh()
    assert store.current.name == "new+wards"


def test_a_config_map_that_turns_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    for name, policy in {"..1": "one", "..2": "two"}.items():
        (tmp_path / name).mkdir()
        for part in "ab":
            text = POLICY.replace("name: clinic", f"name: {policy}").replace("- name: ", f"- name: {part}-")
            (tmp_path / name / f"{part}.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    for part in "ab":
        (tmp_path / f"{part}.yaml").symlink_to(f"..data/{part}.yaml")
    opened = type(tmp_path).open

    def turning(self, *args, **kwargs):
        if self.name == "b.yaml" and (tmp_path / "..data").readlink().name == "..1":
            turn(tmp_path, "..2")
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(type(tmp_path), "open", turning)
    assert {("one" in text, "two" in text) for text in read_policy(tmp_path).values()} == {(False, True)}


def turn(folder, revision):
    """As the kubelet does: a new link, renamed over the old one."""
    (folder / "..data_tmp").symlink_to(revision)
    (folder / "..data_tmp").rename(folder / "..data")


def test_an_exception_ends_with_its_day_though_no_file_changes(file):
    rule = "{name: x, from: [{}], to: [{}], allow: [URL], owner: o, reason: r, expires: 2026-12-31}"
    file.write_text(f"{POLICY}  exceptions: [{rule}]\n")
    days = [date(2026, 12, 31)]
    store = PolicyStore(file, lambda: days[-1])
    pinned = store.current
    assert not store.refresh()
    days.append(date(2027, 1, 1))
    assert store.refresh()
    assert [r.name for r in pinned.in_force if r.terms] == ["x"]
    assert [r.name for r in store.current.in_force if r.terms] == []
    assert store.current.digest == pinned.digest


def test_a_file_that_would_fill_the_memory_is_refused(file):
    file.write_text("#" * (1 << 20) + "\n")
    with pytest.raises(PolicyUnreadableError, match="more than 1048576 bytes; split it"):
        read_policy(file)


def test_a_folder_without_a_policy_says_so(tmp_path):
    with pytest.raises(PolicyUnreadableError, match=r"found no \.yaml file with a policy"):
        store_of(tmp_path)


def test_a_mounted_config_map_is_one_policy(tmp_path):
    (tmp_path / "..2026_08").mkdir()
    (tmp_path / "..2026_08" / "policy.yaml").write_text(POLICY)
    (tmp_path / "..data").symlink_to("..2026_08")
    (tmp_path / "policy.yaml").symlink_to("..data/policy.yaml")

    assert store_of(tmp_path).current.name == "clinic"


def test_what_is_no_text_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(PolicyUnreadableError, match=r"policy\.yaml: not UTF-8"):
        read_policy(path)


def test_there_is_no_store_without_a_policy(file):
    file.write_text("")
    with pytest.raises(PolicyError):
        store_of(file)


def test_detectors_beside_a_policy_are_no_part_of_it(file):
    alone = store_of(file).current
    detectors = file.parent / "detectors.yaml"
    detectors.write_text("apiVersion: phiguard.dev/v1alpha1\nkind: DetectorSet\nmetadata: {name: own}\nspec: {}\n")
    assert store_of(file.parent).current == alone
    assert detector_files(file.parent) == (detectors,)
    assert detector_files(file) == ()
    with pytest.raises(PolicyError):
        read_detectors(detectors)

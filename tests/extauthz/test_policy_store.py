import pytest
from running_guard import POLICY

from extauthz.policy_store import PolicyError, PolicyStore, PolicyUnreadableError, read_policy


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return path


def test_a_changed_file_is_in_force_after_a_refresh(file):
    store = PolicyStore(file)
    before = store.current
    file.write_text(POLICY.replace("name: clinic", "name: hospital"))

    assert store.current is before
    assert store.refresh() is True
    assert (before.name, store.current.name) == ("clinic", "hospital")


def test_an_unchanged_file_is_not_a_new_revision(file):
    store = PolicyStore(file)
    before = store.current

    assert store.refresh() is False
    assert store.current is before


def test_a_broken_revision_is_refused_once_and_the_old_one_stays(file):
    store = PolicyStore(file)
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
    store = PolicyStore(file)
    file.unlink()

    with pytest.raises(PolicyUnreadableError, match="no such file"):
        store.refresh()
    assert store.current.name == "clinic"


def test_a_folder_holds_exactly_one_policy(file):
    assert PolicyStore(file.parent).current.name == "clinic"

    (file.parent / "other.yml").write_text(POLICY)
    with pytest.raises(PolicyUnreadableError, match=r"found other\.yml, policy\.yaml; give a folder with exactly one"):
        PolicyStore(file.parent)


def test_a_folder_without_a_policy_says_so(tmp_path):
    with pytest.raises(PolicyUnreadableError, match=r"found no \.yaml file"):
        PolicyStore(tmp_path)


def test_a_mounted_config_map_is_one_policy(tmp_path):
    (tmp_path / "..2026_08").mkdir()
    (tmp_path / "..2026_08" / "policy.yaml").write_text(POLICY)
    (tmp_path / "..data").symlink_to("..2026_08")
    (tmp_path / "policy.yaml").symlink_to("..data/policy.yaml")

    assert PolicyStore(tmp_path).current.name == "clinic"


def test_what_is_no_text_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(PolicyUnreadableError, match=r"policy\.yaml: not UTF-8"):
        read_policy(path)


def test_there_is_no_store_without_a_policy(file):
    file.write_text("")
    with pytest.raises(PolicyError):
        PolicyStore(file)

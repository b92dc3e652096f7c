import weakref
from datetime import date

import pytest
from running_guard import POLICY

from extauthz.detection import freed_memory
from extauthz.detection.engines import EngineError
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from extauthz.policies.store import PolicySnapshot, PolicyStore
from mesh.policy_file.problems import PolicyError


class Compiler:
    """Returns an engine for any detector sets, and records the sets."""

    def __init__(self):
        self.asked = []

    def __call__(self, sets):
        self.asked.append([each.name for each in sets])
        return object()


def store_of(path, compiler=None):
    return PolicyStore(PolicyFiles(path), lambda: date(2026, 6, 1), compiler or Compiler())


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
    assert (before.policy.name, store.current.policy.name) == ("clinic", "hospital")


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
    assert store.refresh() is False  # reported once, not every second

    file.write_text(POLICY)
    store.refresh()
    assert store.current.policy.digest == before.policy.digest


def test_a_file_that_has_gone_leaves_the_policy_in_force(file):
    store = store_of(file)
    file.unlink()

    with pytest.raises(PolicyUnreadableError, match="no such file"):
        store.refresh()
    assert store.current.policy.name == "clinic"


OTHER = (
    POLICY.replace("name: clinic", "name: wards")
    .replace("- name: ", "- name: other-")
    .replace("billing.finance.svc", "other.finance.svc")
)


def test_every_file_of_a_folder_is_a_part_of_the_policy(file):
    alone = store_of(file.parent).current.policy
    (file.parent / "other.yml").write_text(OTHER)
    both = store_of(file.parent).current.policy
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
    assert (store.refresh(), store.refused, store.current.policy.name) == (
        True,
        False,
        "clinic+wards",
    )


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
    for name, texts in {
        "..1": (POLICY, OTHER),
        "..2": (POLICY.replace("name: clinic", "name: new"), "broken"),
    }.items():
        (tmp_path / name).mkdir()
        for part, text in zip(("a.yaml", "b.yaml"), texts, strict=True):
            (tmp_path / name / part).write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    for part in ("a.yaml", "b.yaml"):
        (tmp_path / part).symlink_to(f"..data/{part}")
    store = store_of(tmp_path)
    switch_revision(tmp_path, "..2")
    with pytest.raises(PolicyError):
        store.refresh()
    # No part of the new revision is in force, though one of its files is valid.
    assert store.current.policy.name == "clinic+wards"
    (tmp_path / "..2" / "b.yaml").write_text(OTHER)
    store.refresh()
    assert store.current.policy.name == "new+wards"


def switch_revision(folder, revision):
    """Switch the link as the kubelet does: make a new one, and rename it over the old one."""
    (folder / "..data_tmp").symlink_to(revision)
    (folder / "..data_tmp").rename(folder / "..data")


def test_an_exception_ends_with_its_day_though_no_file_changes(file):
    rule = "{name: x, from: [{}], to: [{}], allow: [URL], owner: o, reason: r, expires: 2026-12-31}"
    file.write_text(f"{POLICY}  exceptions: [{rule}]\n")
    days = [date(2026, 12, 31)]
    store = PolicyStore(PolicyFiles(file), lambda: days[-1], Compiler())
    pinned = store.current.policy
    assert not store.refresh()
    days.append(date(2027, 1, 1))
    assert store.refresh()
    assert [r.name for r in pinned.in_force if r.terms] == ["x"]
    assert [r.name for r in store.current.policy.in_force if r.terms] == []
    assert store.current.policy.digest == pinned.digest


def test_a_mounted_config_map_is_one_policy(tmp_path):
    (tmp_path / "..2026_08").mkdir()
    (tmp_path / "..2026_08" / "policy.yaml").write_text(POLICY)
    (tmp_path / "..data").symlink_to("..2026_08")
    (tmp_path / "policy.yaml").symlink_to("..data/policy.yaml")

    assert store_of(tmp_path).current.policy.name == "clinic"


def test_there_is_no_store_without_a_policy(file):
    file.write_text("")
    with pytest.raises(PolicyError):
        store_of(file)


CHART = r"""
apiVersion: phiguard.dev/v1alpha1
kind: DetectorSet
metadata: {name: charts}
spec:
  detectors:
  - {name: chart, infoType: CLINIC_CHART, class: H, pattern: 'CH-\d{6}', match: [CH-123456]}
"""
NAMED = POLICY.replace("allow: [PERSON_NAME,", "allow: [CLINIC_CHART, PERSON_NAME,")


def test_a_policy_and_the_detectors_that_it_names_are_one_revision(file):
    compiler = Compiler()
    store = store_of(file.parent, compiler)
    before = store.current
    file.write_text(NAMED)
    with pytest.raises(PolicyError, match="unknown infoType, class or group `CLINIC_CHART`"):
        store.refresh()
    assert store.current is before

    (file.parent / "charts.yaml").write_text(CHART)
    assert store.refresh() is True
    assert "CLINIC_CHART" in store.current.policy.rules[0].request.allow
    assert compiler.asked == [[], ["charts"]]
    assert store.current.engine is not before.engine


def test_a_broken_set_is_refused_and_the_old_policy_and_engine_stay(file):
    (file.parent / "charts.yaml").write_text(CHART)
    store = store_of(file.parent)
    before = store.current
    (file.parent / "charts.yaml").write_text(CHART.replace("match: [CH-123456]", "match: [CH-1]"))
    # This policy is valid, but its detector set is not.
    file.write_text(POLICY.replace("name: clinic", "name: hospital"))
    with pytest.raises(PolicyError, match=r"charts\.yaml:7:.*finds nothing in this example"):
        store.refresh()
    assert (store.current, store.refused) == (before, True)


def test_detectors_that_cannot_be_compiled_leave_the_old_revision_in_force(file):
    def engine_of(sets):
        if sets:
            raise EngineError("no room")
        return object()

    store = PolicyStore(PolicyFiles(file.parent), lambda: date(2026, 6, 1), engine_of)
    before = store.current
    (file.parent / "charts.yaml").write_text(CHART)
    with pytest.raises(EngineError):
        store.refresh()
    assert (store.current, store.refused) == (before, True)


def test_an_engine_is_compiled_again_only_when_its_detectors_change(file):
    (file.parent / "charts.yaml").write_text(CHART)
    compiler = Compiler()
    store = store_of(file.parent, compiler)
    engine = store.current.engine
    file.write_text(NAMED)
    assert store.refresh()
    assert (store.current.engine, len(compiler.asked)) == (engine, 1)
    (file.parent / "charts.yaml").write_text(CHART.replace("d{6}", "d{6,7}"))
    assert store.refresh()
    assert len(compiler.asked) == 2


class CyclicEngine:
    """An engine that only a collection can free."""

    def __init__(self):
        self.itself = self


def test_an_engine_that_was_replaced_is_freed(file):
    (file.parent / "charts.yaml").write_text(CHART)
    store = store_of(file.parent, lambda _: CyclicEngine())
    replaced = weakref.ref(store.current.engine)
    (file.parent / "charts.yaml").write_text(CHART.replace("d{6}", "d{6,7}"))
    assert store.refresh()
    assert replaced() is None


def test_a_new_store_gives_back_what_compiling_has_freed(file, monkeypatch):
    given_back = []
    monkeypatch.setattr(freed_memory, "give_back", lambda: given_back.append(True))
    store = store_of(file.parent)
    file.write_text(NAMED.replace("CLINIC_CHART", "PERSON_NAME"))
    assert store.refresh()
    assert given_back == [True]  # the same engine goes on, so nothing was compiled


def test_the_digest_is_of_the_policy_and_the_detectors(file):
    alone = store_of(file.parent).current.policy.digest
    (file.parent / "charts.yaml").write_text(CHART)
    beside = store_of(file.parent).current.policy.digest
    (file.parent / "charts.yaml").write_text(CHART.replace("d{6}", "d{6,7}"))
    assert len({alone, beside, store_of(file.parent).current.policy.digest}) == 3


def test_a_store_that_needs_no_policy_begins_without_one_and_takes_the_first_that_comes(tmp_path):
    compiler = Compiler()
    store = PolicyStore(
        PolicyFiles(tmp_path / "p.yaml"), lambda: date(2026, 6, 1), compiler, required=False
    )
    assert (store.current.policy, store.refused) == (None, True)
    with pytest.raises(PolicyUnreadableError):
        store.refresh()
    (tmp_path / "p.yaml").write_text(POLICY.replace("mode:", "moode:"))
    with pytest.raises(PolicyError):
        store.refresh()
    assert store.current.policy is None
    (tmp_path / "p.yaml").write_text(POLICY)
    assert (store.refresh(), store.refused, store.current.policy.name) == (True, False, "clinic")
    assert isinstance(store.current, PolicySnapshot)

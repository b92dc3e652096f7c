import pytest

from extauthz.records.ledger import archive
from extauthz.records.ledger.archive import ArchiveError, ArchiveManifest, Moved
from extauthz.records.ledger.chain import ChainHead

MOVED = Moved(0, "ledger-0-000000000004.jsonl.zst", 4, 6, "t1", "t2", "a" * 64, "b" * 64, "c" * 64)
ONE = ArchiveManifest("now", "0.1.0", (MOVED,))


def test_a_manifest_is_read_as_it_was_written(tmp_path):
    for number in (1, 2):
        path = archive.write(tmp_path, ONE, ())
        assert (path.name, archive.read(path)) == (f"archive-{number:06}.manifest", ONE)
    assert archive.manifests(tmp_path) == [ONE, ONE]
    assert ONE.ends() == {0: ChainHead(6, "b" * 64)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"first": 7, "prev": "b" * 64}, True),
        ({"first": 8, "prev": "b" * 64}, False),
        ({"first": 7, "prev": "d" * 64}, False),
        ({"worker": 1, "first": 1, "prev": "0" * 64}, True),
    ],
)
def test_a_segment_follows_the_last_one_of_its_worker(changed, expected):
    fields = {name: getattr(MOVED, name) for name in Moved.__slots__}
    assert archive.follows(Moved(**{**fields, **changed}), [ONE]) is expected


TEXT = ONE.text()


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "phiguard archive v1", "phiguard archive v1\n", "phiguard archive v1\n[]\n",
        TEXT.replace("v1", "v2"), TEXT[:-10], TEXT.replace("c" * 64, "c"), TEXT.replace('"head"', '"tail"'),
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(tmp_path, text):
    path = tmp_path / "archive-000001.manifest"
    path.write_text(text)
    with pytest.raises(ArchiveError, match="not a manifest"):
        archive.read(path)


def test_a_half_written_manifest_is_none(tmp_path):
    (tmp_path / "archive-000001.manifest.part").write_text("phiguard arch")
    assert archive.manifests(tmp_path) == []
    assert archive.write(tmp_path, ONE, ()).name == "archive-000001.manifest"
    assert not list(tmp_path.glob("*.part"))

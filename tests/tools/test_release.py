import io
import subprocess
import tarfile
import tomllib
import zipfile
from importlib import metadata

import pytest

from tools.own_tests import ROOT
from tools.release import ReleaseError, check_sdist, check_wheel, checksums, refuse, repacked

NEEDED = [
    "phiscan/py.typed",
    "mesh/py.typed",
    "atrest/py.typed",
    "extauthz/py.typed",
    "extauthz/demo/clinic.yaml",
    *(f"share/man/man1/{page.name}" for page in (ROOT / "docs/man").glob("*.1")),
    *(
        f"share/phiguard/chart/{path.relative_to(ROOT / 'istio-config/chart').as_posix()}"
        for path in sorted((ROOT / "istio-config/chart").rglob("*"))
        if path.is_file()
    ),
]


@pytest.fixture
def tree(tmp_path):
    def git(*arguments):
        name = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        command = ["git", *name, *arguments]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - runs git

    git("init")
    (tmp_path / "a").write_text("a")
    git("add", "a")
    git("commit", "-m", "a")
    return tmp_path, git


def wheel(names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(f"phiguard-1.data/data/{name}" if name[:6] == "share/" else name, "")
    return content.getvalue()


def sdist(names, mtime=0):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"phiguard-1/{name}")
            member.mtime = mtime
            archive.addfile(member)
    return content.getvalue()


def test_a_clean_tree_with_a_new_version_may_be_released(tree):
    refuse(tree[0], "1.0")


def test_uncommitted_changes_are_refused(tree):
    (tree[0] / "b").write_text("b")
    with pytest.raises(ReleaseError, match="uncommitted"):
        refuse(tree[0], "1.0")


@pytest.mark.parametrize("kind", [[], ["-a", "-m", "a"]], ids=["light", "annotated"])
def test_a_version_whose_tag_names_another_commit_is_refused(tree, kind):
    tree[1]("tag", *kind, "v1.0")
    refuse(tree[0], "1.0")
    tree[1]("commit", "--allow-empty", "-m", "b")
    with pytest.raises(ReleaseError, match=r"v1\.0 exists at another commit"):
        refuse(tree[0], "1.0")
    refuse(tree[0], "1.1")


def test_a_wheel_holds_the_packages_and_their_data():
    check_wheel(wheel([*NEEDED, "phiguard-1.dist-info/METADATA"]))


@pytest.mark.parametrize("missing", NEEDED)
def test_a_wheel_without_its_data_is_refused(missing):
    with pytest.raises(ReleaseError, match=missing):
        check_wheel(wheel(set(NEEDED) - {missing}))


def test_a_wheel_with_tests_is_refused():
    with pytest.raises(ReleaseError, match="holds tests"):
        check_wheel(wheel([*NEEDED, "tests/test_a.py"]))
    with pytest.raises(ReleaseError, match="holds share"):
        check_wheel(wheel([*NEEDED, "share/applications/a.desktop"]))


def test_an_sdist_without_a_file_of_the_commit_is_refused():
    check_sdist(sdist(["a", "b"]), ["a", "b", ".github/x"])
    with pytest.raises(ReleaseError, match="lacks b"):
        check_sdist(sdist(["a"]), ["a", "b"])


def test_times_and_order_of_an_sdist_do_not_matter_after_it_is_packed_again():
    assert repacked(sdist(["a", "b"], 1), 7) == repacked(sdist(["b", "a"], 2), 7)


def test_checksums_are_lines_that_sha256sum_reads():
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert checksums({"b": b"", "a": b""}) == f"{digest}  a\n{digest}  b\n"


def test_the_version_stands_in_pyproject_alone():
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert metadata.version("phiguard") == stated

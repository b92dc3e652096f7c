import os

import pytest

from tools.image_tree import differences, entries, faults, size


@pytest.fixture
def two(tmp_path):
    roots = tmp_path / "one", tmp_path / "other"
    for root in roots:
        (root / "usr/bin").mkdir(parents=True)
        (root / "tmp").mkdir()
        (root / "tmp").chmod(0o1777)
        (root / "usr/bin/phiguard").write_text("run")
        (root / "usr/bin/python").symlink_to("python3")
        (root / "usr/bin/pipes.py").write_text("")
        for path in [*root.rglob("*"), root]:
            os.utime(path, (7, 7), follow_symlinks=False)
    return roots


def compared(two):
    return differences(*map(entries, two))


def touch(path, time=7):
    os.utime(path, (time, time), follow_symlinks=False)


def test_equal_trees_do_not_differ(two):
    assert compared(two) == []


def content(root):
    (root / "usr/bin/phiguard").write_text("ran")
    touch(root / "usr/bin/phiguard")


def link(root):
    (root / "usr/bin/python").unlink()
    (root / "usr/bin/python").symlink_to("python2")
    touch(root / "usr/bin/python")
    touch(root / "usr/bin")


def more(root):
    (root / "usr/bin/more").write_text("")
    touch(root / "usr/bin")


def mode(root):
    (root / "usr/bin/phiguard").chmod(0o700)


def time(root):
    touch(root / "usr", 8)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (content, "usr/bin/phiguard"),
        (link, "usr/bin/python"),
        (more, "usr/bin/more"),
        (mode, "usr/bin/phiguard"),
        (time, "usr"),
    ],
)
def test_whatever_differs_is_named(two, change, path):
    change(two[1])
    (line,) = compared(two)
    assert line.startswith(f"{path}: ")


def test_an_image_may_hold_links_and_a_sticky_tmp(two):
    assert faults(entries(two[0])) == []


@pytest.mark.parametrize(
    "name",
    [
        "usr/bin/gcc",
        "usr/bin/x86_64-linux-gnu-g++-12",
        "bin/cc",
        "usr/bin/ld",
        "usr/bin/pip3",
        "lib/pip",
        "lib/pip-24.0.dist-info",
        "lib/ensurepip",
    ],
)
def test_compilers_and_installers_are_found(two, name):
    (two[0] / name).parent.mkdir(exist_ok=True)
    (two[0] / name).write_text("")
    assert [line.partition(":")[0] for line in faults(entries(two[0]))] == [name]


@pytest.mark.parametrize(
    ("mode", "why"), [(0o4755, "setuid"), (0o2755, "setgid"), (0o666, "everyone may write")]
)
def test_rights_that_nobody_needs_are_found(two, mode, why):
    (two[0] / "usr/bin/phiguard").chmod(mode)
    (line,) = faults(entries(two[0]))
    assert line.startswith("usr/bin/phiguard: ")
    assert why in line


def test_a_folder_that_everyone_may_write_is_found(two):
    (two[0] / "usr").chmod(0o1777)
    (two[0] / "tmp").chmod(0o777)
    assert [line.partition(":")[0] for line in faults(entries(two[0]))] == ["tmp", "usr"]


def test_the_size_is_that_of_the_files(two):
    assert size(two[0]) == len("run")

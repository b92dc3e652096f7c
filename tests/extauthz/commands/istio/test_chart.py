import json
from pathlib import PurePosixPath

import pytest

from extauthz import cli
from extauthz.commands.istio import chart
from tools.own_tests import ROOT

OURS = ROOT / "istio-config" / "chart"


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_chart_is_written_whole(tmp_path, capsys):
    assert cli.main(["istio", "chart", "--output", str(tmp_path / "c"), "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert files_of(tmp_path / "c") == files_of(OURS)
    assert printed["files"] == [str(tmp_path / "c" / name) for name in sorted(files_of(OURS))]


class Entry(PurePosixPath):
    """A file as the record of an installed wheel names it."""

    def locate(self):
        return OURS / self.as_posix().partition("chart/")[2]


@pytest.fixture
def installed(monkeypatch, tmp_path):
    monkeypatch.setattr(chart, "_CHECKOUT", tmp_path / "site-packages")

    def holds(*names):
        entries = [Entry(f"../../../share/phiguard/chart/{name}") for name in names]
        entries.append(Entry("../../../share/man/man1/phiguard.1"))
        monkeypatch.setattr("importlib.metadata.files", lambda _: entries)

    return holds


def test_of_a_wheel_what_pip_has_put_into_share_is_written(tmp_path, installed):
    installed(*files_of(OURS))
    assert cli.main(["istio", "chart", "--output", str(tmp_path / "c")]) == 0
    assert files_of(tmp_path / "c") == files_of(OURS)


def test_an_installation_without_a_chart_says_so(tmp_path, installed, capsys):
    installed()
    assert cli.main(["istio", "chart", "--output", str(tmp_path / "c")]) == 2
    assert "has no chart" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


def test_a_folder_that_is_there_is_not_mixed_with_another_version(tmp_path, capsys):
    (tmp_path / "c").mkdir()
    assert cli.main(["istio", "chart", "--output", str(tmp_path / "c")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert [*(tmp_path / "c").iterdir()] == []


def test_where_nothing_can_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "f").touch()
    assert cli.main(["istio", "chart", "--output", str(tmp_path / "f" / "c")]) == 2
    assert capsys.readouterr().err.count("\n") == 1

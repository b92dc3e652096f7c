import io
import json
import shutil
import sys
from pathlib import Path

import pytest

from extauthz.commands.errors import UsageError
from extauthz.commands.istio import sources
from mesh.istio.snapshot import SnapshotError

SHIPPED = Path(__file__).parents[4] / "istio-config"
ONE = "kind: Service\nmetadata: {name: one}\n"


def titles(*paths):
    found, _ = sources.read(map(str, paths))
    return [document.title for document in found.documents]


def skipped(*paths):
    return sources.read(map(str, paths))[1]


def test_files_and_folders_are_read_in_order_and_hidden_ones_are_not(tmp_path):
    for name in ("b/one.yml", "a.json", ".git/x.yaml", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"kind": "A", "metadata": {"name": name}}))
    assert titles(tmp_path) == ["A a.json", "A b/one.yml"]
    assert titles(tmp_path / "a.json", tmp_path / "b") == ["A a.json", "A b/one.yml"]


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ONE.encode())))
    assert titles("-") == ["Service one"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_dump_may_be_what_powershell_writes(tmp_path, encoding):
    (tmp_path / "f.yaml").write_bytes(ONE.encode(encoding))
    assert titles(tmp_path) == ["Service one"]


def test_bytes_that_are_no_text_are_named_with_their_file(tmp_path):
    (tmp_path / "f.yaml").write_bytes(b"a: \xff")
    with pytest.raises(UsageError, match=r"f\.yaml` as UTF-8"):
        titles(tmp_path)


def test_a_chart_is_left_out_with_the_command_that_renders_it(tmp_path):
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("name: x\n")
    (chart / "templates" / "a.yaml").write_text("name: {{ .Values.name }}\n")
    (tmp_path / "one.yaml").write_text(ONE)
    assert titles(tmp_path) == ["Service one"]
    assert skipped(tmp_path) == (
        f"`{chart}` is a chart, so render it: helm template {chart} | phiguard istio check -",
    )
    with pytest.raises(UsageError, match="is a chart, so render it"):
        titles(chart)


@pytest.mark.parametrize("name", ["kustomization.yaml", "Kustomization"])
def test_an_overlay_is_left_out_and_a_base_is_not(tmp_path, name):
    for folder, text in (
        ("base", "resources: [one.yaml]\n"),
        ("over", "resources: [../base]\npatches:\n- path: one.yaml\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
        (tmp_path / folder / "one.yaml").write_text(ONE)
    assert titles(tmp_path) == ["Service one"]
    (line,) = skipped(tmp_path)
    assert f"kubectl kustomize {tmp_path / 'over'} | phiguard istio check -" in line


def test_a_template_alone_is_an_error_with_its_line(tmp_path):
    (tmp_path / "a.yaml").write_text("kind: Service\nmetadata:\n  name: {{ .Release.Name }}\n")
    with pytest.raises(SnapshotError, match=r"a\.yaml:3: is a template; .*helm template"):
        titles(tmp_path)
    (tmp_path / "a.yaml").write_text('kind: Service\nmetadata: {name: "{{ .Release.Name }}"}\n')
    with pytest.raises(SnapshotError, match=r"a\.yaml:1: is a template"):
        titles(tmp_path)


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_MAX_BYTES", 10)
    (tmp_path / "f.yaml").write_text(ONE)
    with pytest.raises(UsageError, match="more than 10 bytes"):
        titles(tmp_path)


def test_what_is_shipped_is_read_but_for_the_chart_and_the_overlays(tmp_path):
    copy = shutil.copytree(SHIPPED, tmp_path / "shipped")
    found = titles(copy)
    assert "StatefulSet phiguard-system/phiguard" in found
    assert "AuthorizationPolicy phiguard" in found

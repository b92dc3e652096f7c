import hashlib
import tomllib
from importlib import metadata

import pytest

from tools import licences
from tools.licences import DECIDED, Shipped, is_permissive, licence_of, refused, shipped


@pytest.mark.parametrize(
    ("expression", "permissive"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("GPL-3.0-only OR Apache-2.0", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("(GPL-2.0-only OR MIT) AND (MPL-2.0 OR ISC)", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MIT WITH something", False),
        ("(MIT", False),
        ("LGPL-3.0-or-later", False),
        ("", False),
    ],
)
def test_one_side_of_or_and_both_of_and_must_be_permissive(expression, permissive):
    assert is_permissive(expression) is permissive


@pytest.mark.parametrize(
    ("about", "classifiers", "licence"),
    [
        ({"License-Expression": "MIT-0", "License": "GPL"}, [], "MIT-0"),
        ({"License": "3-Clause BSD License"}, [], "BSD-3-Clause"),
        ({"License": "The MIT License\n\nCopyright"}, ["MIT License"], "MIT"),
        (
            {"License": "Dual License"},
            ["BSD License", "Apache Software License"],
            "BSD AND Apache-2.0",
        ),
        (
            {"License": "UNKNOWN"},
            ["GNU General Public License (GPL)"],
            "GNU General Public License (GPL)",
        ),
        ({"License": "see the file"}, [], ""),
        ({}, [], ""),
    ],
)
def test_a_licence_is_read_in_every_form_that_metadata_have(about, classifiers, licence):
    full = [f"License :: OSI Approved :: {each}" for each in classifiers]
    assert licence_of(about, full) == licence


def test_what_nobody_accepted_or_read_is_refused_and_so_is_an_acceptance_of_nothing():
    packages = [
        Shipped("a", "1", "MIT"),
        Shipped("b", "1", "GPL-3.0-only"),
        Shipped("c", "1", ""),
        Shipped("d", "1", "MPL-2.0"),
    ]
    accepted = {name: {"licence": "MPL-2.0", "reason": "r"} for name in ("a", "b", "d", "gone")}
    assert [line.partition(":")[0] for line in refused(packages, accepted)] == [
        "b",
        "c",
        "a",
        "gone",
    ]


def test_each_acceptance_has_a_reason():
    assert all(each["reason"] for each in tomllib.loads(DECIDED.read_text())["accepted"].values())


def test_a_licence_that_was_read_counts_while_the_file_is_the_same():
    (file,) = [
        f
        for f in metadata.files("pysimdjson") or []
        if f.name == "LICENSE" and ".dist-info" in str(f)
    ]
    digest = hashlib.sha256(file.locate().read_bytes()).hexdigest()
    entry = {"licence": "MIT", "file": "LICENSE", "sha256": digest}
    assert shipped("pysimdjson", {"pysimdjson": entry}).licence == "MIT"
    assert shipped("pysimdjson", {"pysimdjson": {**entry, "sha256": "0" * 64}}).licence == ""


def test_what_is_installed_may_be_shipped(capsys):
    assert licences.main() == 0
    shown = capsys.readouterr().out
    assert "hyperscan" in shown
    assert "pyarrow" in shown


def test_without_an_acceptance_it_fails_and_says_which(tmp_path, monkeypatch, capsys):
    other = tmp_path / "licences.toml"
    other.write_text("[accepted]\n[read]\n")
    monkeypatch.setattr(licences, "DECIDED", other)
    assert licences.main() == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["certifi", "orjson", "pysimdjson"]

import os
import stat

import pytest

from extauthz.detection.engine_cache import EngineCache, default_folder
from phiscan.detectors import ssn
from phiscan.engine import Engine


@pytest.fixture
def cache(tmp_path):
    return EngineCache(tmp_path / "cache")


def _verdict(engine):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(b"ssn 123-45-6780")
    return scanner.finish().verdict.value


def _compiles(monkeypatch):
    """A list that gets an entry for each database that Hyperscan compiles from now on."""
    counted = []
    real = __import__("phiscan.patterns.compiled", fromlist=["compile_one"]).compile_one
    monkeypatch.setattr(
        "phiscan.patterns.compiled.compile_one", lambda plan: counted.append(plan) or real(plan)
    )
    return counted


def test_the_second_load_compiles_nothing_and_finds_the_same(cache, monkeypatch):
    first = cache.load(ssn.DETECTORS)
    counted = _compiles(monkeypatch)
    assert _verdict(cache.load(ssn.DETECTORS)) == _verdict(first) == "identifiers"
    assert counted == []


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"phiscan1" + b"\0" * 100], ids=["empty", "garbage", "foreign"]
)
def test_a_broken_file_is_made_anew(cache, content):
    cache.load(ssn.DETECTORS)
    path = cache.path(ssn.DETECTORS)
    whole = path.read_bytes()
    path.write_bytes(content)
    assert _verdict(cache.load(ssn.DETECTORS)) == "identifiers"
    assert len(path.read_bytes()) == len(whole)


def test_other_detectors_have_another_file(cache):
    assert cache.path(ssn.DETECTORS) != cache.path(ssn.DETECTORS[:1])


def test_another_cpu_has_another_file(cache, monkeypatch):
    here = cache.path(ssn.DETECTORS)
    monkeypatch.setattr("extauthz.detection.engine_cache._cpu", lambda: b"flags: sse2")
    assert cache.path(ssn.DETECTORS) != here


def test_only_this_user_may_read_what_is_written(cache):
    cache.load(ssn.DETECTORS)
    path = cache.path(ssn.DETECTORS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", [0o620, 0o602], ids=["group", "others"])
def test_a_file_that_others_may_write_is_not_loaded(cache, monkeypatch, mode):
    cache.load(ssn.DETECTORS)
    cache.path(ssn.DETECTORS).chmod(mode)
    counted = _compiles(monkeypatch)
    cache.load(ssn.DETECTORS)
    assert counted


def test_a_link_is_not_followed(cache, tmp_path, monkeypatch):
    cache.load(ssn.DETECTORS)
    path = cache.path(ssn.DETECTORS)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    counted = _compiles(monkeypatch)
    cache.load(ssn.DETECTORS)
    assert counted


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert _verdict(EngineCache(tmp_path / "file" / "cache").load(ssn.DETECTORS)) == "identifiers"


def test_old_files_are_removed(cache):
    cache.load(ssn.DETECTORS)
    folder = cache.path(ssn.DETECTORS).parent
    for number in range(20):
        (folder / f"{number}.hsdb").write_bytes(b"")
        os.utime(folder / f"{number}.hsdb", (number, number))
    cache.load(ssn.DETECTORS[:1])
    assert len(list(folder.glob("*.hsdb"))) == 8
    assert cache.path(ssn.DETECTORS[:1]).exists()


def test_a_file_that_is_used_stays_and_others_are_removed(cache):
    cache.load(ssn.DETECTORS)
    used = cache.path(ssn.DETECTORS)
    os.utime(used, (0, 0))
    for number in range(20):
        (used.parent / f"{number}.hsdb").write_bytes(b"")
        os.utime(used.parent / f"{number}.hsdb", (number + 1, number + 1))
    cache.load(ssn.DETECTORS)
    cache.load(ssn.DETECTORS[:1])
    assert used.exists()


def test_the_default_folder_is_the_users_cache():
    assert str(default_folder({"XDG_CACHE_HOME": "/x"})) == "/x/phiguard"
    assert default_folder({"XDG_CACHE_HOME": "relative"}) == default_folder({})
    assert default_folder({}).parts[-2:] == (".cache", "phiguard")


def test_a_user_without_a_home_has_a_folder_that_cannot_be_made(monkeypatch):
    def unknown(uid):
        raise KeyError(uid)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert str(default_folder({})) == "/nonexistent/.cache/phiguard"
    assert str(default_folder({"XDG_CACHE_HOME": "/x"})) == "/x/phiguard"


def test_a_full_engine_loads_from_bytes(cache):
    engine = Engine.load()
    assert _verdict(Engine.load(engine.serialized())) == "identifiers"

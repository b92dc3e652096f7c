import hyperscan
import pytest

from phiscan.patterns import compiled
from phiscan.patterns.compiled import (
    CompiledError,
    PatternError,
    Plan,
    PlatformError,
    compile_all,
    pack,
    unpack,
)

PLANS = (
    Plan((r"\d{3}-\d{2}", "ssn"), (0, hyperscan.HS_FLAG_CASELESS)),
    Plan(("mrn",), (hyperscan.HS_FLAG_SOM_LEFTMOST,)),
)


@pytest.fixture(scope="module")
def packed():
    return pack(compile_all(PLANS), PLANS)


def _hits(database, text):
    hits = []
    database.scan(
        text, match_event_handler=lambda number, start, end, *_: hits.append((number, start, end))
    )
    return hits


def test_databases_from_bytes_match_what_compiled_ones_do(packed):
    for made, loaded in zip(compile_all(PLANS), unpack(packed, PLANS), strict=True):
        assert _hits(loaded, b"my SSN 123-45, mrn") == _hits(made, b"my SSN 123-45, mrn") != []


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: b"", "cut off"),
        (lambda data: data[:50], "cut off"),
        (lambda data: data[:-1], "broken"),
        (lambda data: data[:100] + b"\xff" + data[101:], "broken"),
        (lambda data: b"phiscan0" + data[8:], "other"),
    ],
    ids=["empty", "half a head", "cut", "flipped", "another format"],
)
def test_bytes_that_are_not_whole_are_refused(packed, damage, why):
    with pytest.raises(CompiledError, match=why):
        unpack(damage(packed), PLANS)


def test_bytes_of_other_patterns_are_refused(packed):
    with pytest.raises(CompiledError, match="other patterns"):
        unpack(packed, PLANS[:1])


def test_bytes_of_another_version_of_hyperscan_are_refused(packed, monkeypatch):
    monkeypatch.setattr(hyperscan, "__version__", "0.0.1")
    with pytest.raises(CompiledError, match="another version"):
        unpack(packed, PLANS)


def test_a_database_of_another_platform_is_refused(monkeypatch):
    monkeypatch.setattr(hyperscan, "dumpb", lambda _: b"not a database of this machine")
    with pytest.raises(CompiledError, match="not for this machine"):
        unpack(pack(compile_all(PLANS), PLANS), PLANS)


def test_a_pattern_that_hyperscan_cannot_run_is_named_with_its_reason():
    with pytest.raises(PatternError, match="Zero-width"):
        compile_all((Plan(("a(?=b)",), (0,)),))


def test_a_machine_without_simd_is_told_what_it_lacks(monkeypatch):
    class _Old:
        def compile(self, **_):
            raise hyperscan.ArchitectureError

    monkeypatch.setattr(compiled.hyperscan, "Database", _Old)
    with pytest.raises(PlatformError, match=r"SSE4\.2"):
        compile_all(PLANS)

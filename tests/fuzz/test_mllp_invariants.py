import mllp_invariants
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mllp_invariants import SEEDS, BrokenError, Case, bytes_of, case_of, check
from tcp_shell import everything_passes


@pytest.mark.parametrize("stream", SEEDS)
def test_every_seed_holds_what_must_hold(stream):
    check(Case(stream, (1, len(stream) // 2, len(stream) - 1)))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_case(data):
    case = case_of(data)
    assert case_of(bytes_of(case)) == case
    check(case)


def test_what_passes_and_may_not_is_a_fault(monkeypatch):
    monkeypatch.setattr(mllp_invariants, "by_words", everything_passes)
    with pytest.raises(BrokenError, match="may not"):
        check(Case(SEEDS[1]))


def test_an_exception_inside_is_a_fault(monkeypatch):
    def fails(*_):
        raise ValueError

    monkeypatch.setattr("mesh.exchange.mllp_messages.parts", fails)
    with pytest.raises(BrokenError, match="exception"):
        check(Case(SEEDS[0]))

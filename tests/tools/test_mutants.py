import os
import sys
import time

import pytest

from tools.mutants import Survivor, _passed, judge
from tools.mutation import Mutant

MODULE = "mesh/policy/decision.py"
SURVIVOR = Survivor(MODULE, Mutant("f: a => b", 7, 0, 1, "b"))


def test_a_survivor_is_a_fault():
    assert judge([SURVIVOR], {}) == [f"{MODULE}:7: survives: f: a => b"]


def test_a_survivor_with_a_reason_is_accepted():
    assert judge([SURVIVOR], {MODULE: {"f: a => b": "b is a"}}) == []


def test_an_empty_reason_accepts_nothing():
    assert judge([SURVIVOR], {MODULE: {"f: a => b": ""}}) != []


def test_an_accepted_mutant_that_does_not_survive_is_a_fault():
    accepted = {MODULE: {"f: gone => b": "b was a"}}
    assert judge([], accepted) == [f"{MODULE}: accepted, but does not survive: f: gone => b"]


def started(code):
    return os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ, setsid=True)


@pytest.mark.parametrize(("code", "passed"), [("pass", True), ("raise SystemExit(1)", False)])
def test_tests_pass_when_their_process_ends_with_0(code, passed):
    assert _passed(started(code), 60) is passed


def test_a_mutant_that_never_ends_is_noticed_at_its_limit():
    before = time.monotonic()
    assert not _passed(started("while True: pass"), 0.2)
    assert time.monotonic() - before < 30

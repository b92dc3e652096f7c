"""Rows come in pieces that fit into memory."""

import pytest

from atrest.manners import Manners
from atrest.readers.pieces import pieces
from atrest.readers.throttle import Pace, Throttle

FAST = Pace.of(Manners())


def sizes(rows, pace=FAST):
    return [len(piece.rows) for piece in pieces(("a",), rows, pace)]


def test_short_rows_come_250_at_once_and_all_of_them():
    assert sizes((n,) for n in range(600)) == [250, 250, 100]
    assert sizes([]) == []


def test_long_rows_come_fewer_at_once():
    assert sizes(("x" * 1_500_000,) for _ in range(8)) == [3, 3, 2]


def test_no_more_is_read_ahead_than_a_piece():
    read = []
    rows = ((read.append(n) or n,) for n in range(1000))
    next(pieces(("a",), rows, FAST))
    assert len(read) == 250


def test_each_piece_is_waited_for():
    now = [0.0]
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(Throttle(10, lambda: now[0], sleep), Throttle(0))
    assert sizes(((n,) for n in range(100)), pace) == [10] * 10
    assert sum(slept) == pytest.approx(10)

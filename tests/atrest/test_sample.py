"""A reservoir is uniform, whatever its size in bytes."""

import pytest

from atrest import sample
from atrest.sample import reservoir, weight_of


def rows(count):
    return [(number, "x") for number in range(count)]


def test_few_rows_are_all_chosen_in_their_order():
    found = reservoir(rows(10), 10, seed=1)
    assert list(found.rows) == rows(10)
    assert found.is_all
    assert found.seen == 10


def test_many_rows_are_sampled_with_the_same_seed_alike():
    found = reservoir(rows(1_000), 100, seed=7)
    assert len(found.rows) == 100
    assert not found.is_all
    assert found.rows == reservoir(rows(1_000), 100, seed=7).rows
    assert found.rows != reservoir(rows(1_000), 100, seed=8).rows
    assert [n for n, _ in found.rows] == sorted(n for n, _ in found.rows)


@pytest.mark.parametrize("size", [40, 200])
def test_each_row_has_the_same_chance(size, monkeypatch):
    """Also where the sample is halved because its rows are long (size 200 of 2 kB)."""
    monkeypatch.setattr(sample, "_MOST_BYTES", 200_000)
    chosen = [0] * 20
    for seed in range(400):
        for number, _ in reservoir(((n, "x" * 2_000) for n in range(400)), size, seed).rows:
            chosen[number // 20] += 1
    mean = sum(chosen) / 20
    # 400 seeds: a group's count is within six standard deviations of the mean
    assert all(abs(count - mean) < 6 * mean**0.5 for count in chosen)


def test_a_sample_of_long_rows_stays_below_its_bytes(monkeypatch):
    monkeypatch.setattr(sample, "_MOST_BYTES", 100_000)
    found = reservoir(((n, "x" * 1_000) for n in range(5_000)), 5_000, seed=0)
    assert sum(map(weight_of, found.rows)) <= 100_000
    assert found.seen == 5_000

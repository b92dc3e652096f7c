"""The judge of a soak: a leak is noticed, and what is no leak is not taken for one."""

import random
from collections.abc import Callable

import pytest

from e2e.soak.flatness import BOUNDS, LEAST, Bound, Sample, TooFewError, trend

_DESCRIPTORS = BOUNDS["descriptors"]
_MEMORY = BOUNDS["rss MiB"]


def series(minutes: float, value: Callable[[float], float], every: float = 5.0) -> list[Sample]:
    count = int(minutes * 60 / every) + 1
    return [(n * every, value(n * every)) for n in range(count)]


def test_a_descriptor_a_second_is_a_leak():
    assert not trend(series(5, lambda at: 40 + at), _DESCRIPTORS).is_flat


def test_a_descriptor_a_minute_is_a_leak_in_a_run_of_half_an_hour():
    assert not trend(series(30, lambda at: 40 + at // 60), _DESCRIPTORS).is_flat


def test_a_leak_shows_beneath_a_coming_and_going_of_connections():
    noise = random.Random(1)
    leaking = series(10, lambda at: 40 + at / 60 * 2 + noise.choice((0, 0, 0, 6)))

    assert not trend(leaking, _DESCRIPTORS).is_flat


def test_a_descriptor_that_each_reload_leaves_behind_is_a_leak():
    assert not trend(series(10, lambda at: 40 + at // 45), _DESCRIPTORS).is_flat


def test_coming_and_going_is_flat():
    noise = random.Random(2)

    assert trend(series(10, lambda at: 40 + noise.randrange(12)), _DESCRIPTORS).is_flat


def test_a_peak_is_no_leak():
    assert trend(series(10, lambda at: 400 if 500 < at < 550 else 40), _DESCRIPTORS).is_flat


def test_the_peaks_of_reloads_are_no_leak():
    assert trend(series(10, lambda at: 140 if at % 60 < 15 else 100), _MEMORY).is_flat


def test_growth_in_the_first_half_is_a_warm_up():
    assert trend(series(10, lambda at: 100 + min(at, 280) / 4), _MEMORY).is_flat


def test_growth_that_goes_on_is_a_leak_however_it_began():
    assert not trend(series(10, lambda at: 100 + at / 60), _MEMORY).is_flat


def test_less_and_less_is_flat():
    assert trend(series(10, lambda at: 100 - at / 60), _MEMORY).is_flat


def test_a_large_process_may_grow_by_its_share():
    grown = trend(series(10, lambda at: 1000 + at / 60), _MEMORY)

    assert grown.bound == pytest.approx(0.02 * grown.median)
    assert grown.is_flat


def test_the_least_leak_is_at_the_bound():
    flat = trend(series(10, lambda at: 40), Bound(3.0))
    per_second = flat.least_leak / 60

    assert trend(series(10, lambda at: 40 + 0.98 * per_second * at), Bound(3.0)).is_flat
    assert not trend(series(10, lambda at: 40 + 1.02 * per_second * at), Bound(3.0)).is_flat


def test_a_run_of_many_samples_is_judged_by_some_of_them():
    assert not trend(series(60, lambda at: 40 + at / 60, every=1.0), _DESCRIPTORS).is_flat


@pytest.mark.parametrize("samples", [[], [(0.0, 1.0)], series(1, lambda at: 40)])
def test_a_short_run_is_not_judged(samples: list[Sample]):
    with pytest.raises(TooFewError, match=str(LEAST)):
        trend(samples, _DESCRIPTORS)

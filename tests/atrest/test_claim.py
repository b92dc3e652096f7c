"""Bounds against values that are known."""

import math
import random

import pytest

from atrest.claim import Claim, claim, percent


@pytest.mark.parametrize(
    ("hits", "seen", "least", "most"),
    [
        # R: binom.test(h, n)$conf.int
        (1, 10, 0.002528579, 0.4450161),
        (5, 1000, 0.001625420, 0.01162946),
        (500, 1000, 0.4685492, 0.5314508),
        (9, 10, 0.5549839, 0.9974714),
        (10, 10, 0.6915029, 1.0),
        (1000, 1000, 0.9963179, 1.0),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(hits, seen, least, most):
    found = claim(hits, seen)
    assert (found.least, found.most) == pytest.approx((least, most), rel=1e-5)


@pytest.mark.parametrize("seen", [10, 100, 5_000, 1_000_000])
def test_no_hit_in_n_rows_is_at_most_three_in_n(seen):
    found = claim(0, seen)
    assert found.least == 0
    assert found.most == 3 / seen


def test_all_rows_give_the_share_itself():
    assert claim(3, 12, is_all=True) == Claim(0.25, 0.25, is_exact=True)


def test_no_row_says_nothing_unless_there_is_none():
    assert claim(0, 0) == Claim(0, 1)
    assert claim(0, 0, is_all=True) == Claim(0, 0, is_exact=True)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (claim(0, 5_000), "at most 0.06 % of rows at 95 %"),
        (claim(50, 5_000), "0.74 % to 1.3 % of rows at 95 %"),
        (claim(5_000, 5_000), "at least 99.9 % of rows at 95 %"),
        (claim(5, 5, is_all=True), "100 % of all rows"),
    ],
)
def test_words(found, words):
    assert found.words == words


def test_only_a_whole_is_a_hundred_percent():
    assert (percent(0.9999999), percent(1.0), percent(0)) == ("99.9 %", "100 %", "0 %")


@pytest.mark.parametrize("share", [0.0, 0.002, 0.01, 0.3, 0.99])
@pytest.mark.parametrize("rows", [60, 400])
def test_over_two_hundred_seeds_the_bound_covers_the_truth(share, rows):
    seeds, size = 200, 2_000
    truth = round(share * size)
    holding = [number < truth for number in range(size)]
    covered = 0
    for seed in range(seeds):
        hits = sum(random.Random(seed).sample(holding, rows))  # noqa: S311 - no secret
        found = claim(hits, rows)
        covered += found.least <= truth / size <= found.most
    assert covered >= 0.95 * seeds


def chance(hits, seen, share):
    """The chance of so many hits (the binomial distribution)."""
    ways = math.lgamma(seen + 1) - math.lgamma(hits + 1) - math.lgamma(seen - hits + 1)
    return math.exp(ways + hits * math.log(share) + (seen - hits) * math.log1p(-share))


def coverage(claims, seen, share):
    """How often the bounds hold the share."""
    return sum(
        chance(hits, seen, share)
        for hits, each in enumerate(claims)
        if each.least <= share <= each.most
    )


@pytest.mark.parametrize("seen", [*range(1, 31), 50, 100, 333, 5_000])
def test_no_share_is_covered_in_less_than_95_of_a_hundred_samples(seen):
    claims = [claim(hits, seen) for hits in range(min(seen, 60) + 1)]
    # the worst is beside a bound; beyond 25 hits all bounds are those of Clopper and Pearson
    edges = {bound for each in claims for bound in (each.least, each.most) if 0 < bound < 1}
    near = {edge * factor for edge in edges for factor in (1 - 1e-9, 1 + 1e-9)}
    shares = [share for share in near if share < min(1, 25 / seen) or seen <= 30]
    assert min(coverage(claims, seen, share) for share in shares if share < 1) >= 0.95

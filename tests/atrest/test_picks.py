from collections import Counter

from atrest.picks import Picks


def test_all_rows_are_drawn_where_there_are_few():
    picks = Picks(3, 5, seed=1)
    assert picks.is_all
    assert list(picks.within(0, 2)) == [0, 1]
    assert list(picks.within(2, 1)) == [0]


def test_zero_draws_all_rows():
    assert Picks(10, 0, seed=1).is_all


def test_as_many_rows_are_drawn_as_asked_for_and_counted_from_where_each_piece_begins():
    picks = Picks(1000, 50, seed=4)
    drawn = [start + at for start in range(0, 1000, 90) for at in picks.within(start, 90)]
    assert len(set(drawn)) == 50
    assert drawn == list(Picks(1000, 50, seed=4).within(0, 1000))
    assert drawn != list(Picks(1000, 50, seed=5).within(0, 1000))


def test_every_row_has_the_same_chance_the_last_ones_too():
    counts = Counter(number for seed in range(2000) for number in Picks(20, 5, seed).within(0, 20))
    assert set(counts) == set(range(20))
    # 2000 draws with chance 1/4: the standard deviation is 19.4, and 6 of them are 116
    assert all(abs(count - 500) < 116 for count in counts.values())

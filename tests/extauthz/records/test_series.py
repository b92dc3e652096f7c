import pytest

from extauthz.records.series import Distribution, Gauge, Kind, Sum, attributes, gauge


def sizes():
    return Distribution("phiguard.scan.size", "By", "Sizes", (), (10.0, 20.0))


def test_a_value_on_a_bound_is_below_it():
    made = sizes()
    for value in (10, 11, 20, 21):
        made.add((), value, 1, 2)
    ((_, buckets),) = made.family().buckets

    assert buckets.counts == [1, 2, 1]
    assert (buckets.total, buckets.least, buckets.most) == (62, 10, 21)


def test_a_family_does_not_change_with_what_is_counted_later():
    made, sum_ = sizes(), Sum("phiguard.opaque", "", "")
    made.add((), 1, 1, 2)
    sum_.add(2)
    families = made.family(), sum_.family()
    made.add((), 1, 1, 2)
    sum_.add(2)

    assert families[0].buckets[0][1].counts == [1, 0, 0]
    assert families[1].values == [((), 2)]
    assert (sum_.family().values, sum_.family().kind) == ([((), 4)], Kind.COUNTER)


def test_one_reader_gets_what_came_since_it_last_asked():
    made = sizes()
    made.add(("a",), 1, 1, 2)
    made.add(("b",), 15, 1, 2)
    assert {w: b.counts for w, b in made.since_last().series.items()} == {
        ("a",): [1, 0, 0],
        ("b",): [0, 1, 0],
    }
    made.add(("a",), 3, 1, 2)
    made.add(("a",), 15, 1, 2)
    (since,) = made.since_last().series.values()

    assert (since.counts, since.total, since.least, since.most) == ([1, 1, 0], 18, 3, 15)
    assert made.since_last().series == {}
    assert made.series["a",].counts == [2, 1, 0]


def test_a_gauge_leaves_out_what_has_no_value():
    made = Gauge("phiguard.x", "", "", {("a",): lambda: 1, ("b",): lambda: None}, ("k",))

    assert made.family().values == [(("a",), 1)]
    assert gauge("phiguard.x", "", "", lambda: 3).family().values == [((), 3)]


def test_each_word_has_its_key():
    assert attributes(("a", "b"), ("x", True)) == {"a": "x", "b": True}
    with pytest.raises(ValueError, match="zip"):
        attributes(("a",), ())

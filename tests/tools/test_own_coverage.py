import pytest

from tools.own_coverage import Covered, below, by_room, floor_text


def test_a_room_is_the_sum_of_its_folder():
    rooms = by_room({"a/b.py": Covered(1, 4), "a/c.py": Covered(2, 4), "a/d/e.py": Covered(1, 1)})
    assert rooms == {"a": Covered(3, 8), "a/d": Covered(1, 1)}


def test_what_has_nothing_to_reach_is_reached():
    assert Covered(0, 0).percent == 100


def test_a_floor_is_rounded_down():
    assert '"a" = 66\n' in floor_text({"a": Covered(2, 3)})


@pytest.mark.parametrize(
    ("floor", "message"),
    [({"a": 67}, "a fell to 66.7 %"), ({}, "a has no floor"), ({"a": 66, "b": 1}, "b has a floor")],
)
def test_less_than_the_floor_and_a_floor_that_fits_no_room_are_faults(floor, message):
    (fault,) = below({"a": Covered(2, 3)}, floor)
    assert message in fault


def test_the_floor_itself_is_enough():
    assert below({"a": Covered(2, 3)}, {"a": 66}) == []

"""What a scan knows before it reads a document, and its clock."""

from itertools import count, islice

import pytest

from phiscan.scan_context import OutOfTimeError, Room, ScanContext


def test_all_items_come_through_in_order_while_there_is_time():
    assert list(ScanContext().timed(range(1000))) == list(range(1000))


def test_the_clock_is_checked_before_the_first_item():
    with pytest.raises(OutOfTimeError):
        next(ScanContext(late=lambda: True).timed(count()))


def test_an_endless_document_ends_when_time_is_up():
    checks = iter([False, False, True])
    taken = []
    with pytest.raises(OutOfTimeError):
        taken.extend(ScanContext(late=lambda: next(checks)).timed(count()))
    with pytest.raises(StopIteration):
        next(checks)


def test_the_clock_is_checked_once_for_many_items():
    looks = []
    context = ScanContext(late=lambda: bool(looks.append(1)))
    assert len(list(islice(context.timed(count()), 12_800))) == 12_800
    assert len(looks) == 100


def test_a_dear_step_asks_the_clock():
    ScanContext(late=lambda: False).check_clock()
    with pytest.raises(OutOfTimeError):
        ScanContext(late=lambda: True).check_clock()


def test_the_room_for_decoded_bytes_is_used_up_to_its_last_byte():
    room = Room(10)
    assert [room.take(4), room.take(6), room.take(0), room.take(1)] == [True, True, True, False]
    assert not room.take(1)


def test_the_usual_room():
    room = Room()
    assert (room.take(32 << 20), room.take(1)) == (True, False)


def test_no_repr_shows_the_path_of_the_request():
    assert "Ruiz" not in repr(ScanContext(path="/patients/Ruiz"))

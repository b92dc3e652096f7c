import pytest

from extauthz.guard.admission import Admission, Reservation
from extauthz.settings import Limits
from mesh.policy.decision import Reason


def test_exchanges_are_counted_and_given_back():
    admission = Admission(Limits(exchanges=2))

    assert [admission.enter(1), admission.enter(1), admission.enter(1)] == [True, True, False]
    admission.leave(1)
    assert admission.enter(1)


def test_bytes_are_bounded_in_sum():
    admission = Admission(Limits(held_bytes=10))

    assert admission.enter(6)
    assert not admission.enter(5)
    assert admission.enter(4)


@pytest.mark.parametrize(
    ("limits", "size"), [(Limits(exchanges=8), 1), (Limits(held_bytes=80), 10)]
)
def test_no_caller_holds_more_than_half(limits, size):
    """Else a workload that opens bodies and never ends them would block all other callers."""
    admission = Admission(limits)

    assert [admission.enter(size, "slow") for _ in range(5)] == [True] * 4 + [False]
    assert [admission.enter(size, "other") for _ in range(5)] == [True] * 4 + [False]
    assert not admission.enter(size, "third")
    admission.leave(size, "slow")
    assert admission.enter(size, "third")


def test_one_large_body_is_no_share():
    admission = Admission(Limits(held_bytes=10))
    assert admission.enter(10, "a")
    admission.leave(10, "a")
    assert not admission.enter(11, "a")


def test_draining_refuses_what_is_new_and_counts_it_none_the_less():
    admission = Admission(Limits())
    assert admission.begin() is None
    admission.drain()

    assert admission.begin() is Reason.DRAINING
    assert admission.streams == 2
    admission.end()
    admission.end()
    assert admission.streams == 0


def test_draining_does_not_refuse_the_exchanges_of_a_running_stream():
    admission = Admission(Limits())
    admission.drain()

    assert admission.enter(1)


def test_a_reservation_grows_as_far_as_there_is_room():
    admission = Admission(Limits(held_bytes=10))
    reservation, other = Reservation(admission, ""), Reservation(admission, "")

    assert reservation.cover(4)
    assert other.cover(4)
    assert reservation.cover(6)
    assert reservation.cover(2)  # it never shrinks
    assert not reservation.cover(7)
    other.release()
    assert reservation.cover(10)


def test_a_caller_grows_to_half_unless_it_holds_one_message_only():
    admission = Admission(Limits(held_bytes=10))
    first, second = Reservation(admission, "a"), Reservation(admission, "a")

    assert first.cover(1)
    assert first.cover(9)
    first.release()
    assert first.cover(2)
    assert second.cover(2)
    assert first.cover(3)
    assert not first.cover(4)


def test_a_released_reservation_gives_all_back_and_can_be_taken_again():
    admission = Admission(Limits(exchanges=1, held_bytes=10))
    reservation = Reservation(admission, "a")
    for _ in range(3):
        assert reservation.cover(4)
        assert reservation.cover(10)
        reservation.release()
        reservation.release()

    assert admission.enter(10)

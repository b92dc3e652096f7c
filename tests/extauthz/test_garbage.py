"""The collector of cycles rests while a mesh is judged, and works again afterwards."""

import gc

import pytest

from extauthz import garbage


def test_it_rests_within_the_block_only():
    with garbage.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_a_failure():
    with pytest.raises(KeyError), garbage.paused():
        raise KeyError
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    try:
        with garbage.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()

"""Ranges of a derived text are mapped back to the document."""

from hypothesis import given
from hypothesis import strategies as st

from phiscan.text.offsets import Derived, excerpt


def test_a_copied_piece_keeps_each_byte_and_a_replaced_one_stands_for_all_it_replaced():
    text = Derived()
    text.copy(b"ab%63d", 0, 2)
    text.put(b"c", 2, 5)
    text.copy(b"ab%63d", 5, 6)
    assert text.text() == b"abcd"
    assert [text.origin(i, i + 1) for i in range(4)] == [(0, 1), (1, 2), (2, 5), (5, 6)]
    assert text.origin(1, 4) == (1, 6)


def test_an_excerpt_stands_where_it_stood():
    assert excerpt(b"0123456789", 3, 8).origin(1, 3) == (4, 6)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=5)), min_size=1, max_size=20))
def test_ranges_never_run_backwards_and_copies_are_exact(pieces):
    data, text = b"", Derived()
    for copied, piece in pieces:
        start, data = len(data), data + piece
        if copied:
            text.copy(data, start, len(data))
        else:
            text.put(b"?" * (len(piece) // 2), start, len(data))
    size = len(text.text())
    for start in range(size):
        for end in range(start + 1, size + 1):
            first, last = text.origin(start, end)
            assert 0 <= first < last <= len(data)
            if b"?" not in text.text():
                assert data[first:last].endswith(text.text()[end - 1 : end])

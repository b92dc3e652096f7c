import pytest

from mesh.exchange.pieces import Cutter, Form, Piece


@pytest.mark.parametrize(
    ("document", "body"),
    [
        (b"head\nmasked\ntail", b"masked\n"),
        (b"****\nmasked\ntail", None),
        (b"head\nmasked\nt***", None),
        (b"head\ntail", b""),
        (b"head\nail", None),
    ],
)
def test_a_masked_piece_gives_its_body_only_when_its_ends_are_as_they_were(document, body):
    assert Piece(b"value\n", b"head\n", b"tail").body_of(document) == body


def test_no_repr_shows_a_body():
    assert "secret" not in repr(Piece(b"secret", b"secret", b"secret"))


def test_a_form_without_elements_gives_everything_at_the_end():
    body = Cutter(Form(), 1)
    body.feed(b"one\n")
    body.feed(b"two\n")

    assert (body.take(), body.held) == (None, 8)
    assert body.rest() == Piece(b"one\ntwo\n")
    assert body.held == 0

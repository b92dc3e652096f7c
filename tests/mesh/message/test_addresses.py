import pytest

from mesh.message import addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),  # a dual-stack listener shows IPv4 peers so
        ("2001:db8::7", "2001:db8::7"),
        ("", "None"),
        ("10.0.0.7:80", "None"),
        ("010.0.0.7", "None"),  # octal to some
        ("localhost", "None"),
    ],
)
def test_an_address_has_one_form(text, address):
    assert str(addresses.parse(text)) == address


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.7", "10.0.0.7/32"),
        ("10.0.0.7/8", "None"),
        ("10.0.0.0/33", "None"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),  # peers' addresses are brought to this form too
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::/0", "::/0"),
    ],
)
def test_a_block_has_no_bits_beyond_its_length(text, block):
    assert str(addresses.parse_block(text)) == block

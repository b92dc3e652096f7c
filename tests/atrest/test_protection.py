"""A verdict on encryption stands on its evidence."""

import pytest

from atrest.protection import Evidence, Protection, Shield, from_json, to_json

UP = Evidence("HEAD", "aws:kms", Shield.UP)
DOWN = Evidence("tablespace", "off", Shield.DOWN)
UNKNOWN = Evidence("dm-crypt", "none below ext4", Shield.UNKNOWN)


@pytest.mark.parametrize(
    ("evidence", "shield"),
    [
        ((), Shield.UNKNOWN),
        ((UP,), Shield.UP),
        ((DOWN,), Shield.DOWN),
        ((UNKNOWN,), Shield.UNKNOWN),
        # any layer that encrypts encrypts
        ((DOWN, UP), Shield.UP),
        ((UNKNOWN, UP), Shield.UP),
        # a layer that cannot be asked may encrypt
        ((DOWN, UNKNOWN), Shield.UNKNOWN),
    ],
)
def test_verdicts(evidence, shield):
    assert Protection(storage=evidence).stored is shield
    assert Protection(connection=evidence).carried is shield


def test_it_survives_json():
    found = Protection((UP, DOWN), (UNKNOWN,))
    assert from_json(to_json(found)) == found

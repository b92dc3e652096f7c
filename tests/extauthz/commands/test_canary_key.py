import pytest

from extauthz.commands import canary_key
from extauthz.commands.errors import UsageError
from mesh.posture.canary.nonce import Keys


def test_keys_are_read_the_newer_first(tmp_path):
    newer, older = tmp_path / "newer", tmp_path / "older"
    newer.write_bytes(b"n" * 32)
    older.write_bytes(b"o" * 32)
    found = canary_key.read([newer, older])
    assert (found.first, found.ids) == (
        Keys(b"n" * 32).first, Keys(b"n" * 32, b"o" * 32).ids,
    )  # fmt: skip
    assert canary_key.read([]) is None


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([b"short"], "fewer than 32 bytes; make one with"),
        ([b"k" * 32] * 3, "give one or 2 keys"),
        ([None], "no such file or directory; give a key file"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_line(tmp_path, files, why):
    paths = [tmp_path / str(number) for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        if data is not None:
            path.write_bytes(data)
    with pytest.raises(UsageError, match=why) as error:
        canary_key.read(paths)
    assert "short" not in str(error.value)
    assert "\n" not in str(error.value)

"""What a policy may list is what can be read."""

from phiscan.media_kind import EMPTY
from phiscan.media_names import MEDIA_NAMES
from phiscan.readers import registry
from phiscan.readers.magic import ENCRYPTED


def test_the_names_are_those_of_all_kinds_that_can_be_read():
    readable = {kind.name for kind in registry.MEDIA.kinds.values() if kind.is_readable}
    assert set(MEDIA_NAMES) == readable - {EMPTY.name, ENCRYPTED.name}
    assert list(MEDIA_NAMES) == sorted(MEDIA_NAMES)

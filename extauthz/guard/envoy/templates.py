"""Answers that differ in nothing but the decision's id, encoded once.

Nearly all answers let a message go on and say the same few words. Each such answer is encoded with
zeros in the place of the id, and later answers are the bytes before and after it with their own id.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Final

from extauthz.records.judgement import Judgement

_NO_ID: Final = "0" * 32
_MOST: Final = 1024
"""Answers that are kept. Their words are those of closed sets, but these sets have many subsets."""

Encode = Callable[[Judgement], bytes]
"""Encodes the answer to a judgement. It reads nothing but the id and what the key says."""


class Templates:
    """Encoded answers by what they say."""

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[bytes, bytes]] = {}

    def fill(self, key: Hashable, judgement: Judgement, encode: Encode) -> bytes:
        """Return the answer to a judgement, as `encode` would.

        Args:
            key: everything that `encode` reads, but for the id.
            judgement: what is answered.
            encode: makes the answer where there is no template.
        """
        identity = judgement.id
        if len(identity) != len(_NO_ID) or not identity.isascii():
            return encode(judgement)
        parts = self._made.get(key)
        if parts is None:
            before, _, after = encode(replace(judgement, id=_NO_ID)).partition(_NO_ID.encode())
            if len(self._made) >= _MOST:
                self._made.clear()
            parts = self._made[key] = before, after
        return parts[0] + identity.encode() + parts[1]

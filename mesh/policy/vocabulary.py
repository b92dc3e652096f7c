"""The infoTypes that the entries of a policy may name.

`phiscan` has built-in ones. An organisation's own detectors add more. This package does not read
their files: the caller passes their infoTypes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from phiscan.identifiers import INFO_TYPES, InfoType

InfoTypes = Mapping[str, InfoType]
"""InfoTypes by name."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The infoTypes that a policy may name.

    Args:
        info_types: infoTypes by name.
        unseen: names that no running detector finds. A rule that names one has less effect than it
            seems.
    """

    info_types: InfoTypes = field(default_factory=lambda: INFO_TYPES)
    unseen: frozenset[str] = frozenset()


BUILT_IN: Final = Vocabulary()
"""The infoTypes that every engine knows."""

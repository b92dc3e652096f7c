"""What the entries of a policy may name: the infoTypes that exist where it is put in force.

`phiscan` brings its own. Detectors that an organisation writes for itself bring more, from files that this package does
not read: whoever knows them hands them in.
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
        info_types: by name.
        unseen: names that nothing finds where the policy is put in force; a rule that names one
            says less than it seems.
    """

    info_types: InfoTypes = field(default_factory=lambda: INFO_TYPES)
    unseen: frozenset[str] = frozenset()


BUILT_IN: Final = Vocabulary()
"""What every engine knows."""

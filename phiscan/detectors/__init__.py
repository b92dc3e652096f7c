"""The detectors that run over any text. Add a module with a `DETECTORS` tuple and list it here, in its group.

A group can be switched off. That ends its patterns only: what a document's structure and labels say is found all the same.
"""

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from phiscan.detectors import (
    account,
    address,
    birth_date,
    clinical,
    credentials,
    device,
    email,
    financial,
    mbi,
    member_id,
    mrn,
    network,
    person,
    phone,
    provider,
    qualified_id,
    service_date,
    ssn,
    terms,
    vehicle,
)
from phiscan.patterns.detector import Detector

_MODULES: Final = (
    ("government", ssn),
    ("records", mbi),
    ("records", mrn),
    ("records", qualified_id),
    ("records", member_id),
    ("records", account),
    ("providers", provider),
    ("contact", phone),
    ("contact", email),
    ("dates", birth_date),
    ("dates", service_date),
    ("financial", financial),
    ("network", network),
    ("vehicles", vehicle),
    ("devices", device),
    ("geography", address),
    ("names", person),
    ("health", clinical),
    ("health", terms),
    ("credentials", credentials),
)
ON_DEMAND: Final = frozenset(("credentials",))
"""Groups that run only where they are asked for."""
GROUPS: Final = MappingProxyType(
    {
        group: tuple(d for name, module in _MODULES if name == group for d in module.DETECTORS)
        for group, _ in _MODULES
    }
)
"""The detectors of each group, by its name."""


class UnknownGroupError(Exception):
    """A group that does not exist. The text is one line that names it and those that do."""


def select(
    *, with_groups: Collection[str] = (), without_groups: Collection[str] = ()
) -> tuple[Detector, ...]:
    """The detectors that run by default, with further groups and without others, in the order of
    `_MODULES`.

    Raises:
        UnknownGroupError: a name is of no group.
    """
    for name in (*with_groups, *without_groups):
        if name not in GROUPS:
            raise UnknownGroupError(
                f"{name}: no such group of detectors; choose from {', '.join(GROUPS)}"
            )
    off = (ON_DEMAND - set(with_groups)) | set(without_groups)
    return tuple(d for group, module in _MODULES if group not in off for d in module.DETECTORS)


DETECTORS: Final = select()
"""Every detector of protected health information, in the order in which findings of equal place are
reported."""

"""The pattern detectors that run over any text.

To add one, write a module with a `DETECTORS` tuple and list the module here, in its group.

A group can be switched off. Its patterns then no longer run. What a document's structure and labels
say of the same infoTypes is still found.
"""

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from phiscan.detectors import (
    accession,
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
    ("records", accession),
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
"""Groups that run only when they are named in `with_groups`."""
GROUPS: Final = MappingProxyType(
    {
        group: tuple(d for name, module in _MODULES if name == group for d in module.DETECTORS)
        for group, _ in _MODULES
    }
)
"""The detectors of each group, by the group's name."""


class UnknownGroupError(Exception):
    """No group has this name. The text is one line that names it and lists the groups."""


def select(
    *, with_groups: Collection[str] = (), without_groups: Collection[str] = ()
) -> tuple[Detector, ...]:
    """The default detectors plus `with_groups`, minus `without_groups`, in the order of `_MODULES`.

    Raises:
        UnknownGroupError: no group has one of the names.
    """
    for name in (*with_groups, *without_groups):
        if name not in GROUPS:
            raise UnknownGroupError(
                f"{name}: no such group of detectors; choose from {', '.join(GROUPS)}"
            )
    off = (ON_DEMAND - set(with_groups)) | set(without_groups)
    return tuple(d for group, module in _MODULES if group not in off for d in module.DETECTORS)


DETECTORS: Final = select()
"""The default detectors. Findings at the same place are reported in this order."""

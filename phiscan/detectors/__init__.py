"""The detectors that run over any text. Add a module with a `DETECTORS` tuple and list it here."""

from phiscan.detector import Detector
from phiscan.detectors import (
    account,
    address,
    birth_date,
    clinical,
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
    service_date,
    ssn,
    terms,
    vehicle,
)

_MODULES = (
    ssn,
    mbi,
    mrn,
    member_id,
    account,
    provider,
    phone,
    email,
    birth_date,
    service_date,
    financial,
    network,
    vehicle,
    device,
    address,
    person,
    clinical,
    terms,
)

DETECTORS: tuple[Detector, ...] = tuple(d for module in _MODULES for d in module.DETECTORS)
"""Every detector, in the order in which findings of equal place are reported."""

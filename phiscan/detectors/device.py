"""Device identifiers: UDI in the form of GS1 (21 CFR 830), labelled serial numbers, IMEI."""

import re

from phiscan import checks
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

# matches "device serial number", "pump #", "s/n"; not "device"
_SERIAL = (
    r"(?:(?:device|implant|pacemaker|pump|lot)[ _-]?"
    r"(?:(?:serial|s/n|sn|id|identifier)[ _-]?(?:number|no\.?|num|\x23)?|number|no\.?|num|\x23)"
    r"|serial[ _-]?(?:number|no\.?|num|\x23)|s/n)"
)
# matches "PEN-88915"; not "8891"
_VALUE = r"[A-Z]{0,5}-?\d[0-9A-Z-]{4,19}"

DETECTORS = (
    Detector(
        name="udi_gs1",
        info_type="DEVICE_IDENTIFIER",
        # matches (01)00844588003288(17)141120(10)7654321D(21)10987654d321; not (01)00844588003288
        pattern=r"\(01\)\d{14}(?:\((?:10|11|17|21)\)[0-9A-Z-]{1,20}){1,5}",
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="device_serial_labelled",
        info_type="DEVICE_IDENTIFIER",
        # matches "Serial number: PEN-88915"; not "serial number 12"
        pattern=rf"\b{_SERIAL}[\"']?[ :=\x23\"']{{1,4}}{_VALUE}\b",
        value=re.compile(rf"{_SERIAL}[\"']?[ :=\x23\"']{{1,4}}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.POSSIBLE,
    ),
    Detector(
        name="imei",
        info_type="IMEI_HARDWARE_ID",
        # matches "490154203237518" beside "imei"; not "49015420323751"
        pattern=r"\b\d{15}\b",
        validate=checks.imei,
        bare=Likelihood.VERY_UNLIKELY,
        context=words("imei"),
    ),
)

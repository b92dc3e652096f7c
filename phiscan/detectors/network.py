"""IP and MAC addresses. Few of them are a person's, so one without context counts little."""

from phiscan import checks
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

# A number from 0 to 255 without leading zeros. matches "255"; not "256"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"

IPV4 = Detector(
    name="ipv4",
    info_type="IP_ADDRESS",
    # matches "203.0.113.7"; not "203.0.113.256"
    pattern=rf"\b{_OCTET}(?:\.{_OCTET}){{3}}\b",
    hint=r"\d\.\d{1,3}\.\d{1,3}\.\d",
    validate=checks.ip,
    bare=Likelihood.UNLIKELY,
    context=words(
        "patient",
        "user",
        "client",
        "login",
        r"(?:remote|client|source|user)?[ _-]?ip(?:[ _-]?addr(?:ess)?)?",
    ),
    supported=Likelihood.POSSIBLE,
)
IPV6 = Detector(
    name="ipv6",
    info_type="IP_ADDRESS",
    # matches "2001:db8::1"; not "12:30"
    pattern=r"\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,6}:[0-9a-f]{1,4}\b",
    validate=checks.ip,
    bare=Likelihood.UNLIKELY,
    context=words("patient", "user", "client", "login", r"ip(?:v6)?(?:[ _-]?addr(?:ess)?)?"),
    supported=Likelihood.POSSIBLE,
)
MAC = Detector(
    name="mac",
    info_type="MAC_ADDRESS",
    # matches "00:1b:44:11:3a:b7"; not "00:1b:44:11:3a"
    pattern=r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b",
    bare=Likelihood.UNLIKELY,
    context=words("patient", "device", "mac", r"mac[ _-]?addr(?:ess)?", "monitor", "pump"),
    supported=Likelihood.POSSIBLE,
)
DETECTORS = (IPV4, IPV6, MAC)

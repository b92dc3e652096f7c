"""Payment cards (ISO/IEC 7812), bank routing numbers and IBAN (ISO 13616)."""

from phiscan import checks
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

CARD = Detector(
    name="card",
    info_type="CREDIT_CARD_NUMBER",
    # matches 4111 1111 1111 1111 and 378282246310005; not 1111 1111 1111 1111
    pattern=r"\b[2-6]\d{3}[- ]?\d{4}[- ]?\d{4}[- ]?\d{1,7}\b|\b3\d{3}[- ]?\d{6}[- ]?\d{4,5}\b",
    validate=checks.card,
    bare=Likelihood.POSSIBLE,
    context=words(
        "card",
        "visa",
        "mastercard",
        "amex",
        "credit",
        "debit",
        "pan",
        "payment",
        r"cc\s?[#]?",
        r"card[ _]?num(?:ber)?",
    ),
)
ROUTING = Detector(
    name="aba_routing",
    info_type="US_BANK_ROUTING_NUMBER",
    # matches "021000021" beside "routing"; not "02100002"
    pattern=r"\b\d{9}\b",
    validate=checks.aba,
    bare=Likelihood.VERY_UNLIKELY,
    context=words("aba", "routing", r"routing[ _]?(?:number|no|num)", "rtn"),
    supported=Likelihood.LIKELY,
)
IBAN = Detector(
    name="iban",
    info_type="IBAN_CODE",
    # matches "DE89 3704 0044 0532 0130 00"; not "de89 3704"
    pattern=r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?\b",
    validate=checks.iban,
    caseless=False,
    bare=Likelihood.LIKELY,
    context=words("iban", "account"),
)
DETECTORS = (CARD, ROUTING, IBAN)

"""Headers in which HTTP clients write about themselves, in the words that they usually use.

`accept: application/json`, `user-agent: curl/8.5.0`. Nearly every request has three or four of
them. Each word here is from a closed list, and a version has few digits. So a usual value says
nothing of a person, and need not be scanned. Any other value is scanned, as in any other header.
"""

import re
from typing import Final

# RFC 9110, 12.4.2. matches ";q=0.9"; not ";q=541"
_WEIGHT: Final = r"(?:; ?q=[01](?:\.\d{1,3})?)?"
_SUBTYPES: Final = "|".join(
    re.escape(subtype)
    for subtype in "* json xml html plain css csv pdf zip javascript fhir+json fhir+xml json+fhir "
    "xml+fhir xhtml+xml problem+json problem+xml vnd.api+json ld+json soap+xml grpc grpc+proto "
    "grpc-web grpc-web+proto x-protobuf protobuf x-ndjson event-stream octet-stream dicom "
    "dicom+json dicom+xml hl7-v2 form-data mixed related x-www-form-urlencoded signed-exchange "
    "openmetrics-text apng avif webp png jpeg gif svg+xml".split()
)
# matches "text/html", "*/*;q=0.8"; not "text/ana", "application/json; note=541-27-8860"
_MEDIA_RANGE: Final = (
    rf"(?:application|audio|image|multipart|text|video|\*)/(?:{_SUBTYPES}){_WEIGHT}"
)
# matches "gzip", "br;q=1.0"; not "ana"
_CODING: Final = rf"(?:gzip|deflate|br|zstd|compress|identity|\*){_WEIGHT}"
# matches "en-US", "zh-Hant"; not "ana-ruiz"
_LANGUAGE: Final = rf"(?:[a-z]{{2}}(?:-[A-Z]{{2}}|-[A-Z][a-z]{{3}})?|\*){_WEIGHT}"
# matches "2.32.3", "537.36", "120.0.0.0"; not "541.27.8860", "10.44.1.17"
_VERSION: Final = r"v?\d{1,3}(?:\.0\.0\.0|(?:\.\d{1,2}){0,2})(?![\d.])"
_PRODUCTS: Final = "|".join(
    re.escape(product)
    for product in "aiohttp Apache-CXF Apache-HttpClient AppleWebKit axios Chrome curl Edg Envoy "
    "Firefox Gecko Go-http-client grpc-c grpc-c++ grpc-dotnet grpc-go grpc-java-netty grpc-node-js "
    "grpc-python grpc-python-asyncio HAPI-FHIR Java Java-http-client kube-probe Mozilla node "
    "node-fetch okhttp PostmanRuntime Prometheus Python python-httpx Python-urllib "
    "python-requests ReactorNetty RestSharp Safari undici Version Wget".split()
)
# what stands in the comments of browsers and of gRPC. matches "X11", "rv:126.0"; not "Ana"
_REMARK: Final = (
    r"(?:X11|Linux|linux|osx|windows|x86_64|aarch64|Win64|x64|Macintosh|Windows NT \d\d\.0"
    r"|Intel Mac OS X \d\d[._]\d\d?(?:[._]\d\d?)?|KHTML|like Gecko|compatible|chttp2"
    rf"|rv:{_VERSION}|Java/{_VERSION})"
)
# matches "curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)"; not "Ana/1", "curl/8 (Ana)"
_AGENT: Final = rf"(?:(?:{_PRODUCTS})(?:/{_VERSION})?|\({_REMARK}(?:[;,]? {_REMARK})*\))"
_MOST: Final = 512
"""Characters of the longest value that is compared with a form."""


def _listed(element: str, between: str) -> re.Pattern[str]:
    return re.compile(f"{element}(?:{between}{element}){{0,15}}", re.ASCII)


_FORMS: Final = {
    "accept": _listed(_MEDIA_RANGE, ", ?"),
    "accept-encoding": _listed(_CODING, ", ?"),
    "accept-language": _listed(_LANGUAGE, ", ?"),
    "user-agent": _listed(_AGENT, " "),
    "x-forwarded-proto": re.compile("https?"),
}
NAMES: Final = frozenset(_FORMS)
"""The headers that `is_usual` knows."""


def is_usual(name: str, value: str) -> bool:
    """Whether a header of `NAMES` has a value of closed words only."""
    return len(value) <= _MOST and _FORMS[name].fullmatch(value) is not None

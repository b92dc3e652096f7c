"""Names of HTTP fields that are public: of the standards, and of what proxies and browsers write.

Nearly every message has some of these names, and what a name means is worked out again for each
message, unless it is known that no document wrote it (`phiscan.memory`). This table says so. It
says nothing about the values.

Source: IANA, HTTP Field Name Registry; Envoy, configuration/http/http_conn_man/headers; W3C, Fetch
Metadata and User-Agent Client Hints.
"""

from typing import Final

HTTP_FIELDS: Final = frozenset(
    "accept accept-charset accept-encoding accept-language accept-ranges allow age "
    "authorization baggage cache-control connection content-disposition content-encoding "
    "content-language content-length content-location content-md5 content-range content-type "
    "cookie date digest etag expect expires forwarded from grpc-message grpc-status "
    "grpc-timeout host if-match if-modified-since if-none-exist if-none-match "
    "if-unmodified-since keep-alive last-modified link location max-forwards origin pragma "
    "prefer preference-applied priority proxy-authenticate proxy-authorization range referer "
    "referrer-policy refresh retry-after sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform "
    "sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user server server-timing "
    "set-cookie soapaction strict-transport-security te trailer transfer-encoding upgrade "
    "upgrade-insecure-requests user-agent vary via want-digest warning www-authenticate "
    "x-api-key x-content-type-options x-correlation-id x-csrf-token x-forwarded-client-cert "
    "x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-prefix x-forwarded-proto "
    "x-frame-options x-http-method-override x-powered-by x-ratelimit-limit "
    "x-ratelimit-remaining x-ratelimit-reset x-real-ip x-request-id x-requested-with "
    "x-trace-id x-xss-protection".split()
)
"""In lower case, as HTTP/2 writes them (RFC 9113, 8.2)."""

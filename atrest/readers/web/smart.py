"""The login of a backend service at a FHIR server (HL7 SMART App Launch 2.2, Backend Services).

    GET BASE/.well-known/smart-configuration -> token_endpoint
    POST it, with an assertion that a key of the client signed -> access_token, expires_in

Such a token lasts minutes, and an export hours. So a new one is asked for when the old one ends.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urljoin

import orjson

from atrest.readers.web.assertion import Signer, signer
from atrest.readers.web.http import Client
from atrest.source import ReadError, Reason

_ANSWER_BYTES: Final = 1 << 20
_ASSERTED_SECONDS: Final = 240  # at most five minutes
_SECONDS_LEFT: Final = 30
_SHORTEST: Final = 60.0
"""Where a server does not say how long its token lasts, or says nonsense: seconds."""
_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ERRORS: Final = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type "
    "invalid_scope".split()
)
"""What a server may say of a refusal (RFC 6749, 5.2). Any other text is not kept."""


@dataclass(slots=True)
class Login:
    """Has a token, and asks for a new one when it ends.

    Args:
        client: asks the server, without a token.
        client_id: who asks.
        signer: proves it.
        scope: what is asked for: `system/*.rs`.
        clock: seconds that never go back.
    """

    client: Client
    client_id: str
    signer: Signer
    scope: str
    clock: Callable[[], float] = time.monotonic
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def __call__(self) -> str:
        """Return a token that is still good.

        Raises:
            ReadError: the server has no such login, or refuses it.
        """
        if not self._token or self.clock() >= self._until:
            began = self.clock()
            answer = self._ask(self._endpoint())
            seconds = _lasting(answer.get("expires_in"))
            self._token = str(answer["access_token"])
            self._until = began + max(seconds - _SECONDS_LEFT, seconds / 2)
        return self._token

    def _endpoint(self) -> str:
        """Return where tokens are given out."""
        path = ".well-known/smart-configuration"
        found = _object(self.client.get(path, "application/json").body(_ANSWER_BYTES))
        said = found.get("token_endpoint")
        if not isinstance(said, str):
            raise ReadError(Reason.MALFORMED, "no token_endpoint in smart-configuration")
        endpoint = urljoin(self.client.base.rstrip("/") + "/", said)
        if not self.client.may_have_secret(endpoint):
            raise ReadError(Reason.REFUSED, "a token_endpoint elsewhere and without TLS")
        return endpoint

    def _ask(self, endpoint: str) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": endpoint,
            "iat": now,
            "exp": now + _ASSERTED_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        answer = self.client.post(
            endpoint,
            {
                "grant_type": "client_credentials",
                "scope": self.scope,
                "client_assertion_type": _TYPE,
                "client_assertion": self.signer.assertion(claims),
            },
        )
        status = answer.response.status
        found = _object(answer.body(_ANSWER_BYTES))
        if status != 200:
            said = str(found.get("error"))
            raise ReadError(Reason.REFUSED, said if said in _ERRORS else f"HTTP {status}")
        if not found.get("access_token") or str(found.get("token_type")).lower() != "bearer":
            raise ReadError(Reason.MALFORMED, "the token_endpoint gives no bearer token")
        return found


def login(client: Client, scope: str, environ: Mapping[str, str]) -> Login | None:
    """Return the login that the environment describes, or None.

    `FHIR_CLIENT_ID` names the client, `FHIR_PRIVATE_KEY_FILE` its key, and `FHIR_KEY_ID` that key
    in the set of keys that the server knows.

    Raises:
        ReadError: one of them is missing, or the key is none.
    """
    client_id = environ.get("FHIR_CLIENT_ID", "")
    if not client_id:
        return None
    for name in ("FHIR_PRIVATE_KEY_FILE", "FHIR_KEY_ID"):
        if not environ.get(name):
            raise ReadError(Reason.REFUSED, f"FHIR_CLIENT_ID needs {name}")
    proof = signer(environ["FHIR_PRIVATE_KEY_FILE"], environ["FHIR_KEY_ID"])
    return Login(replace(client, bearer=None), client_id, proof, scope)


def _object(data: bytes) -> dict[str, Any]:
    """Return an answer's object; what is none has no members."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _lasting(said: object) -> float:
    is_number = isinstance(said, (int, float)) and not isinstance(said, bool) and said > 0
    return float(str(said)) if is_number else _SHORTEST

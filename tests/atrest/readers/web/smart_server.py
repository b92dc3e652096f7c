"""A FHIR server that gives tokens as SMART Backend Services says, made from the specification.

PyJWT verifies what our own code signed.
"""

import json
import time
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["RS384", "ES384"]


def write_key(key, place):
    """Write a private key as the client has it, and return its path."""
    form = serialization.PrivateFormat.PKCS8
    no_password = serialization.NoEncryption()
    place.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, no_password))
    return str(place)


class SmartServer:
    """Knows one client by its public keys.

    Args:
        client_id: of the client.
        keys: its public keys by their `kid`.
    """

    def __init__(self, client_id, keys):
        self.client_id = client_id
        self.keys = keys
        self.lasting = {"expires_in": 300}
        self.endpoint = "/auth/token"
        self.configuration = None
        self.used = set()
        self.given = []
        self.scopes = []
        self.asked = []

    def get(self, path, headers):
        """Answer the discovery, without a token, and anything else with one."""
        self.asked.append((path, headers.get("authorization")))
        if path.endswith("/.well-known/smart-configuration"):
            endpoint = self.endpoint
            if endpoint.startswith("/"):
                endpoint = f"http://{headers['host']}{endpoint}"
            found = json.dumps({"token_endpoint": endpoint}).encode()
            return 200, {}, found if self.configuration is None else self.configuration
        tokens = [f"Bearer {token}" for token in self.given[-1:]]
        return (200, {}, b"{}") if headers.get("authorization") in tokens else (401, {}, b"Ruiz")

    def post(self, path, headers, body):
        """Give a token to who proves to be the client."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        error = self.error_of(form, f"http://{headers['host']}{path}")
        if error:
            return 400, {}, json.dumps({"error": error, "error_description": "Ana Ruiz"}).encode()
        self.scopes.append(form["scope"])
        self.given.append(f"token-{len(self.given)}")
        answer = {"access_token": self.given[-1], "token_type": "bearer", "scope": form["scope"]}
        return 200, {}, json.dumps(answer | self.lasting).encode()

    def error_of(self, form, endpoint):
        """Why the request is refused (RFC 7523, 3), or None."""
        if form.get("grant_type") != "client_credentials":
            return "unsupported_grant_type"
        if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("scope"):
            return "invalid_request"
        assertion = form["client_assertion"]
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(
                assertion,
                self.keys[header["kid"]],
                ALGORITHMS,
                audience=endpoint,
                issuer=self.client_id,
                options={"require": ["iss", "sub", "aud", "exp", "jti"]},
            )
        except (jwt.PyJWTError, KeyError):
            return "invalid_client"
        is_short = claims["exp"] <= time.time() + 300
        if claims["sub"] != self.client_id or not is_short or claims["jti"] in self.used:
            return "invalid_client"
        self.used.add(claims["jti"])
        return None

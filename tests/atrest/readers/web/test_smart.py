"""A login at a server that verifies signature, audience, expiry and that no proof comes twice."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from smart_server import SmartServer, write_key
from stub_server import serving

from atrest.manners import Manners
from atrest.readers.web import fhir, smart
from atrest.readers.web.http import Client
from atrest.source import ReadError, Reason
from atrest.spec import parse

KEY = ec.generate_private_key(ec.SECP384R1())
ANOTHER = ec.generate_private_key(ec.SECP384R1())


@pytest.fixture
def server():
    answers = SmartServer("phiguard", {"k1": KEY.public_key()})
    with serving(answers.get, answers.post) as address:
        answers.base = f"http://{address}/r4"
        yield answers


@pytest.fixture
def environ(tmp_path):
    return {
        "FHIR_CLIENT_ID": "phiguard",
        "FHIR_KEY_ID": "k1",
        "FHIR_PRIVATE_KEY_FILE": write_key(KEY, tmp_path / "key.pem"),
    }


def logged_in(server, environ, scope="system/*.rs"):
    return smart.login(Client(server.base), scope, environ)


def refusal(server, environ):
    with pytest.raises(ReadError) as caught:
        logged_in(server, environ)()
    assert "Ruiz" not in str(caught.value)
    return caught.value.reason, caught.value.detail


def test_the_server_takes_the_proof_and_the_token_is_used(server, environ):
    client = Client(server.base, logged_in(server, environ))
    assert client.get("Patient", "application/json").body(10) == b"{}"
    assert server.asked == [
        ("/r4/.well-known/smart-configuration", None),
        ("/r4/Patient", "Bearer token-0"),
    ]
    assert server.scopes == ["system/*.rs"]


def test_the_server_is_one_that_refuses(server, environ):
    """Else the tests around this one would show nothing."""
    made = smart.signer(environ["FHIR_PRIVATE_KEY_FILE"], "k1")
    endpoint = server.base.removesuffix("/r4") + server.endpoint
    now = int(time.time())
    good = {"iss": "phiguard", "sub": "phiguard", "aud": endpoint, "exp": now + 60, "jti": "1"}

    def outcome(claims, key_id="k1"):
        form = {
            "grant_type": "client_credentials",
            "scope": "system/*.rs",
            "client_assertion_type": smart._TYPE,
            "client_assertion": smart.Signer(made.key, key_id).assertion(claims),
        }
        return server.error_of(form, endpoint)

    assert outcome(good) is None
    assert outcome(good) == "invalid_client", "a replayed jti"
    for wrong in (
        {"exp": now - 60},
        {"exp": now + 3600},
        {"aud": "https://another.example/token"},
        {"sub": "another"},
        {"iss": "another"},
    ):
        assert outcome(good | {"jti": str(wrong)} | wrong) == "invalid_client"
    assert outcome(good | {"jti": "2"}, "k2") == "invalid_client"


def test_a_token_is_asked_for_anew_before_it_ends_and_with_a_new_proof(server, environ):
    made = logged_in(server, environ)
    clock = [1000.0]
    made.clock = lambda: clock[0]
    assert made() == made() == "token-0"
    clock[0] += 269
    assert made() == "token-0"
    clock[0] += 2
    assert made() == "token-1"
    assert len(server.used) == 2


@pytest.mark.parametrize("said", [{}, {"expires_in": "soon"}, {"expires_in": -1}])
def test_a_token_of_unknown_life_is_used_for_half_a_minute(server, environ, said):
    server.lasting = said
    made = logged_in(server, environ)
    clock = [0.0]
    made.clock = lambda: clock[0]
    made()
    clock[0] = 29
    assert made() == "token-0"
    clock[0] = 31
    assert made() == "token-1"


def test_a_key_that_the_server_does_not_know_is_refused(server, environ, tmp_path):
    environ["FHIR_PRIVATE_KEY_FILE"] = write_key(ANOTHER, tmp_path / "another.pem")
    assert refusal(server, environ) == (Reason.REFUSED, "invalid_client")


def test_what_a_server_says_besides_its_code_is_not_kept(server, environ):
    server.error_of = lambda *_: "Ana Ruiz"
    assert refusal(server, environ) == (Reason.REFUSED, "HTTP 400")


def test_a_token_of_another_kind_is_not_used(server, environ):
    server.lasting = {"token_type": "mac"}
    assert refusal(server, environ)[0] is Reason.MALFORMED


@pytest.mark.parametrize("configuration", [b"", b"[]", b"{}", b'{"token_endpoint": 7}'])
def test_a_server_without_this_login_says_so(server, environ, configuration):
    server.configuration = configuration
    assert refusal(server, environ)[0] is Reason.MALFORMED


def test_a_proof_goes_to_no_other_server_in_the_clear(server, environ):
    server.endpoint = "http://127.0.0.2:9/token"
    assert refusal(server, environ)[0] is Reason.REFUSED
    assert server.used == set()


@pytest.mark.parametrize("name", ["FHIR_KEY_ID", "FHIR_PRIVATE_KEY_FILE"])
def test_a_login_that_is_half_described_is_refused(server, environ, name):
    del environ[name]
    assert refusal(server, environ) == (Reason.REFUSED, f"FHIR_CLIENT_ID needs {name}")


def test_secrets_are_in_no_repr(server, environ):
    made = logged_in(server, environ)
    assert made() == "token-0"
    assert "token-0" not in repr(made)
    assert "token-0" not in repr(Client(server.base, made))


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("", "system/*.rs"),
        ("?types=Patient,Observation", "system/Patient.rs system/Observation.rs"),
        ("?types=Patient&scope=system/*.read", "system/*.read"),
    ],
)
def test_a_source_logs_in_for_what_it_reads(server, environ, query, scope):
    source = fhir.open_source(parse(f"fhir+{server.base}{query}"), Manners(), environ)
    with pytest.raises(ReadError):  # this server has no export
        list(source.list())
    assert server.scopes == [scope]
    assert server.asked[-1][1] == "Bearer token-0"


def test_a_token_that_was_given_needs_no_login(server, environ):
    spec = parse(f"fhir+{server.base}")
    source = fhir.open_source(spec, Manners(), environ | {"FHIR_TOKEN": "tok"})
    with pytest.raises(ReadError):
        list(source.list())
    assert [token for _, token in server.asked] == ["Bearer tok"]
    assert server.given == []


def test_the_proof_lasts_less_than_five_minutes(server, environ, monkeypatch):
    seen = []
    monkeypatch.setattr(server, "error_of", lambda form, _: seen.append(form["client_assertion"]))
    logged_in(server, environ)()
    claims = jwt.decode(seen[0], options={"verify_signature": False})
    assert 0 < claims["exp"] - claims["iat"] <= 300

"""A FHIR server's bulk export: kick-off, waiting, manifest, files."""

import itertools
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from stub_server import serving

from atrest.manners import Manners
from atrest.protection import Shield
from atrest.readers.web import fhir
from atrest.source import Budget, Document, ReadError, Reason, Unlisted, Unread
from atrest.spec import parse
from atrest.unit import Unit

PATIENTS = b"".join(
    json.dumps({"resourceType": "Patient", "id": str(n), "name": [{"family": "Ruiz"}]}).encode()
    + b"\n"
    for n in range(40_000)
)


class Server:
    """Answers as the specification says."""

    def __init__(self):
        self.seen = []
        self.polls = itertools.count()
        self.manifest = None
        self.torn = {}

    def __call__(self, path, headers):
        self.seen.append((path, headers))
        host = headers["host"]
        if "$export" in path and "status" not in path:
            return 202, {"Content-Location": f"http://{host}/status"}, b""
        if path == "/status":
            if next(self.polls) < 2:
                return 202, {"Retry-After": "7"}, b""
            files = [{"type": "Patient", "url": f"http://{host}/f/1?sig=SECRET"}]
            files.append({"type": "Patient", "url": f"http://{host}/f/2?sig=SECRET"})
            return 200, {}, self.manifest or json.dumps({"output": files}).encode()
        if path.startswith("/f/"):
            return 200, {"Content-Type": "application/fhir+ndjson"} | self.torn, PATIENTS
        return 404, {}, b"Ana Ruiz is not here"


@pytest.fixture
def server():
    answers = Server()
    with serving(answers) as address:
        answers.spec = f"fhir+http://{address}/r4?group=g1&types=Patient"
        yield answers


def opened(server, slept, environ=None):
    source = fhir.open_source(parse(server.spec), Manners(), environ or {"FHIR_TOKEN": "tok"})
    source._sleep = slept.append
    return source


def test_an_export_is_awaited_and_each_file_is_a_unit(server):
    slept = []
    source = opened(server, slept)
    units = list(source.list())
    assert [unit.name for unit in units] == ["Patient/1", "Patient/2"]
    assert slept == [7, 7]
    path, headers = server.seen[0]
    assert urlsplit(path).path == "/r4/Group/g1/$export"
    assert parse_qs(urlsplit(path).query)["_type"] == ["Patient"]
    assert headers["prefer"] == "respond-async"
    assert headers["authorization"] == "Bearer tok"
    found = list(source.read(units[0], Budget()))
    assert b"".join(item.data for item in found if isinstance(item, Document)) == PATIENTS
    assert len(found) > 1
    assert source.protection(units[0]).carried is Shield.DOWN


def test_an_address_with_a_signature_is_in_no_repr(server):
    (unit, _) = opened(server, []).list()
    assert "SECRET" in unit.handle
    assert "SECRET" not in repr(unit)


@pytest.mark.parametrize("manifest", [b"{", b"[]", b'{"output": [{"type": "Patient"}]}'])
def test_a_manifest_that_is_none_is_an_error(server, manifest):
    server.manifest = manifest
    with pytest.raises(ReadError) as error:
        list(opened(server, []).list())
    assert error.value.reason is Reason.MALFORMED


def test_an_export_with_errors_sees_less(server):
    server.manifest = b'{"output": [], "error": [{"type": "OperationOutcome", "url": "x"}]}'
    (found,) = opened(server, []).list()
    assert isinstance(found, Unlisted)
    assert found.reason is Reason.SEES_LESS


def test_a_file_that_ends_too_soon_is_not_whole(server):
    source = opened(server, [])
    unit = next(u for u in source.list() if isinstance(u, Unit))
    server.torn = {"Content-Length": str(len(PATIENTS) + 9), "Connection": "close"}
    assert list(source.read(unit, Budget()))[-1] == Unread(Reason.UNREACHABLE)


def test_a_file_elsewhere_has_a_connection_of_its_own(server):
    unit = next(u for u in opened(server, []).list() if isinstance(u, Unit))
    safe = fhir.open_source(parse("fhir+https://fhir.clinic/r4"), Manners(), {})
    assert safe.protection(unit).carried is Shield.DOWN


def test_a_file_that_is_gone_says_no_word_of_the_server(server):
    source = opened(server, [])
    unit = next(u for u in source.list() if isinstance(u, Unit))
    object.__setattr__(unit, "handle", unit.handle.replace("/f/", "/none/"))
    with pytest.raises(ReadError) as error:
        list(source.read(unit, Budget()))
    assert error.value.reason is Reason.GONE
    assert "Ruiz" not in str(error.value)


def test_an_export_that_never_ends_is_given_up(server):
    server.polls = itertools.repeat(0)
    with pytest.raises(ReadError) as error:
        list(opened(server, []).list())
    assert error.value.reason is Reason.OUT_OF_TIME


def test_a_server_without_bulk_export_says_so():
    with serving(lambda path, headers: (200, {}, b"{}")) as address:
        source = fhir.open_source(parse(f"fhir+http://{address}/r4"), Manners(), {})
        with pytest.raises(ReadError) as error:
            list(source.list())
    assert error.value.reason is Reason.MALFORMED

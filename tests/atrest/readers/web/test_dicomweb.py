"""A DICOM store: its studies page by page, and their attributes without pixels."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from stub_server import serving

from atrest.examine import examine
from atrest.manners import Manners
from atrest.readers.web import dicomweb
from atrest.source import Budget, Document, ReadError, Reason, Unlisted
from atrest.spec import parse
from phiscan.finding import Verdict

UIDS = [f"1.2.840.99.{number}" for number in range(1_200)]
INSTANCE = {
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Hollingsworth^Marcus"}]},
    "00100020": {"vr": "LO", "Value": ["7730145"]},
    "00100030": {"vr": "DA", "Value": ["19580314"]},
}


def store(path, headers):
    url = urlsplit(path)
    if url.path == "/dicom/studies":
        query = parse_qs(url.query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        page = [
            {
                "0020000D": {"vr": "UI", "Value": [uid]},
                "00201208": {"vr": "IS", "Value": [3]},
                "00201206": {"vr": "IS", "Value": [1]},
            }
            for uid in UIDS[offset : offset + limit]
        ]
        return 200, {}, json.dumps(page).encode()
    if url.path.endswith("/metadata"):
        return 200, {}, json.dumps([INSTANCE, INSTANCE]).encode()
    return 404, {}, b""


@pytest.fixture
def source():
    with serving(store) as address:
        yield dicomweb.open_source(parse(f"dicomweb+http://{address}/dicom"), Manners(), {})


def test_every_study_of_every_page_is_a_unit(source):
    units = list(source.list())
    assert [unit.name for unit in units] == UIDS
    assert all(unit.is_secret for unit in units)
    assert units[0].version == "1:3"


@pytest.mark.parametrize("most", [1, 200])
def test_a_store_that_gives_fewer_than_asked_is_read_to_its_end(most):
    def capped(path, headers):
        status, further, body = store(path.replace("limit=500", f"limit={most}"), headers)
        return status, further, body

    with serving(capped) as address:
        source = dicomweb.open_source(parse(f"dicomweb+http://{address}/dicom"), Manners(), {})
        assert len(list(source.list())) == len(UIDS)


def test_a_store_that_does_not_page_is_named():
    def first(path, headers):
        return store(path.partition("offset=")[0] + "offset=0", headers)

    with serving(first) as address:
        source = dicomweb.open_source(parse(f"dicomweb+http://{address}/dicom"), Manners(), {})
        *units, last = source.list()
    assert len(units) == 500
    assert (type(last), last.reason) == (Unlisted, Reason.SEES_LESS)


def test_a_studys_attributes_are_read(source, detection):
    unit = next(iter(source.list()))
    items = list(source.read(unit, Budget()))
    assert [item.content_type for item in items if isinstance(item, Document)] == [
        "application/dicom+json"
    ] * 2
    profile, _ = examine(items, detection, Budget(), lambda rows, size: None)
    assert profile.verdict is Verdict.PHI


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[1]"])
def test_what_is_no_dicom_json_is_an_error(body):
    with serving(lambda path, headers: (200, {}, body)) as address:
        source = dicomweb.open_source(parse(f"dicomweb+http://{address}/d"), Manners(), {})
        with pytest.raises(ReadError) as error:
            list(source.list())
    assert error.value.reason is Reason.MALFORMED


def test_a_store_without_studies_has_none():
    with serving(lambda path, headers: (204, {}, b"")) as address:
        source = dicomweb.open_source(parse(f"dicomweb+http://{address}/d"), Manners(), {})
        assert list(source.list()) == []

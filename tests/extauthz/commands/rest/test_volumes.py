"""`rest scan --volumes`: the volume below a source is evidence like the others."""

import json

import pytest
from cluster_volumes import CLAIM, CLASS, VOLUME

from atrest.protection import Evidence, Shield
from extauthz.rest.folder import Folder
from extauthz.rest.store import Store


@pytest.fixture
def scan(tmp_path, phiguard):
    """Scan a folder with a menu, which lies on the claim's volume."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "menu.txt").write_text("soup, fish, cake")
    listing = tmp_path / "volumes.json"

    def one(*objects, source=f"file://{data}?pvc=ehr/data-pg-0"):
        listing.write_text(json.dumps({"kind": "List", "items": objects}))
        words = ("--volumes", listing, "--catalogue", tmp_path / "c", "--workers", "1")
        code, _, err = phiguard("rest", "scan", source, *words)
        if code == 2:
            return err
        store = Store(Folder(tmp_path / "c").database)
        (kept,) = store.units()
        store.close()
        return kept.protection

    one.data = data
    return one


def test_a_class_that_encrypts_makes_what_lies_on_its_volume_up(scan):
    protection = scan(CLASS, VOLUME, CLAIM)
    assert protection.stored is Shield.UP
    of_class = Evidence("StorageClass of ebs.csi.aws.com", "encrypted: true", Shield.UP)
    assert of_class in protection.storage
    assert len(protection.storage) == 2  # that of the disk, too


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("file://{}?pvc=ehr/none", "no such claim"),
        ("{}", "no source names its claim"),
    ],
)
def test_a_source_and_a_file_that_do_not_fit_are_an_error(scan, source, said):
    assert said in scan(CLASS, VOLUME, CLAIM, source=source.format(scan.data))


def test_a_claim_without_the_file_is_an_error(scan, phiguard):
    code, _, err = phiguard("rest", "scan", f"file://{scan.data}?pvc=ehr/data-pg-0")
    assert code == 2
    assert "needs --volumes" in err


@pytest.mark.parametrize("content", ["", "[]", "{}", None])
def test_a_file_that_is_none_is_an_error(scan, phiguard, tmp_path, content):
    listing = tmp_path / "other.json"
    if content is not None:
        listing.write_text(content)
    source = f"file://{scan.data}?pvc=ehr/data-pg-0"
    code, _, err = phiguard("rest", "scan", source, "--volumes", listing)
    assert code == 2
    assert err.startswith("phiguard: --volumes")

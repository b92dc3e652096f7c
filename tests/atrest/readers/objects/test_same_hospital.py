"""One hospital in a bucket and in a folder: the same findings from both.

`make at-rest` does so on a gateway that checks signatures (e2e/at_rest).
"""

from pathlib import Path
from typing import Any

from stores import local
from stores.found import Found, found_in
from stores.hospital import hospital, truth

from atrest.catalogue import Kept
from atrest.detection import Detection
from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import Budget
from atrest.spec import Spec, parse
from atrest.unit import Unit
from extauthz.rest.task import Task, perform


def test_a_bucket_and_a_folder_hold_the_same(
    client: Any, endpoint: str, tmp_path: Path, detection: Detection
):
    client.create_bucket(Bucket="hospital")
    for store in ("csv", "parquet"):
        local.STORES[store](tmp_path / store, hospital())
        for path in (tmp_path / store).iterdir():
            client.put_object(Bucket="hospital", Key=f"{store}/{path.name}", Body=path.read_bytes())
    for store in ("csv", "parquet"):
        in_bucket = found(parse(f"s3://hospital/{store}/?endpoint={endpoint}"), detection)
        assert in_bucket == found(parse(str(tmp_path / store)), detection)
        assert in_bucket.keys() == truth()


def found(spec: Spec, detection: Detection) -> Found:
    """What a scan says of a source's columns."""
    source = open_source(spec, Manners(), {})
    units = [unit for unit in source.list() if isinstance(unit, Unit)]
    source.close()
    tasks = [Task(spec, unit, Budget(), Manners()) for unit in units]
    outcomes = [perform(task, detection, lambda *_: None) for task in tasks]
    assert [outcome.profile.unread for outcome in outcomes if outcome.profile.unread] == []
    return found_in(
        Kept("", spec.name, o.shown, o.unit.kind, "", "", o.profile, o.protection, "", "", 0)
        for o in outcomes
    )

import socket
from pathlib import Path

import orjson

from extauthz.detection.engines import Detection
from extauthz.guard.start_record import about
from extauthz.listeners import Http, Tls
from extauthz.policies.kubernetes_api import Api
from extauthz.settings import Cluster, Settings


def test_it_says_who_writes_and_how_that_one_is_set():
    said = about(Settings("0.0.0.0", 9000, Path("policy.yaml"), workers=3), 2)  # noqa: S104 - nothing listens
    assert (said["host"], said["worker"]) == (socket.gethostname(), 2)
    assert (said["settings"]["policy"], said["settings"]["workers"]) == ("files", 3)
    assert said["settings"]["tls"] == "none"
    assert said["settings"]["http"] == "off"


def test_no_secret_and_no_place_of_a_file_is_in_it():
    place = Path("/patients/Ana Ruiz")
    settings = Settings(
        "127.0.0.1",
        0,
        Cluster(Api("http://127.0.0.1:1/Ana", place, place), "Ana"),
        detectors=(place,),
        tls=Tls(place, place, place),
        http=Http("127.0.0.1", 0, Tls(place, place)),
        ledger=place,
        edges=place,
        detection=Detection(cache=place, descriptors=(place,)),
        mask_key=b"Ana",
    )
    said = about(settings, 0)
    assert b"Ana" not in orjson.dumps(said)
    assert {k: said["settings"][k] for k in ("tls", "http", "policy", "maskKey", "edges")} == {
        "tls": "mutual", "http": "server", "policy": "kubernetes", "maskKey": True, "edges": True,
    }  # fmt: skip

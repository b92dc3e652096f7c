"""Where the server is, who asks, and over which connection."""

import pytest

from atrest.manners import Manners
from atrest.readers.mongodb.client import address, client
from atrest.readers.tls import SslMode
from atrest.source import ReadError
from atrest.spec import parse


def test_a_server_behind_a_network_has_to_prove_who_it_is():
    assert address(parse("mongodb://db.clinic/ehr"), {}).tls.mode is SslMode.VERIFY_FULL
    assert address(parse("mongodb://localhost/ehr"), {}).tls.mode is SslMode.DISABLE


def test_mongodb_cannot_prefer_tls():
    with pytest.raises(ReadError, match="sslmode=require or disable"):
        address(parse("mongodb://db/ehr?sslmode=prefer"), {})


def test_a_user_needs_a_password():
    spec = parse("mongodb://me@db/ehr?sslmode=disable")
    with pytest.raises(ReadError, match="set MONGODB_PASSWORD"):
        client(address(spec, {}), spec, Manners())


def test_one_connection_is_used_and_a_replica_is_asked_first():
    spec = parse("mongodb://me@db/ehr?sslmode=disable&authSource=ehr&replicaSet=rs0")
    found = client(address(spec, {"MONGODB_PASSWORD": "p"}), spec, Manners())
    assert found.options.pool_options.max_pool_size == 1
    assert found.read_preference.name == "SecondaryPreferred"
    assert found.options.replica_set_name == "rs0"
    assert found.options.pool_options._credentials.source == "ehr"
    found.close()


def test_a_file_of_tls_that_cannot_be_read_is_refused(tmp_path):
    spec = parse(f"mongodb://db/ehr?sslrootcert={tmp_path}/none")
    with pytest.raises(ReadError, match="TLS: FileNotFoundError"):
        client(address(spec, {}), spec, Manners())

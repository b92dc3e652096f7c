import dataclasses
import datetime
import subprocess
import sys
import time
import typing

import betterproto2
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.unknown_fields import UnknownFieldSet

from extauthz.guard.envoy import descriptors, wire

# betterproto2's own classes. The module under test imports them without deprecation warnings.
auth, ext_proc, default_message_pool = (
    descriptors._auth,
    descriptors._ext_proc,
    descriptors.default_message_pool,
)

ROOTS = [
    auth.CheckRequest,
    auth.CheckResponse,
    ext_proc.ProcessingRequest,
    ext_proc.ProcessingResponse,
]
# The tests fill Envoy's deprecated fields too.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
SCALARS = {"string": "Zoë", "bytes": b"\xff\x00\xfe", "bool": True, "double": 1.5, "float": 1.5}


def sample(meta, hint, depth):
    if meta.unwrap is not None:
        plain = next(c for c in descriptors._classes(hint) if c is not type(None))
        moments = {
            datetime.datetime: datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC),
            datetime.timedelta: datetime.timedelta(seconds=3, milliseconds=250),
        }
        return moments[plain] if plain in moments else plain(1)
    if meta.proto_type == "message":
        return populated(descriptors._target(meta, hint), depth + 1)
    if meta.proto_type == "enum":
        return list(descriptors._target(meta, hint))[-1]
    return SCALARS.get(meta.proto_type, 7)


def populated(cls, depth=0, turn=0):
    """Fill every field with a value that is not the default.

    Of a oneof, only one member is filled: number `turn`, modulo their count.
    """
    hints = typing.get_type_hints(cls)
    groups: dict[str, list[str]] = {}
    values = {}
    for field in dataclasses.fields(cls):
        meta = betterproto2.FieldMetadata.get(field)
        if depth > 5 and meta.proto_type in ("message", "map"):
            continue
        if meta.map_meta:
            values[field.name] = {
                "key": sample(meta.map_meta[1], typing.get_args(hints[field.name])[1], depth)
            }
            continue
        if meta.group:
            groups.setdefault(meta.group, []).append(field.name)
        value = sample(meta, hints[field.name], depth)
        values[field.name] = [value, value] if meta.repeated else value
    for members in groups.values():
        for member in members:
            if member != members[turn % len(members)]:
                del values[member]
    return cls(**values)


def full_name(cls):
    return default_message_pool.type_to_url[cls].partition("/")[2]


def in_field_order(cls):
    return [
        f.name
        for f in sorted(
            dataclasses.fields(cls), key=lambda f: betterproto2.FieldMetadata.get(f).number
        )
    ]


MESSAGES = [c for c in descriptors._reachable() if issubclass(c, betterproto2.Message)]


@pytest.mark.parametrize("cls", MESSAGES, ids=full_name)
@pytest.mark.parametrize("turn", range(8))
def test_every_message_keeps_its_content_both_ways(cls, turn):
    original = populated(cls, turn=turn)
    decoded = wire.decoder(full_name(cls))(bytes(original))

    assert cls.parse(wire.encode(decoded)) == original
    assert not list(UnknownFieldSet(decoded))


def _written_in_number_order(cls, seen=None):
    seen = seen if seen is not None else set()
    if cls in seen:
        return True
    seen.add(cls)
    if in_field_order(cls) != [f.name for f in dataclasses.fields(cls)]:
        return False
    hints = typing.get_type_hints(cls)
    targets = [
        descriptors._target(betterproto2.FieldMetadata.get(f), hints[f.name])
        for f in dataclasses.fields(cls)
    ]
    return all(
        _written_in_number_order(t, seen)
        for t in targets
        if t is not None and issubclass(t, betterproto2.Message)
    )


ORDERED = [c for c in MESSAGES if _written_in_number_order(c)]


@pytest.mark.parametrize("cls", ORDERED, ids=full_name)
def test_bytes_are_the_same_as_betterproto2s_where_it_writes_fields_in_number_order(cls):
    data = bytes(populated(cls))

    assert wire.encode(wire.decoder(full_name(cls))(data)) == data


def test_most_messages_are_compared_byte_by_byte():
    assert len(ORDERED) >= 25


def test_a_real_check_request_reads_field_by_field():
    http = auth.AttributeContextHttpRequest(
        method="POST", path="/claims", headers={"a": "b"}, raw_body=b"\x00\xff"
    )
    peer = auth.AttributeContextPeer(principal="spiffe://cluster.local/ns/a/sa/b")
    sent = auth.CheckRequest(
        attributes=auth.AttributeContext(
            source=peer, request=auth.AttributeContextRequest(http=http)
        )
    )
    got = wire.decoder("envoy.service.auth.v3.CheckRequest")(bytes(sent)).attributes

    assert (got.source.principal, got.request.http.method) == (
        "spiffe://cluster.local/ns/a/sa/b",
        "POST",
    )
    assert (dict(got.request.http.headers), got.request.http.raw_body) == ({"a": "b"}, b"\x00\xff")
    assert not got.HasField("destination")


def test_setting_a_second_oneof_member_clears_the_first():
    response = wire.message("envoy.service.auth.v3.CheckResponse")()
    response.ok_response.SetInParent()
    response.denied_response.SetInParent()

    assert response.WhichOneof("http_response") == "denied_response"


def test_nested_types_have_their_real_names():
    pool = wire.pool()

    assert pool.FindMessageTypeByName("envoy.service.auth.v3.AttributeContext.TLSSession")
    mode = pool.FindEnumTypeByName(
        "envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode"
    )
    assert [v.name for v in mode.values][:3] == ["NONE", "STREAMED", "BUFFERED"]
    assert (
        pool.FindEnumTypeByName("envoy.type.v3.StatusCode").values_by_name["Forbidden"].number
        == 403
    )


@pytest.mark.parametrize("service", [wire.EXTERNAL_PROCESSOR, wire.NETWORK_PROCESSOR])
def test_services_are_described_for_reflection(service):
    method = wire.pool().FindServiceByName(service).methods_by_name["Process"]

    assert (method.input_type.name, method.client_streaming, method.server_streaming) == (
        "ProcessingRequest",
        True,
        True,
    )


@pytest.mark.parametrize(
    "garbage", [b"\xff", b"\x0a\x7fshort", b"not protobuf at all", b"\x0a\x02\xff\xff"]
)
def test_garbage_is_a_decode_error_that_holds_none_of_it(garbage):
    with pytest.raises(wire.DecodeError) as caught:
        wire.decoder("envoy.service.auth.v3.CheckRequest")(garbage)

    assert "short" not in str(caught.value)
    assert "protobuf at all" not in str(caught.value)


def test_a_message_of_an_unknown_oneof_member_has_none_set():
    # Field 103, which the schema does not have.
    event = wire.decoder("envoy.service.ext_proc.v3.ProcessingRequest")(b"\xba\x06\x02hi")

    assert event.WhichOneof("request") is None


def test_the_pool_is_private():
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("envoy.service.auth.v3.CheckRequest")


def test_building_takes_tens_of_milliseconds():
    started = time.process_time()
    descriptors.build().FindMessageTypeByName("envoy.service.auth.v3.CheckRequest")

    assert time.process_time() - started < 0.5


INNER = """
import gc, weakref
from extauthz.guard.envoy import wire

request = wire.message("envoy.service.auth.v3.CheckRequest")
inner = weakref.ref(type(request().attributes.source.address.socket_address))
gc.collect()
raise SystemExit(inner() is None)
"""


def test_the_classes_of_inner_messages_outlive_a_collection_of_cycles():
    # In a process of its own: other tests keep some of these classes.
    done = subprocess.run([sys.executable, "-c", INNER], check=False)  # noqa: S603 - our own
    assert done.returncode == 0

"""Envoy's messages as protobuf (upb) classes: the codec of `check`, `processing` and `network`.

`envoy-data-plane` has the schemas but parses slowly. protobuf has the codec but no schemas.
`extauthz.guard.envoy.descriptors` makes descriptors of the schemas, and this module makes classes
of the descriptors. They live in a private pool, so that they cannot collide with another library's
copy of Envoy's or Google's files.
"""

import functools
import typing
from collections.abc import Callable
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message

from extauthz.guard.envoy import descriptors
from extauthz.guard.envoy.descriptors import AUTHORIZATION, EXTERNAL_PROCESSOR, NETWORK_PROCESSOR

__all__ = [
    "AUTHORIZATION",
    "EXTERNAL_PROCESSOR",
    "NETWORK_PROCESSOR",
    "DecodeError",
    "decoder",
    "encode",
    "message",
    "pool",
]


@functools.cache
def pool() -> descriptor_pool.DescriptorPool:
    """Return the private pool. It is built once a process, in some ten milliseconds."""
    return descriptors.build()


@functools.cache
def message(full_name: str) -> Callable[..., Any]:
    """Return the class of a message such as `envoy.service.auth.v3.CheckRequest`.

    The result is typed as a factory of Any: protobuf makes these classes at run time, so no type
    checker knows their fields.
    """
    return _class_of(pool().FindMessageTypeByName(full_name))


_kept: dict[str, Callable[..., Any]] = {}


def _class_of(descriptor: Descriptor) -> Callable[..., Any]:
    """Return the class of a message, and keep it and those of all messages within it.

    protobuf holds its classes weakly and makes each one when it is first needed. A class is a
    cycle, so without this Python's collector takes the inner ones away while requests pass, and
    the next request pays for making them again.
    """
    name = descriptor.full_name
    if name not in _kept:
        _kept[name] = message_factory.GetMessageClass(descriptor)
        for field in descriptor.fields:
            if field.message_type is not None:
                _class_of(field.message_type)
    return _kept[name]


@functools.cache
def decoder(full_name: str) -> Callable[[bytes], Any]:
    """Return a function from bytes to a message. It raises DecodeError, whose text shows no bytes.

    Fields that this schema does not know are kept and ignored, as proto3 asks: a newer Envoy may
    add some. A oneof whose only member is unknown reads as not set. Every caller must refuse that.
    """
    cls: Any = message(full_name)
    return typing.cast("Callable[[bytes], Any]", cls.FromString)


def encode(message: Message) -> bytes:
    """Return the bytes of a message."""
    return message.SerializeToString()

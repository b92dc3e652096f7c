"""Calls over mutual TLS, for tests: the guard's certificates, and those of its callers."""

import grpc

from extauthz.demo.certificates import Authority
from extauthz.demo.topology import BILLING, EHR, GUARD
from extauthz.guard.envoy import wire
from extauthz.listeners import Tls


def certificates_in(folder):
    """The certificates of the guard and of two workloads, by workload."""
    authority = Authority.create()
    return {
        workload: authority.issue(
            workload, folder / workload.name, dns="guard" if workload is GUARD else ""
        )
        for workload in (GUARD, BILLING, EHR)
    }


def tls_of(files):
    return Tls(files.certificate, files.key, files.authority)


def secure_channel(g, files):
    credentials = grpc.ssl_channel_credentials(
        files.authority.read_bytes(), files.key.read_bytes(), files.certificate.read_bytes()
    )
    return grpc.aio.secure_channel(
        g.address, credentials, options=[("grpc.ssl_target_name_override", "guard")]
    )


def checking(channel):
    """The method `Check` of a channel."""
    return channel.unary_unary(
        f"/{wire.AUTHORIZATION}/Check",
        request_serializer=wire.encode,
        response_deserializer=wire.decoder("envoy.service.auth.v3.CheckResponse"),
    )


async def secure_check(g, files, request):
    async with secure_channel(g, files) as channel:
        return await checking(channel)(request, timeout=20)

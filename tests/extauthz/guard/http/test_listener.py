import asyncio
import contextlib
import errno
import os
import ssl
from dataclasses import replace

import pytest
from http_client import connect, head, once
from mutual_tls import certificates_in, tls_of
from running_guard import ALLOWED, BILLING
from test_service import question

from extauthz.demo.topology import BILLING as BILLING_WORKLOAD
from extauthz.demo.topology import EHR as EHR_WORKLOAD
from extauthz.demo.topology import GUARD
from extauthz.guard.http.listener import Certificate
from extauthz.listeners import Http, Tls


@pytest.fixture
def certificates(tmp_path):
    return certificates_in(tmp_path)


def test_a_client_shows_a_certificate_and_is_known_by_it(guard, run, certificates):
    async def scenario():
        async with guard(http=Http("127.0.0.1", 0, tls_of(certificates[GUARD]))) as g:
            asked = [
                await once(g, question(ALLOWED), certificates[each])
                for each in (BILLING_WORKLOAD, EHR_WORKLOAD)
            ]
            context = ssl.create_default_context(cafile=str(certificates[GUARD].authority))
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await without_a_certificate(g, context)
            unencrypted = await once(g, head("GET", "/healthz"))
            return [each.json["reason"] for each in asked], unencrypted, g.records()

    reasons, unencrypted, records = run(scenario())
    # the receiver's own workload may ask for it; another one that does is refused as forged
    assert reasons == ["ALLOWED_BY_RULE", "CALLER_MISMATCH"]
    assert unencrypted is None
    assert records[0]["caller"] == BILLING


async def without_a_certificate(g, context):
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", g.worker._http.port, ssl=context, server_hostname="guard"
    )
    try:
        writer.write(head("GET", "/healthz"))
        if not await reader.read(1):
            raise ConnectionError
    finally:
        writer.close()


def test_a_renewed_certificate_is_used_without_a_restart(guard, run, tmp_path, certificates):
    other = certificates_in(tmp_path / "other")

    async def scenario():
        tls = Tls(certificates[GUARD].certificate, certificates[GUARD].key)
        async with guard(http=Http("127.0.0.1", 0, tls)) as g:
            before = await once(g, head("GET", "/healthz"), certificates[EHR_WORKLOAD])
            tls.cert.write_bytes(other[GUARD].certificate.read_bytes())
            tls.key.write_bytes(other[GUARD].key.read_bytes())
            os.utime(tls.cert, ns=(1, 1))
            await g.worker._http.tend()
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(g, certificates[EHR_WORKLOAD])
            after = await once(g, head("GET", "/healthz"), other[EHR_WORKLOAD])
            return before.status, after.status

    assert run(scenario()) == (200, 200)


def test_a_replaced_authority_no_longer_lets_its_clients_in(guard, run, tmp_path, certificates):
    other = certificates_in(tmp_path / "other")
    files = tls_of(certificates[GUARD])
    # a client of the old authority that knows the guard's new certificate
    stale = replace(certificates[BILLING_WORKLOAD], authority=other[GUARD].authority)

    async def scenario():
        async with guard(http=Http("127.0.0.1", 0, files)) as g:
            before = await once(g, question(ALLOWED), certificates[BILLING_WORKLOAD])
            for ours, new in (
                (files.cert, other[GUARD].certificate),
                (files.key, other[GUARD].key),
            ):
                ours.write_bytes(new.read_bytes())
            files.ca.write_bytes(other[GUARD].authority.read_bytes())
            os.utime(files.ca, ns=(1, 1))
            await g.worker._http.tend()
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                assert await once(g, question(ALLOWED), stale) is None
            after = await once(g, question(ALLOWED), other[BILLING_WORKLOAD])
            return before.status, after.status, len(g.records())

    assert run(scenario()) == (200, 200, 2)


def test_a_renewal_that_fails_is_tried_again(guard, run, tmp_path, certificates, monkeypatch):
    other = certificates_in(tmp_path / "other")
    files = tls_of(certificates[GUARD])
    listen = asyncio.start_server

    async def no_descriptors(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    async def scenario():
        async with guard(http=Http("127.0.0.1", 0, files)) as g:
            for ours, new in (
                (files.cert, other[GUARD].certificate),
                (files.key, other[GUARD].key),
                (files.ca, other[GUARD].authority),
            ):
                ours.write_bytes(new.read_bytes())
            os.utime(files.ca, ns=(1, 1))
            monkeypatch.setattr(asyncio, "start_server", no_descriptors)
            with pytest.raises(OSError, match="Too many"):
                await g.worker._http.tend()
            monkeypatch.setattr(asyncio, "start_server", listen)
            await g.worker._http.tend()
            return (await once(g, head("GET", "/healthz"), other[BILLING_WORKLOAD])).status

    assert run(scenario()) == 200


def test_a_certificate_that_is_broken_leaves_the_old_one_in_use(certificates, caplog):
    files = certificates[GUARD]
    used = Certificate(Tls(files.certificate, files.key))
    files.certificate.write_text("broken")
    used.renew()
    files.certificate.unlink()
    used.renew()
    assert [each.msg for each in caplog.records] == [
        "new certificate cannot be read; the old one stays in use"
    ] * 2


def test_a_certificate_without_its_key_leaves_the_old_one_in_use(tmp_path, certificates):
    files, other = certificates[GUARD], certificates_in(tmp_path / "other")[GUARD]
    used = Certificate(Tls(files.certificate, files.key))
    before = used.context
    files.certificate.write_bytes(other.certificate.read_bytes())
    os.utime(files.certificate, ns=(1, 1))
    used.renew()
    assert used.context is before
    files.key.write_bytes(other.key.read_bytes())
    used.renew()
    assert used.context is not before

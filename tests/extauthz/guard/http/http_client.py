"""A client of the guard's HTTP interface that can also send what no client should."""

import asyncio
import ssl

import h11
import orjson

from extauthz.listeners import Http

LOOPBACK = Http("127.0.0.1", 0)


class Answer:
    """Status, headers in lower case, body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return orjson.loads(self.body)

    @property
    def code(self):
        return self.json["code"]


def head(method, path, *headers, host="guard"):
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def post(path, body, *headers):
    return head("POST", path, f"Content-Length: {len(body)}", *headers) + body


def ask(value):
    return post("/v1/decide", orjson.dumps(value), "Content-Type: application/json")


def chunked(path, *chunks, headers=()):
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return head("POST", path, "Transfer-Encoding: chunked", *headers) + framed


class Client:
    """One connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.http = h11.Connection(h11.CLIENT)

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """The next answer; None where the connection ends without one."""
        http = h11.Connection(h11.CLIENT)
        http.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        http.send(h11.EndOfMessage())
        found, body = None, b""
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                try:
                    data = await asyncio.wait_for(self.reader.read(65536), 20)
                except ConnectionError:
                    return None
                if not data and found is None:
                    return None
                http.receive_data(data)
            elif isinstance(event, h11.Response):
                found = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                headers = {k.decode(): v.decode("latin-1") for k, v in found.headers}
                return Answer(found.status_code, headers, body)

    async def ended(self, within=20):
        """Whether the server has closed the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(), within) is not None
        except ConnectionError:
            return True

    def close(self):
        self.writer.close()


async def connect(guard, files=None):
    context = None
    if files is not None:
        context = ssl.create_default_context(cafile=str(files.authority))
        context.load_cert_chain(files.certificate, files.key)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1",
        guard.worker._http.port,
        ssl=context,
        server_hostname="guard" if context else None,
    )
    return Client(reader, writer)


async def once(guard, data, files=None):
    """The answer to one request on a connection of its own."""
    client = await connect(guard, files)
    try:
        await client.send(data)
        return await client.answer()
    finally:
        client.close()

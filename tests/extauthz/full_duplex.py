"""Messages as Envoy sends them in FULL_DUPLEX_STREAMED, and the guard's answers to them."""

import asyncio
import contextlib

import grpc
import orjson
from running_guard import (
    POLICY,
    processing_call,
    processing_request,
    request_head,
)

FULL_DUPLEX = 4
SSN = b"536-22-8790"
NDJSON, GRPC = "application/x-ndjson", "application/grpc"
MONITOR = POLICY.replace("mode: enforce", "mode: monitor")


def head(kind="application/json", **headers):
    return request_head(mode=FULL_DUPLEX, content_type=kind, **headers)


def body(data, end=False, side="request"):
    return processing_request(f"{side}_body", body=data, end_of_stream=end)


def line(value):
    return orjson.dumps(value) + b"\n"


def frame(data):
    return b"\0" + len(data).to_bytes(4) + data


def converse(guard, run, *events, **options):
    """Send all events, then end the stream. Returns answers, status code and records."""

    async def scenario():
        async with guard(**options) as g, g.channel() as channel:
            call = processing_call(channel)
            answers = []
            reading = asyncio.ensure_future(listen(call, answers))
            with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                for event in events:  # the guard may have ended the stream meanwhile
                    await call.write(event)
                await call.done_writing()
            return answers, await reading, g.records()

    return run(scenario())


async def listen(call, answers):
    """Collect the answers, and return the status code."""
    try:
        async for answer in call:
            answers.append(answer)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return await call.code()


def streamed(answer):
    part = getattr(answer, answer.WhichOneof("response"))
    return part.response.body_mutation.streamed_response


def bodies(answers):
    return [streamed(a) for a in answers if (a.WhichOneof("response") or "").endswith("_body")]


def released(answers):
    return b"".join(each.body for each in bodies(answers))

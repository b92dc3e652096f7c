"""Compares grpc.aio with the thread-pool server: `python bench/grpc_servers.py`.

Each stream has two messages and two answers, as an ext_proc exchange in BUFFERED mode has. The
handler does nothing, or uses about one millisecond of CPU, as a scan does. A last case holds many
idle streams open, as a slow or hostile sender does. Client and server are separate processes. The
figures depend on the machine: compare only columns of one run.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from multiprocessing.connection import Connection

import grpc

METHOD = "/bench.Echo/Process"
BODY = b"x" * 4096


def burn(seconds: float) -> None:
    """Use CPU for about `seconds` while holding the interpreter lock, as Python code does."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def serve_threads(seconds: float, pipe: Connection) -> None:
    def process(requests: Iterator[bytes], _: grpc.ServicerContext) -> Iterator[bytes]:
        for request in requests:
            burn(seconds)
            yield request[:16]

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64))
    handler = grpc.stream_stream_rpc_method_handler(process)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("bench.Echo", {"Process": handler}),)
    )
    pipe.send(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    server.wait_for_termination()


def serve_aio(seconds: float, pipe: Connection) -> None:
    async def process(
        requests: AsyncIterator[bytes], _: grpc.aio.ServicerContext
    ) -> AsyncIterator[bytes]:
        async for request in requests:
            burn(seconds)
            yield request[:16]

    async def main() -> None:
        server = grpc.aio.server()
        handler = grpc.stream_stream_rpc_method_handler(process)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("bench.Echo", {"Process": handler}),)
        )
        pipe.send(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        await server.wait_for_termination()

    asyncio.run(main())


async def one_stream(channel: grpc.aio.Channel) -> float:
    started = time.perf_counter()
    call = channel.stream_stream(METHOD)()
    for message in (b"head", BODY):
        await call.write(message)
        await call.read()
    await call.done_writing()
    await call.read()
    return time.perf_counter() - started


async def load(port: int, seconds: float, concurrent: int, idle: int) -> tuple[float, float, float]:
    """Return streams a second, and the median and 99th percentile of a stream in milliseconds."""
    took: list[float] = []
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        held = [channel.stream_stream(METHOD)() for _ in range(idle)]
        for call in held:
            await call.write(b"head")
        await one_stream_or_timeout(channel)
        end = time.perf_counter() + seconds

        async def client() -> None:
            while time.perf_counter() < end:
                took.append(await one_stream(channel))

        await asyncio.gather(*(client() for _ in range(concurrent)))
        for call in held:
            call.cancel()
    centiles = statistics.quantiles(took, n=100)
    return len(took) / seconds, centiles[49] * 1e3, centiles[98] * 1e3


async def one_stream_or_timeout(channel: grpc.aio.Channel) -> None:
    """Warm up. It never ends when idle streams hold every thread, which is a result too."""
    await asyncio.wait_for(one_stream(channel), 5)


def measure(name: str, cpu: float, concurrent: int, idle: int, seconds: float) -> None:
    here, there = multiprocessing.Pipe()
    target = {"aio": serve_aio, "threads": serve_threads}[name]
    process = multiprocessing.get_context("spawn").Process(
        target=target, args=(cpu, there), daemon=True
    )
    process.start()
    try:
        rate, median, worst = asyncio.run(load(here.recv(), seconds, concurrent, idle))
        result = f"{rate:8.0f} streams/s   p50 {median:7.2f} ms   p99 {worst:7.2f} ms"
    except TimeoutError:
        result = "no answer within 5 s"
    finally:
        process.terminate()
        process.join()
    print(
        f"{name:8} cpu {cpu * 1e3:3.0f} ms  concurrent {concurrent:3}  idle {idle:3}   {result}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement")
    seconds = parser.parse_args().seconds
    for cpu, concurrent, idle in (
        (0, 1, 0),
        (0, 16, 0),
        (0.001, 1, 0),
        (0.001, 16, 0),
        (0, 16, 64),
    ):
        for name in ("aio", "threads"):
            measure(name, cpu, concurrent, idle, seconds)


if __name__ == "__main__":
    main()

"""A real Kafka broker on 127.0.0.1, without ZooKeeper (KRaft)."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import processes

ROOT = Path(__file__).parents[3]
JARS = ROOT / ".tools" / "kafka"
MISSING = "not run: no Kafka; `make kafka` fetches it, and it needs Java 17"
IS_THERE = JARS.is_dir() and shutil.which("java") is not None
_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg"
_SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.dirs={folder}/log
"""


@contextlib.contextmanager
def broker() -> Iterator[str]:
    """A broker, from when it answers: its host and port."""
    with broker_with_files() as (address, _):
        yield address


@contextlib.contextmanager
def broker_with_files() -> Iterator[tuple[str, Path]]:
    """The same, with the folder of its logs: `TOPIC-PARTITION/*.log`."""
    with processes.folder("nobody") as folder:
        port, controller = processes.free_port(), processes.free_port()
        settings = folder / "server.properties"
        settings.write_text(_SETTINGS.format(port=port, controller=controller, folder=folder))
        java = ["java", "-Xmx512m", "-cp", f"{JARS}/*"]
        tool = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", settings]
        processes.run([*java, *tool], "nobody", cwd=folder)
        with processes.serving([*java, "kafka.Kafka", settings], "nobody", port):
            yield f"127.0.0.1:{port}", folder / "log"

"""A Ray cluster of three nodes, one of which is lost without warning while a scan runs on it.

A program of its own, because Ray listens on all interfaces: the test starts it in a network
namespace. It prints the scan's exit code.
"""

import sys
import threading
import time
from pathlib import Path

from ray.cluster_utils import Cluster

from extauthz import cli
from extauthz.rest.folder import Folder
from extauthz.rest.store import Store

NODES = 3


def main(data: Path, catalogue: Path) -> None:
    """Scan `data`, and lose a node once the first results are there."""
    head = {"num_cpus": 1, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    others = [cluster.add_node(num_cpus=1) for _ in range(NODES - 1)]
    cluster.wait_for_nodes()

    def lose_a_node() -> None:
        database = Folder(catalogue).database
        while not database.exists() or sum(1 for _ in Store(database).units()) < 5:
            time.sleep(0.2)
        cluster.remove_node(others[-1], allow_graceful=False)
        sys.stdout.write("lost a node\n")

    threading.Thread(target=lose_a_node, daemon=True).start()
    code = cli.main(["rest", "scan", str(data), "--catalogue", str(catalogue), "--engine", "ray"])
    sys.stdout.write(f"exit code {code}\n")
    cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

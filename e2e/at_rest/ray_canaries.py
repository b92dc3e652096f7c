"""A Ray cluster that scans what was named, and then is asked what it knows of its tasks.

A program of its own, in a network namespace, as `ray_cluster.py`. It prints the scan's exit code.
"""

import json
import sys
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from extauthz import cli


def main(place: Path, session: Path, specs: list[str]) -> None:
    """Scan, with Ray's files in `session`, and write what the cluster says to `state.json`."""
    head = {"num_cpus": 2, "include_dashboard": False, "temp_dir": str(session)}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    words = ["rest", "scan", *specs, "--catalogue", str(place / "catalogue"), "--engine", "ray"]
    sys.stdout.write(f"exit code {cli.main(words)}\n")
    ray.init(address=cluster.address, log_to_driver=False, ignore_reinit_error=True)
    state = {"timeline": ray.timeline(), "nodes": ray.nodes(), "resources": ray.cluster_resources()}
    (place / "state.json").write_text(json.dumps(state, default=str))
    ray.shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])

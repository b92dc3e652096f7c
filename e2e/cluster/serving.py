"""`phiguard serve --policy kubernetes://` outside of a pod, as a program of its own.

In a pod, the command line takes the API's address and the account's files from where Kubernetes
puts them. Here a JSON text on the command line names them. Everything behind that is the real
guard.
"""

import json
import sys
from pathlib import Path

from extauthz.guard import supervisor
from extauthz.policies.kubernetes_api import Api
from extauthz.policies.leases import Place
from extauthz.records import logs
from extauthz.settings import Cluster, Settings, check


def main(given: dict[str, str]) -> int:
    """Serve until a signal ends it."""
    api = Api(given["url"], Path(given["token"]), Path(given["ca"]))
    policy = Cluster(
        api,
        given["root"],
        Path(given["folder"]) / "last-good",
        Place(api, given["namespace"], given["pod"]),
    )
    settings = Settings(
        "127.0.0.1",
        int(given["port"]),
        policy,
        health=("127.0.0.1", int(given["health"])),
        ledger=Path(given["folder"]) / "ledger",
    )
    check(settings)
    logs.configure()
    code = supervisor.run(settings)
    logs.flush()
    return code


if __name__ == "__main__":
    raise SystemExit(main(json.loads(sys.argv[1])))

"""Owns `python -m kit.simulator.tenant`: the tenant alone, in the foreground, until SIGTERM.

It prints its address when it answers. Applications are registered beforehand
(`TenantServer.register_app`): the folder remembers them.
"""

import argparse
from pathlib import Path

from kit.simulator.tenant.server import Behaviour, TenantServer


def main() -> None:
    """Serve the tenant of a folder."""
    parser = argparse.ArgumentParser(prog="python -m kit.simulator.tenant", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the tenant keeps its state")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--tenant-id", required=True)
    parser.add_argument("--domain", required=True, help="the tenant's verified domain")
    parser.add_argument(
        "--latency", type=float, default=Behaviour.latency, help="seconds added to each request"
    )
    parser.add_argument("--seed", type=int, default=Behaviour.seed)
    options = parser.parse_args()
    server = TenantServer(
        options.folder,
        port=options.port,
        behaviour=Behaviour(latency=options.latency, seed=options.seed),
        tenant_id=options.tenant_id,
        domain=options.domain,
    )
    server.serve_forever(ready=lambda url: print(url, flush=True))


if __name__ == "__main__":
    main()

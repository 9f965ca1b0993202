"""Owns `python -m kit.simulator.tenant`: the tenant alone, in the foreground, until SIGTERM.

It prints its address when it answers; with `--control`, then the control port's address and its token.
Applications are registered beforehand (`TenantServer.register_app`): the folder remembers them.
"""

import argparse
from pathlib import Path

from kit.errors import BadInput
from kit.simulator.tenant.scenario import parse_duration, read_scenario
from kit.simulator.tenant.server import Behaviour, TenantServer


def main() -> None:
    """Serve the tenant of a folder."""
    parser = argparse.ArgumentParser(prog="python -m kit.simulator.tenant", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the tenant keeps its state")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--tenant-id", required=True)
    parser.add_argument("--domain", required=True, help="the tenant's verified domain")
    parser.add_argument("--latency", default="0s", help="added to each request, such as 80ms")
    parser.add_argument("--seed", type=int, default=Behaviour.seed)
    parser.add_argument("--faults", type=Path, help="scenario of faults, a TOML file")
    parser.add_argument("--control", action="store_true", help="open the control port")
    options = parser.parse_args()
    try:
        behaviour = Behaviour(latency=parse_duration(options.latency), seed=options.seed)
        scenario = read_scenario(options.faults) if options.faults else None
    except BadInput as exc:
        parser.error(f"{exc.message} {exc.hint}")
    server = TenantServer(
        options.folder,
        port=options.port,
        behaviour=behaviour,
        tenant_id=options.tenant_id,
        domain=options.domain,
        control=options.control,
    )
    if scenario:
        server.disturb(scenario)

    def tell(url: str) -> None:
        print(url, flush=True)
        if options.control:
            print(server.control_url, server.control_token, flush=True)

    server.serve_forever(ready=tell)


if __name__ == "__main__":
    main()

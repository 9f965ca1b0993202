"""A lab: laptops on this machine, each a Debian system of its own, reached only over SSH.

Every laptop has its own address, network, process and host-name namespace, a host key that is known before
it starts, and a copy-on-write disk over one shared base system. What it cannot do is reach anything but the
bridge: packages come from a cache that listens there.

Where to start, by what you want to change:

- `lab`           the whole: up, stop, wipe, down, status
- `requirements`  what this machine must have; probed before anything is made
- `names`         names and addresses derived from the lab's name and network
- `base`          the base system, built once by mmdebstrap; `base-setup.sh` is what it gets on top
- `disk`          what is written to one laptop's disk before it starts
- `laptop`        the life of one laptop's processes; `boot.sh` and `init.sh` run on its side
- `network`       bridge and links         `packages`  the package cache on the bridge
- `processes`     who runs in a namespace  `login`     waiting until a laptop lets us in
- `records`       the lab's folder: what is written where, and the lock
- `stock`         the pool file that goes with the laptops
- `roles`         what the playbooks are told of laptops without screen and Internet

Two rules keep `down` honest after any crash. What is made is written down, or follows from a name, before it
is made. And mounts live in the laptops' own mount namespaces, so that they end with the last process.
"""

from kit.simulator.lab.lab import Lab
from kit.simulator.lab.names import Laptop, LaptopState, Mode
from kit.simulator.lab.roles import role_variables

__all__ = ["Lab", "Laptop", "LaptopState", "Mode", "role_variables"]

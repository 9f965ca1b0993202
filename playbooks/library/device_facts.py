"""Owns what is written down of a laptop when it enters the pool: hardware, system, host keys, disks."""

from __future__ import annotations

import datetime
import os

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.machine import Facts, encryption, host_keys, machine

DOCUMENTATION = r"""
module: device_facts
short_description: Tell a laptop's serial number, model, hardware and host keys, changing nothing
options:
  labels: {description: Copied into the report as it is., type: dict, default: {}}
"""

RETURN = r"""
report:
  description: C(machine), C(encryption), C(host_keys), C(host_name) and C(seen_at).
  returned: always
  type: dict
"""


def gather(labels: Facts) -> Facts:
    """The report; serial numbers need root, and are empty where the hardware has none."""
    return {
        **labels,
        "seen_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "host_name": os.uname().nodename,
        "machine": machine(),
        "encryption": encryption(),
        "host_keys": host_keys(),
    }


def main() -> None:
    """Gather and return."""
    module = AnsibleModule(
        argument_spec={"labels": {"type": "dict", "default": {}}}, supports_check_mode=True
    )
    module.exit_json(changed=False, report=gather(module.params["labels"]))


if __name__ == "__main__":
    main()

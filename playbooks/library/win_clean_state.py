"""Owns the documentation of `win_clean_state.ps1`, in the place where Ansible looks for it."""

DOCUMENTATION = r"""
module: win_clean_state
short_description: Gather the clean-state report of a Windows laptop, changing nothing
description:
  - The report has the keys of that of M(clean_state), as far as Windows has what they are about.
options:
  host_name: {description: The name it must have., type: str, required: true}
  host_key: {description: The pinned host key as C(type base64)., type: str, required: true}
  provision_login: {description: The account of Ansible., type: str, required: true}
  seat_login: {description: The person's account., type: str, required: true}
  admin_login: {description: The local administrator's account., type: str, required: true}
  allowed_ports:
    description: What may listen beyond loopback and be let in, such as C(tcp/22).
    type: list
    elements: str
    required: true
  resolvers:
    description: The only name servers to ask; empty means any.
    type: list
    elements: str
    default: []
  must_reach:
    description: What must answer, each with C(address) and TCP C(port).
    type: list
    elements: dict
    default: []
  must_not_reach:
    description:
      - What must be out of reach, likewise.
      - Who is connected by SSH while the report is made is tried, too, for a way there is known to exist.
    type: list
    elements: dict
    default: []
  require_probes:
    description: Whether isolation counts as proven only where something of both kinds was tried.
    type: bool
    default: true
  require_encryption:
    description: Whether the system's disk must be encrypted.
    type: bool
    required: true
  labels: {description: Copied into the report as it is., type: dict, default: {}}
"""

RETURN = r"""
report:
  description: Facts, C(checks) with C(passed) and C(detail), and C(clean).
  returned: always
  type: dict
"""

"""Rules are compared without what the resolver has learned meanwhile."""

from tests.unit.playbooks.support import shared

MEANT = """table inet crisis_kit {
\tset denied_v4 {
\t\ttype ipv4_addr
\t\tflags interval
\t\tauto-merge
\t\telements = { 10.0.0.0/8 }
\t}

\tset learned_v4 {
\t\ttype ipv4_addr
\t\ttimeout 1d
\t}

\tset learned_v6 {
\t\ttype ipv6_addr
\t\ttimeout 1d
\t}
}
"""
LEARNED = MEANT.replace(
    "ipv4_addr\n\t\ttimeout 1d",
    "ipv4_addr\n\t\ttimeout 1d\n\t\telements = { 192.0.2.1 expires 23h,\n\t\t\t     192.0.2.2 expires 1h }",
)


def test_learned_addresses_are_no_difference() -> None:
    assert LEARNED != MEANT
    assert shared("nftables").without_learned(LEARNED) == MEANT


def test_an_address_in_any_other_set_is_one() -> None:
    changed = MEANT.replace("10.0.0.0/8", "10.0.0.0/9")
    assert shared("nftables").without_learned(changed) == changed

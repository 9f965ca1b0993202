"""Owns how a laptop's firewall is read and compared: what is loaded against what the file means."""

from __future__ import annotations

import re
import subprocess

#: The sets that the resolver fills while people work (roles/firewall): what is in them is not the file's.
_LEARNED = re.compile(r"(set learned_v[46] \{[^}]*?)\n\s*elements = \{[^}]*\}")


class Refused(Exception):
    """`nft` did not do what it was asked; the text is what it said."""


def run(*arguments: str) -> str:
    """Run a command and return what it printed.

    Raises:
        Refused: it failed.
    """
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(done.stderr.strip() or done.stdout.strip())
    return done.stdout


def without_learned(rules: str) -> str:
    """The rules without the addresses that the resolver put into its sets. Pure."""
    return _LEARNED.sub(r"\1", rules)


def loaded() -> str:
    """The rules in force, in nft's own spelling, without counters and learned addresses."""
    return without_learned(run("nft", "--stateless", "list", "ruleset"))


def meant(path: str) -> str:
    """What the file at `path` means, in the same spelling: loaded into a network namespace made for it.

    Raises:
        Refused: the file is not a valid ruleset.
    """
    return run(
        "unshare", "--net", "sh", "-c", 'nft --file "$1" && nft --stateless list ruleset', "nft-scratch", path
    )

"""Owns how a laptop's firewall is read and compared: what is loaded against what the file means."""

from __future__ import annotations

import subprocess


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


def loaded() -> str:
    """The rules in force, in nft's own spelling, without counters."""
    return run("nft", "--stateless", "list", "ruleset")


def meant(path: str) -> str:
    """What the file at `path` means, in the same spelling: loaded into a network namespace made for it.

    Raises:
        Refused: the file is not a valid ruleset.
    """
    return run(
        "unshare", "--net", "sh", "-c", 'nft --file "$1" && nft --stateless list ruleset', "nft-scratch", path
    )

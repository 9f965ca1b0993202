"""Starts `kit`: the language first, because help texts are fixed when the command line is imported."""

import resource
import sys

from kit import i18n


def asked_language(arguments: list[str]) -> str | None:
    """Read `--lang xx` or `--lang=xx` before Typer does; None where it is absent."""
    for position, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
    return None


def main() -> None:
    """Run the command line; the console script's entry point."""
    # Memory holds tokens and passwords: no core dump; 1, unlike 0, also stops one into a pipe (core(5)).
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    i18n.activate(asked_language(sys.argv[1:]))
    from kit.cli import run  # noqa: PLC0415  the help texts must find the language set

    run()


if __name__ == "__main__":
    main()

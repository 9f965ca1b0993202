"""Starts programs of the tests at the same moment and gives what each printed."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: What the programs import takes longer than what they do: loaded once, before each has its process.
_LOADED = (
    *("inventory.crates", "inventory.importing.pool", "inventory.loans", "inventory.stocktakes.scans"),
    *("inventory.swaps", "inventory.undo", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"),
)
_FORKING = """
import importlib, json, os, runpy, sys
loaded, program, arguments, *outputs = sys.argv[1:]
for module in loaded.split(","):
    importlib.import_module(module)
for each, output in zip(json.loads(arguments), outputs, strict=True):
    if os.fork() == 0:
        os.dup2(int(output), sys.stdout.fileno())
        sys.argv = [program, *each]
        runpy.run_path(program, run_name="__main__")
        sys.exit()
sys.exit(any([os.wait()[1] for _output in outputs]))
"""


def together(program: Path, arguments: Sequence[Sequence[str]]) -> list[Any]:
    """Run the program in a process for each list of arguments; it says "ready" and waits for stdin's end."""
    pipes = [os.pipe() for _each in arguments]
    outputs = [written for _read, written in pipes]
    told = (",".join(_LOADED), str(program), json.dumps(arguments), *map(str, outputs))
    started = subprocess.Popen(
        [sys.executable, "-c", _FORKING, *told],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=outputs,
    )
    for output in outputs:
        os.close(output)
    said = [os.fdopen(read) for read, _written in pipes]
    assert [each.readline() for each in said] == ["ready\n"] * len(said)
    # Whoever waits hears it at once: stdin, which they share, ends.
    _out, errors = started.communicate(timeout=120)
    assert (errors, started.returncode) == ("", 0)
    printed = []
    for each in said:
        with each:
            printed.append(json.loads(each.read()))
    return printed

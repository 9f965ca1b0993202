"""Starts programs of the tests at the same moment and gives what each printed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def together(program: Path, arguments: Sequence[Sequence[str]]) -> list[Any]:
    """Run the program once for each list of arguments; it says "ready" and waits for a line on stdin."""
    started = [
        subprocess.Popen(
            [sys.executable, program, *each],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in arguments
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(process.communicate(timeout=120), process.returncode) for process in started]
    assert [(errors, code) for (_out, errors), code in ended] == [("", 0)] * len(started)
    return [json.loads(out) for (out, _errors), _code in ended]

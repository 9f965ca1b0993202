"""A workflow for `test_engine.py`, run in a process of its own: two children of two steps each.

Files in the folder given steer and record it. Every step adds its name to `trace` when it begins, so that the
test can count how often it ran; it lasts as long as `hold-<name>` is there, and is abandoned where
`abandon-<name>` is. The process ends when the run has ended, or when `stop` is there.
"""

import os
import sys
import time
from pathlib import Path

from kit.errors import Busy
from kit.workflows import engine

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
URL = f"sqlite:///{FOLDER / 'workflows.db'}"
STOPPED, BUSY = 3, 13
_LOOK_SECONDS = 0.02


@engine.step
def act(name: str) -> str:
    """Leave a trace, then take as long as the test wants."""
    with (FOLDER / "trace").open("a") as trace:
        trace.write(f"{name}\n")
    while (FOLDER / f"hold-{name}").exists():
        time.sleep(_LOOK_SECONDS)
    if (FOLDER / f"abandon-{name}").exists():
        engine.abandon()
    return name


@engine.workflow
def child(name: str) -> list[str]:
    """Two steps in a row."""
    return [act(f"{name}.first"), act(f"{name}.second")]


@engine.workflow
def parent(names: list[str]) -> list[str]:
    """One child a name, on a queue."""
    handles = [engine.enqueue("samples", child, name) for name in names]
    return [step for handle in handles for step in handle.get_result()]


def main() -> int:
    """Host an engine, submit the run twice under one id, and print its result."""
    hosted = engine.Engine(
        database_url=URL, lock=FOLDER / "lock", station="sample", queues={"samples": 4, "runs": 2}
    )
    try:
        if not (FOLDER / "workflows.db").exists():
            hosted.prepare()
        hosted.launch()
    except Busy:
        return BUSY
    for _time in range(2):
        engine.submit(URL, "runs", parent, "run-1", ["a", "b"])
    watcher: engine.Watcher[list[str]] = engine.Watcher(URL, "run-1")
    while not watcher.ended():
        if (FOLDER / "stop").exists():
            hosted.ask_stop()
            (FOLDER / "asked").touch()
            return STOPPED if hosted.wait_quiet(timeout=60) else 1
        time.sleep(_LOOK_SECONDS)
    print(" ".join(watcher.result()), flush=True)
    hosted.close()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # A stopped engine keeps threads that never return.
    os._exit(code)

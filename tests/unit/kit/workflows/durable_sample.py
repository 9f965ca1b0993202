"""A workflow for `test_engine.py`, run in a process of its own: two children of two steps each.

Every step adds a line to a file, so that the test can count how often it ran.
"""

import sys
import time
from pathlib import Path

from kit.workflows import engine

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()


@engine.step
def act(name: str, seconds: float) -> str:
    """Leave a trace, then take a while."""
    with (FOLDER / "trace").open("a") as trace:
        trace.write(f"{name}\n")
    time.sleep(seconds)
    return name


@engine.workflow
def child(name: str) -> list[str]:
    """Two steps in a row."""
    return [act(f"{name}.first", 0.0), act(f"{name}.second", 0.5)]


@engine.workflow
def parent(names: list[str]) -> list[str]:
    """One child a name, on a queue."""
    handles = [engine.enqueue("samples", child, name) for name in names]
    return [step for handle in handles for step in handle.get_result()]


def main() -> None:
    """Host an engine, submit the run under a fixed id, wait, print the result."""
    url = f"sqlite:///{FOLDER / 'workflows.db'}"
    hosted = engine.Engine(
        database_url=url, lock=FOLDER / "lock", station="sample", queues={"samples": 4, "runs": 2}
    )
    hosted.launch()
    engine.submit(url, "runs", parent, "run-1", ["a", "b"])
    watcher: engine.Watcher[list[str]] = engine.Watcher(url, "run-1")
    while not watcher.ended():
        time.sleep(0.05)
    print(watcher.result(), flush=True)
    hosted.close()


if __name__ == "__main__":
    main()

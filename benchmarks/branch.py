"""Runs one branch of a prepared crisis, or all of it, and prints its seconds: `python -m benchmarks.branch`.

A process of its own, because an engine keeps its threads until the process ends.
"""

import sys
import time
from pathlib import Path

from kit.app import station as building
from kit.app.compose import App
from kit.cli.exits import end_process
from kit.workflows import engine, equip, laptops, reserve, station
from kit.workflows.outcome import Outcome

PATIENCE = 60.0


@engine.workflow
def laptops_alone(reference: str, numbers: tuple[int, ...]) -> list[Outcome]:
    """The laptops' branch without the rest."""
    handles = [
        engine.enqueue(equip.LAPTOPS, laptops.equip_laptop, reference, number, PATIENCE) for number in numbers
    ]
    return [handle.get_result() for handle in handles]


def main(home: Path, reference: str, branch: str, seats: int) -> float:
    """Seconds from the submission of the branch to its end."""
    app = App.open(home)
    hosted, url = building.engine(app), building.workflows_url(app)
    station.use(building.station(app))
    hosted.launch()
    if branch != "all":
        reserve.reserve(reference)
    started = time.monotonic()
    match branch:
        case "laptops":
            numbers = tuple(range(1, seats + 1))
            engine.submit(url, equip.RUNS, laptops_alone, "bench", reference, numbers)
        case "tenant":
            engine.submit(url, equip.RUNS, equip.equip_tenant, "bench", reference, PATIENCE)
        case _:
            engine.submit(url, equip.RUNS, equip.equip, "bench", reference)
    watcher: engine.Watcher[object] = engine.Watcher(url, "bench")
    while not watcher.ended():
        time.sleep(0.02)
    watcher.result()
    return time.monotonic() - started


if __name__ == "__main__":
    _program, folder, crisis, part, count = sys.argv
    end_process(lambda: print(f"{main(Path(folder), crisis, part, int(count)):.2f}"))

"""What holds for every test: how Hypothesis judges, what is done once for all tests, who runs beside whom."""

import gc
import os
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Hypothesis judges by results, and no timing of a busy machine is a fault.
settings.register_profile("kit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")

# An RSA key is checked at its first reading only: that takes long, and a thousand tests start a tenant that
# has one. Here, for it must come before anybody imports the function by its name.
pytest.MonkeyPatch().setattr(serialization, "load_pem_private_key", cache(serialization.load_pem_private_key))

#: The files with lab laptops, in two lanes of about the same length, each one file after the other: more
#: laptops at once than two files have would make each other late. In seconds on two busy cores:
#: kill_and_resume 220, swap 75, host_key 75, waves 60, provisioning 37, probe_lab 27; lab 137,
#: playbooks 140 to 265, laptop_commands 78, terminal 55.
LANES = {
    **dict.fromkeys(
        (
            *("test_host_key", "test_kill_and_resume", "test_probe_lab", "test_provisioning"),
            *("test_swap", "test_waves"),
        ),
        "lane 1",
    ),
    **dict.fromkeys(("test_lab", "test_laptop_commands", "test_playbooks", "test_terminal"), "lane 2"),
}
#: More processes than that only wait for the lanes.
MOST_PROCESSES = 8


class Lanes(LoadFileScheduling):
    """Sends each file to one process, for its tests may stand on one fixture; and a lane to one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return LANES.get(Path(file).stem, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """Files in the order in which they are collected, for those that take longest come first."""
    config.option.loadscopereorder = False
    return Lanes(config, log)


def pytest_collection_finish() -> None:
    """Thousands of collected tests are looked through no more for what could be freed: that took a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core: the tests wait for servers, laptops and commands as long as they compute."""
    return min(2 * (os.cpu_count() or 1), MOST_PROCESSES)

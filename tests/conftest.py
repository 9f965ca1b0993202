"""What holds for every test: how Hypothesis judges, what is made once for all tests, who runs beside whom."""

import os
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, settings

# Hypothesis judges by results, and no timing of a busy machine is a fault.
settings.register_profile("kit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")

# An RSA key is checked at its first reading only: that takes long, and a thousand tests start a tenant that
# has one. Here, for it must come before anybody imports the function by its name.
pytest.MonkeyPatch().setattr(serialization, "load_pem_private_key", cache(serialization.load_pem_private_key))

#: Where the tests of one file stand on one lab or one station, and so stay together in one process.
TOGETHER = ("tests/acceptance/",)


def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core: the tests wait for servers, laptops and commands as long as they compute."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what does not stand side by side."""
    for item in items:
        if item.nodeid.startswith(TOGETHER):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))

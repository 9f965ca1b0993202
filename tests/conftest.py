"""What holds for every test: Hypothesis judges by results, and no timing of a busy machine is a fault."""

from hypothesis import HealthCheck, settings

settings.register_profile("kit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")

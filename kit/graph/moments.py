"""Owns moments that the tenant notes: how they are read, and what is later than something of ours."""

from datetime import UTC, datetime, timedelta

from kit.graph.client import Graph

#: Seconds by which the moment that the tenant notes may lie before ours: clocks are read in whole ones.
_ROUNDING = 2.0


def noted(text: object) -> datetime | None:
    """A moment as the tenant writes it; None where it wrote none."""
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def not_before(graph: Graph, at: datetime | None = None) -> datetime:
    """The earliest moment that the tenant, by its own clock, notes for what happens at `at`, or now."""
    return (at or datetime.now(UTC)) + timedelta(seconds=(graph.skew or 0.0) - _ROUNDING)

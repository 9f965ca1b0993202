"""Runs the migrations on the connection that `Database.migrate` hands over, inside its transaction."""

from alembic import context
from sqlmodel import SQLModel

# Imported for their tables: what `SQLModel.metadata` holds is what the migrations must have made.
from inventory import (  # noqa: F401
    activity,
    allocations,
    breaches,
    contacts,
    dropped_seats,
    evidence,
    handings,
    heartbeats,
    interventions,
    issued,
    milestones,
    pairings,
    secrets,
    sizings,
    slips,
    supplies,
    swaps,
)
from inventory.conventions import records as convention_records  # noqa: F401
from inventory.importing import mappings  # noqa: F401
from inventory.stocktakes import records  # noqa: F401

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()

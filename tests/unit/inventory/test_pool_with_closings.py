"""The life of `test_pool_life` where crises end and begin too, on both data bases: the book stays sound."""

from typing import ClassVar
from uuid import uuid4

import sqlalchemy
from hypothesis import settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlmodel import Session

from inventory import communes, crises
from inventory.database import Database
from tests.unit.inventory.samples import TODAY, entries
from tests.unit.inventory.soundness import assert_sound
from tests.unit.inventory.test_pool_life import CRISES, PoolLife

A_WHILE = settings(max_examples=5, stateful_step_count=40, deadline=None)


class PoolWithClosings(PoolLife):
    """Where a crisis is over, another of that commune begins in its place."""

    @rule(which=CRISES)
    def close(self, which: int) -> None:
        over = self.references[which]

        def end(session: Session) -> None:
            crises.close(session, self.by, crises.get(session, over), self.by.at)

        self.attempt(end)
        with self.database.write() as session:
            if crises.get(session, over).closed_at is not None:
                opened = crises.open_crisis(
                    session,
                    self.by,
                    communes.find(session, "13005"),
                    t0=self.by.at,
                    drill=False,
                    seats=entries(2),
                    today=TODAY,
                )
                self.references[which] = opened.reference

    @invariant()
    def the_book_is_sound(self) -> None:
        with self.database.read() as session:
            assert_sound(session)


class OnPostgreSQL(PoolWithClosings):
    """The same on a server, whose data bases are copies of one that was migrated."""

    server: ClassVar[sqlalchemy.Engine]

    def made(self) -> Database:
        self.name = f"kit_{uuid4().hex}"
        with self.server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {self.name} TEMPLATE migrated")
        return Database(self.server.url.set(database=self.name).render_as_string(hide_password=False))

    def teardown(self) -> None:
        super().teardown()
        with self.server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {self.name} WITH (FORCE)")


TestPoolWithClosings = PoolWithClosings.TestCase
TestPoolWithClosings.settings = A_WHILE


def test_pool_with_closings_on_postgresql(postgresql_migrated: sqlalchemy.Engine) -> None:
    OnPostgreSQL.server = postgresql_migrated
    run_state_machine_as_test(OnPostgreSQL, settings=A_WHILE)

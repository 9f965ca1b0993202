"""The errors an operator reads."""

import pytest

from inventory.errors import BadRows, OperatorError
from kit.errors import BadInput, RunIncomplete, WorkstationFailed, WorkstationUnreachable


def test_an_error_carries_its_message_its_hint_and_its_kind() -> None:
    error = BadInput("It cannot be used.", hint="Mend it.")
    assert (str(error), error.message, error.hint) == ("It cannot be used.",) * 2 + ("Mend it.",)
    assert error.kind == "bad-input"


def test_callers_may_catch_what_python_has_for_it() -> None:
    with pytest.raises(ValueError, match="cannot"):
        raise BadInput("It cannot be used.")


def test_files_and_rows_are_refused_alike() -> None:
    assert BadInput.kind == BadRows.kind


def test_a_laptop_that_does_not_answer_is_a_laptop_that_failed() -> None:
    assert issubclass(WorkstationUnreachable, WorkstationFailed)


def test_an_incomplete_run_takes_the_kind_of_its_only_cause() -> None:
    assert RunIncomplete("x").kind == "incomplete"
    named: OperatorError = RunIncomplete("x", kind="tenant-refused", hint="grant it")
    assert (named.kind, named.hint) == ("tenant-refused", "grant it")

"""What a crisis may go without."""

import pytest

from kit.plan.stages import CLOSING_STAGES, Stage
from kit.workflows.leaving_out import answerable, meaning, why_not


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_may_be_left_out_or_says_why_not(stage: Stage) -> None:
    assert bool(meaning(stage)) != bool(why_not(stage))


@pytest.mark.parametrize(
    "stage", [Stage.RESERVE, Stage.TENANT, Stage.ACCOUNT, Stage.GROUP, Stage.SHEET, *CLOSING_STAGES]
)
def test_what_others_stand_on_is_never_left_out(stage: Stage) -> None:
    assert not meaning(stage)


def test_closing_waits_for_no_answer() -> None:
    assert not any(answerable(stage) for stage in CLOSING_STAGES)

"""What a crisis may go without, and what a person lacks by it."""

import pytest

from inventory.evidence import WHOLE_CRISIS, Evidence
from inventory.interventions import Intervention, Kind
from kit.plan.stages import CLOSING_STAGES, Stage
from kit.workflows.leaving_out import answerable, meaning, undelivered, why_not
from tests.unit.inventory.samples import NOW


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


def decided(stage: Stage, kind: Kind = Kind.SKIP, *, seat: int = WHOLE_CRISIS) -> Intervention:
    return Intervention(
        crisis="c",
        stage=stage,
        seat_number=seat,
        kind=kind,
        reason="later",
        decided_at=NOW,
        decided_by="camille@station",
    )


def proven(stage: Stage, *, seat: int = WHOLE_CRISIS) -> Evidence:
    return Evidence(crisis="c", stage=stage, seat=seat, at=NOW)


@pytest.mark.parametrize(
    ("decisions", "proofs", "lacks"),
    [
        ([], [], ()),
        ([decided(Stage.PHONE, seat=1)], [], (Stage.PHONE,)),
        ([decided(Stage.PHONE, seat=2)], [], ()),
        ([decided(Stage.TEAM), decided(Stage.LAPTOP)], [], (Stage.LAPTOP, Stage.TEAM)),
        # Nobody misses an administrative unit.
        ([decided(Stage.UNIT)], [], ()),
        # Whoever has it tried again, or got it after all, lacks nothing.
        ([decided(Stage.PHONE), decided(Stage.PHONE, Kind.RETRY, seat=1)], [], ()),
        ([decided(Stage.PHONE), decided(Stage.TEAM)], [proven(Stage.PHONE, seat=1), proven(Stage.TEAM)], ()),
        ([decided(Stage.PHONE)], [proven(Stage.PHONE, seat=2)], (Stage.PHONE,)),
    ],
)
def test_a_person_lacks_what_was_left_out_and_is_not_proven_since(
    decisions: list[Intervention], proofs: list[Evidence], lacks: tuple[Stage, ...]
) -> None:
    assert undelivered(1, wants_phone=True, decisions=decisions, proofs=proofs) == lacks


def test_who_wants_no_phone_lacks_none() -> None:
    decisions = [decided(Stage.PHONE), decided(Stage.MANAGED), decided(Stage.SITE)]
    assert undelivered(1, wants_phone=False, decisions=decisions, proofs=[]) == (Stage.SITE,)

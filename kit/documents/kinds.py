"""Owns which kinds of documents can be issued, and how one is read back from its frozen facts."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from kit.documents import (
    convention,
    destruction,
    giving_back,
    handover,
    papers,
    recall,
    receipt,
    register,
    restitution,
    runbook,
    situation,
    slip,
    stocktake,
    swap,
    technical,
)
from kit.documents.blocks import Paper
from kit.documents.interface import canonical
from kit.documents.paper_facts import PaperFacts

F = TypeVar("F", bound=PaperFacts)


@dataclass(frozen=True)
class Kind(Generic[F]):
    """One kind of document: its facts, and both its layouts in a language."""

    name: str
    facts: type[F]
    render: Callable[[F, str], bytes]
    as_text: Callable[[F, str], str]
    #: where facts are frozen as something else than themselves: how they are read back
    reader: Callable[[Mapping[str, Any]], F] | None = None

    def read(self, plain: Mapping[str, Any]) -> F:
        """Facts as they were frozen; their fingerprint is the one they had.

        Raises:
            ValueError: these are no facts of this kind.
        """
        if self.reader is not None:
            return self.reader(plain)
        return self._adapter.validate_python(dict(plain))

    @cached_property
    def _adapter(self) -> TypeAdapter[F]:
        # Building one takes longer than setting the paper.
        return TypeAdapter(self.facts)


def _of_blocks(
    name: str,
    facts: type[F],
    paper: Callable[[F, str], Paper],
    reader: Callable[[Mapping[str, Any]], F] | None = None,
) -> Kind[F]:
    """A kind that is made of blocks."""
    return Kind(
        name,
        facts,
        lambda given, language: papers.render(given, paper(given, language), language),
        lambda given, language: papers.as_text(given, paper(given, language), language),
        reader,
    )


KINDS: Mapping[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        Kind(handover.KIND, handover.HandoverFacts, handover.render, handover.as_text),
        _of_blocks(receipt.KIND, receipt.ReceiptFacts, receipt.paper),
        _of_blocks(swap.KIND, swap.SwapFacts, swap.paper),
        _of_blocks(recall.KIND, recall.RecallFacts, recall.paper),
        _of_blocks(giving_back.KIND, giving_back.ReturnFacts, giving_back.paper),
        _of_blocks(slip.KIND, slip.SlipFacts, slip.paper),
        _of_blocks(restitution.KIND, restitution.RestitutionFacts, restitution.paper),
        _of_blocks(destruction.KIND, destruction.DestructionFacts, destruction.paper),
        _of_blocks(register.KIND, register.RegisterFacts, register.paper),
        _of_blocks(situation.KIND, situation.SituationFacts, situation.paper),
        _of_blocks(technical.KIND, technical.TechnicalFacts, technical.paper),
        _of_blocks(convention.KIND, convention.ConventionFacts, convention.paper),
        _of_blocks(runbook.KIND, runbook.RunbookFacts, runbook.paper),
        # Frozen is the result of the session, which the journal has too.
        _of_blocks(stocktake.KIND, stocktake.StocktakeFacts, stocktake.paper, stocktake.read),
    )
}


def kind_of(facts: F) -> Kind[F]:
    """The kind that these facts are of."""
    found: Kind[F] = next(kind for kind in KINDS.values() if kind.facts is type(facts))
    return found


def frozen(facts: PaperFacts) -> dict[str, Any]:
    """Facts as JSON values, which is how they are kept and hashed."""
    plain: dict[str, Any] = json.loads(canonical(facts))
    return plain

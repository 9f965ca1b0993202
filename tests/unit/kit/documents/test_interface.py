"""Facts are frozen by value: equal facts have equal fingerprints, any change gives another."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kit.documents.handover import HandoverFacts
from kit.documents.interface import canonical, fingerprint


@dataclass(frozen=True)
class Unfit:
    """Facts with something JSON cannot hold."""

    where: Path


def test_the_fingerprint_is_what_sha256sum_says_of_the_canonical_form(
    make_facts: Callable[..., HandoverFacts],
) -> None:
    facts = make_facts()
    assert fingerprint(facts) == hashlib.sha256(canonical(facts)).hexdigest()


def test_the_canonical_form_is_ascii_json_with_every_fact_and_iso_moments(
    make_facts: Callable[..., HandoverFacts],
) -> None:
    facts = make_facts(1, lender="Métropole 🙂 \ud800")
    read = json.loads(canonical(facts).decode("ascii"))
    assert read["lender"] == facts.lender
    assert read["t0"] == "2026-01-14T23:12:00+01:00"
    assert read["seats"][0]["laptop"]["serial"] == "PF4X0001QZ"
    assert list(read) == sorted(read)


def test_equal_facts_have_the_same_fingerprint_and_changed_facts_another(
    make_facts: Callable[..., HandoverFacts],
) -> None:
    facts = make_facts()
    assert fingerprint(facts) == fingerprint(make_facts())
    assert fingerprint(facts) != fingerprint(replace(facts, drill=True))


def test_facts_that_json_cannot_hold_are_refused() -> None:
    with pytest.raises(TypeError, match="Path"):
        canonical(Unfit(Path("x")))

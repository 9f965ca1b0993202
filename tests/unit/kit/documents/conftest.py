"""Sample facts for documents: invented people, made-up serial numbers."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kit.documents.handover import HandedLaptop, HandedPhone, HandedSim, HandoverFacts, HandoverSeat

PARIS_WINTER = timezone(timedelta(hours=1))


def sample_seat(number: int, **changes: Any) -> HandoverSeat:
    """One person with everything."""
    values: dict[str, Any] = {
        "number": number,
        "person": f"Camille Exemple {number}",
        "service": "État civil",
        "principal_name": f"camille.exemple{number}.aubagne@secours.example",
        "laptop": HandedLaptop(
            f"PC-{number:04}", "ThinkPad L14", f"PF4X{number:04}QZ", f"aub-{number:03}", f"cexemple{number}"
        ),
        "phone": HandedPhone(f"TEL-{number:04}", "XCover 6", f"35693803560{number:04}"),
        "sim": HandedSim(f"SIM-{number:04}", f"893301000000000{number:04}", f"+3363958{number:04}"),
        "accessories": ("Chargeur", "Sacoche"),
    }
    return HandoverSeat(**(values | changes))


def sample_facts(seats: int = 2, **changes: Any) -> HandoverFacts:
    """A sheet for `seats` people."""
    values: dict[str, Any] = {
        "reference": "13005-2026-01-R",
        "crisis": "13005-2026-01",
        "commune_name": "Aubagne",
        "commune_code": "13005",
        "lender": "Métropole d’essai",
        "contact": "Sacha Modèle",
        "contact_phone": "+33 4 91 00 00 00",
        "t0": datetime(2026, 1, 14, 23, 12, tzinfo=PARIS_WINTER),
        "issued_at": datetime(2026, 1, 15, 2, 40, tzinfo=PARIS_WINTER),
        "drill": False,
        "seats": tuple(sample_seat(number) for number in range(1, seats + 1)),
    }
    return HandoverFacts(**(values | changes))


@pytest.fixture
def make_facts() -> Callable[..., HandoverFacts]:
    """Facts of a sheet: `make_facts(seats, **changes)`."""
    return sample_facts


@pytest.fixture
def make_seat() -> Callable[..., HandoverSeat]:
    """One seat: `make_seat(number, **changes)`."""
    return sample_seat

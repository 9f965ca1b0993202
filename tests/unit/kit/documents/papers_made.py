"""Sample facts of every kind that is made of blocks: invented people, made-up serial numbers."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kit.documents.convention import ConventionFacts
from kit.documents.destruction import Destroyed, DestructionFacts, Remaining
from kit.documents.giving_back import OutstandingItem, ReturnDiscrepancy, ReturnedItem, ReturnFacts
from kit.documents.paper_facts import Item, PaperFacts
from kit.documents.recall import RecallFacts
from kit.documents.receipt import ReceiptFacts
from kit.documents.register import Party, RegisterFacts
from kit.documents.restitution import RestitutedPart, RestitutionFacts
from kit.documents.runbook import CalledContact, RunbookFacts
from kit.documents.situation import KindCount, SituationFacts
from kit.documents.slip import SlipFacts
from kit.documents.swap import SwapFacts
from kit.documents.technical import HeldDevice, Proof, SeatLine, StageCount, TechnicalFacts, Trouble
from tests.unit.kit.documents.conftest import PARIS_WINTER

T0 = datetime(2026, 1, 14, 23, 12, tzinfo=PARIS_WINTER)
NOW = datetime(2026, 1, 15, 2, 40, tzinfo=PARIS_WINTER)
HASH = "0123456789abcdef" * 4
CRISIS = "13005-2026-01"

_HEAD: dict[str, Any] = {"lender": "Métropole d’essai", "issued_at": NOW}
_OF_CRISIS: dict[str, Any] = _HEAD | {
    "crisis": CRISIS,
    "commune_name": "Aubagne",
    "commune_code": "13005",
    "contact": "Sacha Modèle",
    "contact_phone": "+33 4 91 00 00 00",
}
_OF_SEAT: dict[str, Any] = _OF_CRISIS | {"seat": 3, "person": "Camille Exemple", "service": "État civil"}


def item(number: int = 1, kind: str = "laptop", **changes: Any) -> Item:
    """One thing with everything that such a thing has."""
    known: dict[str, dict[str, Any]] = {
        "laptop": {"tag": f"PC-{number:04}", "model": "ThinkPad L14", "serial": f"PF4X{number:04}QZ"},
        "phone": {"tag": f"TEL-{number:04}", "model": "XCover 6", "imei": f"35693803560{number:04}"},
        "sim": {
            "tag": f"SIM-{number:04}",
            "iccid": f"893301000000000{number:04}",
            "number": f"+3363958{number:04}",
        },
    }
    along = {"accessories": (("Chargeur", 1), ("Sacoche", 1))} if kind == "laptop" else {}
    return Item(**({"kind": kind, "condition": "good"} | known[kind] | along | changes))


def three(number: int = 1) -> tuple[Item, ...]:
    """What one person usually has."""
    return item(number), item(number, "phone"), item(number, "sim")


def receipt(**changes: Any) -> ReceiptFacts:
    """A receipt of one person's things."""
    values = _OF_SEAT | {
        "reference": f"{CRISIS}-S3-1",
        "at": NOW,
        "identity": "Carte d’agent",
        "agent": "Sacha Modèle",
        "items": three(),
        "account": "camille.exemple.aubagne@secours.example",
    }
    return ReceiptFacts(**(values | changes))


def swap(**changes: Any) -> SwapFacts:
    """A laptop whose keyboard is dead."""
    values = _OF_SEAT | {
        "reference": f"{CRISIS}-SWAP-1",
        "at": NOW,
        "reason": "Clavier hors service",
        "faulty": item(1, condition="faulty"),
        "replacement": item(2),
        "account": "camille.exemple.aubagne@secours.example",
        "identity": "Carte d’agent",
        "agent": "Sacha Modèle",
    }
    return SwapFacts(**(values | changes))


def recall(**changes: Any) -> RecallFacts:
    """A letter with a day and a place."""
    values = _OF_SEAT | {
        "reference": f"{CRISIS}-RECALL-3",
        "items": three(),
        "return_by": date(2026, 2, 2),
        "place": "Hôtel de ville, salle des mariages",
    }
    return RecallFacts(**(values | changes))


def return_sheet(**changes: Any) -> ReturnFacts:
    """Two things back, one discrepancy decided and one not, one thing still out."""
    back = tuple(
        ReturnedItem(
            item=each,
            holder="Camille Exemple",
            seat=3,
            at=NOW,
            brought_by="Dominique Essai",
            taken_by="Sacha Modèle",
            condition_out="new",
        )
        for each in three()[:2]
    )
    values = _OF_CRISIS | {
        "reference": f"{CRISIS}-RETURN",
        "as_of": NOW,
        "returned": back,
        "discrepancies": (
            ReturnDiscrepancy(
                tag="PC-0001",
                what="Accessoire manquant",
                detail="Chargeur, 1",
                decision="damage",
                reason="Perdu en mairie",
                decided_by="camille@poste",
            ),
            ReturnDiscrepancy(tag="XX-1", what="Étiquette inconnue"),
        ),
        "outstanding": (OutstandingItem(item=item(1, "sim"), holder="Camille Exemple", seat=3),),
    }
    return ReturnFacts(**(values | changes))


def slip(**changes: Any) -> SlipFacts:
    """A slip for an access pass."""
    values = _OF_SEAT | {
        "reference": f"{CRISIS}-SLIP-3",
        "account": "camille.exemple.aubagne@secours.example",
        "purpose": "Passe d’accès temporaire",
        "address": "https://aka.ms/mysecurityinfo",
        "valid_until": NOW + timedelta(hours=2),
    }
    return SlipFacts(**(values | changes))


def restitution(**changes: Any) -> RestitutionFacts:
    """A bag that was sealed and acknowledged."""
    values = _OF_CRISIS | {
        "reference": f"{CRISIS}-RESTITUTION",
        "instruction": "return",
        "instructed_by": "Dominique Essai",
        "instructed_at": T0,
        "exported_at": NOW,
        "manifest_sha256": HASH,
        "sealed_sha256": HASH[::-1],
        "recipient": "age1" + "q" * 58,
        "files": 20_143,
        "size": 5_368_709_120,
        "parts": tuple(
            RestitutedPart(name=f"Courrier du poste {n}", count=500 * n, size=10**8 * n) for n in range(1, 9)
        ),
        "acknowledged_by": "Dominique Essai",
        "acknowledged_at": NOW,
    }
    return RestitutionFacts(**(values | changes))


def destruction(**changes: Any) -> DestructionFacts:
    """Twelve mailboxes gone, one thing in a bin."""
    values = _OF_CRISIS | {
        "reference": f"{CRISIS}-DESTRUCTION",
        "instruction": "return",
        "instructed_by": "Dominique Essai",
        "instructed_at": T0,
        "manifest_sha256": HASH,
        "acknowledged_by": "Dominique Essai",
        "acknowledged_at": NOW,
        "performed_by": "camille@poste",
        "destroyed": tuple(
            Destroyed(
                what="Boîte aux lettres",
                identifier=f"6f0c2f4e-0000-4000-8000-0000000000{n:02}",
                at=NOW,
                how="Supprimée, puis purgée",
                evidence=f"relue{chr(0xA0)}: 404, {HASH}",
            )
            for n in range(12)
        ),
        "remaining": (
            Remaining(what="Site", identifier="crise-aubagne", until=date(2026, 2, 14), why="Corbeille"),
            Remaining(what="Journal", why="Preuve"),
        ),
    }
    return DestructionFacts(**(values | changes))


def register(**changes: Any) -> RegisterFacts:
    """Both entries, with blanks."""
    values = _OF_CRISIS | {
        "reference": f"{CRISIS}-REGISTER",
        "commune": Party(name="Aubagne", role="controller", contact="Dominique Essai", dpo=""),
        "owner": Party(
            name="Métropole d’essai", role="processor", contact="Sacha Modèle", dpo="dpo@essai.example"
        ),
        "began": date(2026, 1, 14),
        "people": 40,
        "hosting": "Union européenne (Microsoft 365)",
        "sub_processors": ("Microsoft Ireland Operations Limited",),
        "objection": True,
        "breaches": 1,
    }
    return RegisterFacts(**(values | changes))


def situation(**changes: Any) -> SituationFacts:
    """Forty seats asked for."""
    values = _OF_CRISIS | {
        "reference": f"{CRISIS}-SITUATION",
        "contact": "",
        "contact_phone": "",
        "t0": T0,
        "as_of": NOW,
        "seats": 40,
        "working": 31,
        "waiting": 2,
        "failed": 1,
        "first_seat_s": 5400.0,
        "devices": (
            KindCount(kind="laptop", asked=40, prepared=33, out=31, back=0, lost=1),
            KindCount(kind="phone", asked=12, prepared=12, out=10),
            KindCount(kind="sim", asked=12, prepared=12, out=10),
        ),
        "workspace": True,
        "breaches": 1,
        "breaches_open": 1,
        "journal_lines": 1234,
        "journal_head": HASH,
    }
    return SituationFacts(**(values | changes))


def technical(**changes: Any) -> TechnicalFacts:
    """Two troubles among forty seats."""
    values = _OF_CRISIS | {
        "reference": f"{CRISIS}-TECHNICAL",
        "t0": T0,
        "as_of": NOW,
        "station": "poste-de-crise",
        "called_back_by": "Sacha Modèle",
        "called_back_on": "+33442000000",
        "stages": tuple(
            StageCount(stage=name, done=31, failed=1, other=8, seconds=1234.5)
            for name in ("laptop", "account", "licence", "mailbox", "phone")
        ),
        "troubles": (
            Trouble(seat=7, stage="laptop", message="LT-0007 ne répond pas.", hint="Vérifier le câble."),
            Trouble(seat=None, stage="site", message="Le site n’est pas encore là.", hint="Relancer."),
        ),
        "lines": tuple(
            SeatLine(
                seat=n,
                devices=(
                    HeldDevice(tag=f"PC-{n:04}", kind="laptop", state="on_loan"),
                    HeldDevice(tag=f"TEL-{n:04}", kind="phone", state="ready"),
                ),
                ready_at=NOW if n % 4 else None,
            )
            for n in range(1, 41)
        ),
        "proofs": (
            Proof(stage="site", what="url", value="https://secours.example/sites/crise-aubagne"),
            Proof(stage="group", what="id", value=HASH[:36]),
        ),
        "journal_lines": 1234,
        "journal_head": HASH,
    }
    return TechnicalFacts(**(values | changes))


def runbook(**changes: Any) -> RunbookFacts:
    """A team of two and one commune."""
    values = _HEAD | {
        "reference": "RUNBOOK",
        "station": "poste-de-crise",
        "contacts": (
            CalledContact(
                commune="",
                role="correspondent",
                deputy=False,
                name="Sacha Modèle",
                phone="+33491000000",
                email="sacha@essai.example",
            ),
            CalledContact(
                commune="Aubagne",
                role="representative",
                deputy=True,
                name="Dominique Essai",
                phone="+33442000000",
                email="dominique@essai.example",
            ),
        ),
        "settings": (
            ("tenant.tenant_id", "11111111-2222-4333-8444-555555555555"),
            ("tenant.cloud", "global"),
        ),
        "folders": (("documents", "/home/camille/.local/share/kit/documents"),),
    }
    return RunbookFacts(**(values | changes))


def convention(**changes: Any) -> ConventionFacts:
    """A convention that lends a kit, with the blanks it has."""
    values = _HEAD | {
        "reference": "CONV-13005-amp_cyber",
        "commune_name": "Aubagne",
        "commune_code": "13005",
        "siren": "211300058",
        "template": "amp_cyber",
        "template_version": 1,
        "title": "Équipements et moyens de communication en crise cyber",
        "lends_kit": True,
        "effect": "notification",
        "first_term": "civil_year",
        "max_years": 8,
        "readings": ("anniversary", "nth_civil_year"),
        "commune_notice_months": 3,
        "lender_notice_months": 3,
        "notice_start": "receipt",
        "breach_cure_months": 3,
        "force_majeure_months": 6,
        "force_majeure_end_months": 1,
        "free": True,
        "breach_register": "commune",
        "authority_notice": "commune",
        "objection": True,
        "non_eu_consent": True,
        "end_of_service": ("return", "destroy", "archive"),
        "jurisdiction": "TA Marseille",
    }
    return ConventionFacts(**(values | changes))


MAKERS: Mapping[str, Callable[..., PaperFacts]] = {
    "receipt": receipt,
    "swap-sheet": swap,
    "recall-letter": recall,
    "return-sheet": return_sheet,
    "credential-slip": slip,
    "restitution-receipt": restitution,
    "destruction-certificate": destruction,
    "register-entries": register,
    "situation-report": situation,
    "technical-report": technical,
    "runbook": runbook,
    "convention": convention,
}

"""The two forms of a message agree, whatever is written in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.mime import compose, content, conversation, facts, parse

SENDER = ("Camille Exemple", "camille@secours.example")
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=200)


def written(**body: Any) -> bytes:
    return compose(body, sender=SENDER, now=1_800_000_000, domain="secours.example")


@given(subject=TEXT, text=TEXT)
def test_subject_and_body_come_back(subject: str, text: str) -> None:
    mime = written(subject=subject, body={"contentType": "text", "content": text})
    assert facts(mime)["subject"].split() == subject.split()
    assert content(parse(mime))["content"].split() == text.split()


def test_html_is_told_from_text_and_previewed_without_its_marks() -> None:
    mime = written(subject="x", body={"contentType": "html", "content": "<p>Crue &amp; <b>vent</b></p>"})
    assert content(parse(mime))["contentType"] == "html"
    assert facts(mime)["bodyPreview"] == "Crue & vent"


def test_names_and_dates_of_headers_are_read() -> None:
    people = [{"emailAddress": {"name": "Évelyne, «chef»", "address": "e@x.example"}}]
    known = facts(written(toRecipients=people, ccRecipients=people))
    assert known["toRecipients"] == known["ccRecipients"] == people
    assert known["from"]["emailAddress"]["name"] == "Camille Exemple"
    assert known["sentDateTime"] == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize(
    "mime", [b"", b"no header", b"\xff\xfe\r\n\r\n\x00", b"Date: never\r\nTo: @\r\n\r\n"]
)
def test_what_is_hardly_mail_is_read_as_far_as_it_goes(mime: bytes) -> None:
    assert facts(mime)["hasAttachments"] is False


def test_an_answer_belongs_to_what_it_answers() -> None:
    assert conversation("RE: TR: Routes coupées") == conversation("Routes coupées")
    assert conversation("Routes") != conversation("Ponts")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(GraphError, match="recipient"):
        written(toRecipients=[{"emailAddress": {"address": "é@x.example"}}])

"""Owns how a laptop's state is told: facts in, labelled lines in a document's language out.

Both layouts of the page read what `page` makes. Texts of the laptop stay as they are; the words around them
are translated.
"""

from collections.abc import Iterator
from typing import Any

from kit.documents.cutting import Several, several
from kit.documents.laptop_state import Check, LaptopState
from kit.documents.wording import moment, translations

#: What is said in words, and what follows them as the laptop has it: names, paths, hashes.
_Part = tuple[str, str]
#: Label, the check that judges it (empty where none does), what is told.
_Line = tuple[str, str, list[_Part]]


def page(state: LaptopState, language: str) -> dict[str, Any]:
    """What both layouts read of one laptop: JSON values only.

    Raises:
        BadInput: no such language.
    """
    _ = translations(language).gettext
    sections = (
        (_("Identity and accounts"), list(_identity_lines(state, language))),
        (_("Network"), list(_network_lines(state, language))),
        (_("System"), [*_software_lines(state, language), *_machine_lines(state, language)]),
    )
    judged = {name for _title, lines in sections for _label, name, _parts in lines if name}
    # The failed ones come first: of two checks with one name, that one judges.
    checks = {check.name: check for check in reversed(state.checks)}
    return {
        "tag": state.laptop.tag,
        "clean": state.clean,
        "reason": _reason(state, language),
        "identity": _identity(state, language),
        "sections": [[title, [_row(line, checks) for line in lines]] for title, lines in sections],
        "others": [_other(check, language) for check in state.checks if check.name not in judged],
        "more": _more(state.other_checks, language) if state.other_checks else "",
        "proofs": _proofs(state, language),
    }


def labels(language: str) -> dict[str, str]:
    """The words of the page that are the same for every laptop."""
    _ = translations(language).gettext
    return {
        "clean_state": _("Clean-state report"),
        "clean": _("CLEAN"),
        "not_clean": _("NOT CLEAN"),
        "passed": _("passed"),
        "failed": _("FAILED"),
        "found": _("Found:"),
        "others": _("Other checks"),
    }


def _reason(state: LaptopState, language: str) -> str:
    """What the verdict rests on."""
    _, ngettext = translations(language).gettext, translations(language).ngettext
    if state.clean:
        count = len(state.checks) + state.other_checks
        return ngettext("{count} check, passed.", "{count} checks, all passed.", count).format(count=count)
    gone, here = _("This laptop is no longer what was handed over."), _("Do not hand this laptop over.")
    verdict = gone if state.loaned else here
    failed = [_check_name(check.name, language) for check in state.checks if not check.passed]
    if not failed:
        why = _("Its report is incomplete or contradicts itself.")
    else:
        named = " ".join(_list(several(failed), language, _("Not met:")))
        why = f"{named}."
    return f"{verdict} {why}"


def _identity(state: LaptopState, language: str) -> list[list[str]]:
    """(label, value) pairs; what is not known has none."""
    _, laptop = translations(language).gettext, state.laptop
    at = state.finished_at or state.started_at
    when = moment(at, language) if at else _untold(language)
    pairs = [
        (_("Tag"), laptop.tag),
        (_("Person"), laptop.person),
        (_("Model"), laptop.model),
        (_("Service"), laptop.service),
        (_("Serial no."), laptop.serial),
        (_("Commune"), laptop.commune),
        (_("Looked at"), _("{when}, during the loan").format(when=when) if state.loaned else when),
        (_("Crisis"), laptop.crisis),
    ]
    return [[label, value] for label, value in pairs if value]


def _row(line: _Line, checks: dict[str, Check]) -> dict[str, Any]:
    """One line of the table; `passed` is None where no check judged it."""
    label, name, parts = line
    check = checks.get(name) if name else None
    return {
        "label": label,
        "parts": parts,
        "passed": check.passed if check else None,
        "found": check.found if check and not check.passed else "",
    }


def _other(check: Check, language: str) -> dict[str, Any]:
    """A check that no line of the table is about."""
    found = "" if check.passed else check.found
    return {"label": _check_name(check.name, language), "parts": [], "passed": check.passed, "found": found}


def _identity_lines(state: LaptopState, language: str) -> Iterator[_Line]:
    _, people = translations(language).gettext, state.people
    accounts = [_list(people.accounts, language)]
    if people.accounts:
        accounts.append(_list(people.passwords, language, _("With a password:")))
    yield _("Host name"), "host_name", [_text(state.host_name, language)]
    yield _("Pinned host key"), "host_key", [_text(state.laptop.host_key, language)]
    yield _("Accounts"), "accounts", accounts
    yield _("Administrators"), "administrators", [_list(people.administrators, language)]
    yield _("Membership of a directory"), "not_joined", [_list(people.directory, language)]
    yield _("Traces of people"), "no_leftovers", [_list(people.leftovers, language)]


def _network_lines(state: LaptopState, language: str) -> Iterator[_Line]:
    _, network = translations(language).gettext, state.network
    yield _("Listening"), "listening", [_list(network.listening, language)]
    yield _("Firewall as loaded"), "firewall", list(_firewall(state, language))
    yield _("Isolation"), "isolation", list(_probes(state, language))
    yield _("Name servers"), "resolvers", [_list(network.resolvers, language)]


def _firewall(state: LaptopState, language: str) -> Iterator[_Part]:
    _, ngettext = translations(language).gettext, translations(language).ngettext
    wall = state.network.firewall
    if wall.trouble:
        yield _("It could not be read:"), wall.trouble
    if not wall.policies and not wall.rules:
        yield _text("", language)
        return
    rules = ngettext("{count} rule", "{count} rules", wall.rules).format(count=wall.rules)
    as_meant = {True: _("as in its file"), False: _("not as in its file"), None: ""}[wall.as_in_file]
    yield ", ".join(filter(None, (rules, as_meant))), ""
    yield _hash(wall.sha256, language)
    yield _list(wall.policies, language, _("Unless a rule says otherwise:"))


def _probes(state: LaptopState, language: str) -> Iterator[_Part]:
    _, probes = translations(language).gettext, state.network.probes
    if probes is None:
        yield _text("", language)
    elif not probes.tried:
        yield _("Nothing was tried."), ""
    else:
        if probes.wrong:
            yield _list(probes.wrong, language, _("NOT AS IT MUST BE:"))
        yield _list(probes.reached, language, _("Had to answer, and did:"))
        yield _list(probes.blocked, language, _("Had to be out of reach, and were:"))


def _software_lines(state: LaptopState, language: str) -> Iterator[_Line]:
    _, ngettext = translations(language).gettext, translations(language).ngettext
    found = state.software
    count = ngettext("{count} package", "{count} packages", found.packages or 0).format(count=found.packages)
    modified = _list(found.modified, language, _("Files not as in their package:"))
    updates = ngettext("{count} pending.", "{count} pending.", found.pending or 0).format(count=found.pending)
    holes = _list(found.security, language, _("Security updates:"))
    untold = _text("", language)
    installed = [untold] if found.packages is None else [(count, ""), _hash(found.sha256, language)]
    yield _("Packages"), "packages", [*installed, modified]
    yield _("Changed settings"), "configuration", [_list(found.configuration, language)]
    yield _("Updates"), "security_updates", [untold if found.pending is None else (updates, ""), holes]


def _machine_lines(state: LaptopState, language: str) -> Iterator[_Line]:
    _, machine = translations(language).gettext, state.machine
    kinds = {
        "luks": _("encrypted (LUKS)"),
        "bitlocker": _("encrypted (BitLocker)"),
        "none": _("not encrypted"),
        "no local disk": _("no local disk"),
    }
    boots = {"on": _("on"), "off": _("off"), "absent": _("not in this firmware")}
    disk = kinds.get(machine.encryption, machine.encryption) or _untold(language)
    boot = boots.get(machine.secure_boot, machine.secure_boot) or _untold(language)
    yield _("Disk"), "encryption", [(disk, machine.disk)]
    yield _("Secure Boot"), "secure_boot", [(boot, ""), _tpm(state, language)]
    system = " · ".join(filter(None, (machine.system, machine.version, machine.kernel)))
    hardware = " · ".join(filter(None, (machine.hardware, machine.serial, machine.firmware)))
    yield _("System"), "", [_text(system, language)]
    yield _("Hardware by its firmware"), "", [_text(hardware, language)]
    clock = {True: _("follows a server"), False: _("follows no server"), None: _untold(language)}
    yield _("Clock"), "", [(clock[machine.synchronised], "")]


def _tpm(state: LaptopState, language: str) -> _Part:
    _, version = translations(language).gettext, state.machine.tpm
    label = _("TPM:")
    if version is None:
        return f"{label} {_untold(language)}", ""
    return (label, version) if version else (_("No TPM."), "")


def _proofs(state: LaptopState, language: str) -> list[list[str]]:
    """(label, SHA-256) pairs; the report's own comes last, with the name of its file."""
    _ = translations(language).gettext
    return [
        [_("Playbooks used, SHA-256"), state.playbooks_sha256 or _untold(language)],
        [_("{file}, SHA-256").format(file=report_file(state.laptop.tag)), state.report_sha256],
    ]


def report_file(tag: str) -> str:
    """The name of the file in which that laptop's report is kept."""
    return f"clean-state-{tag}.json"


def _list(entries: Several | None, language: str, words: str = "") -> _Part:
    """The entries after these words, with how many more there are."""
    if not entries:
        said = _untold(language) if entries is None else translations(language).pgettext("report", "none")
        return f"{words} {said}".lstrip(), ""
    code = ", ".join(entries.shown)
    return words, " ".join(filter(None, (code, _more(entries.more, language) if entries.more else "")))


def _more(count: int, language: str) -> str:
    ngettext = translations(language).ngettext
    return ngettext("and {count} more", "and {count} more", count).format(count=count)


def _text(value: str, language: str) -> _Part:
    return ("", value) if value else (_untold(language), "")


def _hash(sha256: str, language: str) -> _Part:
    return ("", f"SHA-256 {sha256}") if sha256 else (f"SHA-256: {_untold(language)}", "")


def _untold(language: str) -> str:
    return translations(language).pgettext("report", "not told")


def _check_name(name: str, language: str) -> str:
    """What people call a check; one that is not known here keeps its own name."""
    _ = translations(language).gettext
    names = {
        "host_name": _("host name"),
        "host_key": _("host key"),
        "accounts": _("accounts"),
        "root_locked": _("root has no password"),
        "no_privilege": _("the person is no administrator"),
        "administrators": _("administrators"),
        "not_joined": _("belongs to no directory"),
        "no_leftovers": _("no traces of people"),
        "listening": _("listening sockets"),
        "firewall": _("firewall"),
        "isolation": _("isolation"),
        "resolvers": _("name servers"),
        "packages": _("unchanged packages"),
        "configuration": _("unchanged settings"),
        "written_files": _("the kit's files unchanged"),
        "security_updates": _("no security update pending"),
        "encryption": _("encryption"),
        "secure_boot": _("Secure Boot"),
        "sshd_keys_only": _("SSH by key only"),
        "sshd_allowed": _("SSH for these accounts only"),
        "sshd_no_root": _("no SSH for root"),
        "tag": _("report of this laptop"),
    }
    return names.get(name, name)

"""Owns the steps of the printed runbook: what to do, in which order, with which command.

Capital letters in a command are what the reader fills in. A test compares every command with the program.
"""

from kit.documents.blocks import Step
from kit.documents.wording import translations


def opening(language: str) -> list[Step]:
    """From the call to a plan."""
    _ = translations(language).gettext
    return [
        Step(
            _("Call back on the registered number"),
            _("Never trust the number that calls. Note who called, and when: that moment is T0."),
            ("kit contact list COMMUNE",),
        ),
        Step(
            _("Look at the convention"),
            _("Without one in force the crisis opens only by a named person, with a reason."),
            ("kit convention show COMMUNE",),
        ),
        Step(
            _("Size the kit"),
            _("Say how many seats each service needs, and whether the pool has them."),
            ("kit pool readiness", "kit crisis size COMMUNE"),
        ),
        Step(
            _("Open the crisis"),
            _("The commune's representative validates the list of people. For an exercise add --drill."),
            ("kit crisis open COMMUNE --seats SEATS.csv --called-back-by 'NAME' --called-back-on 'NUMBER'",),
        ),
    ]


def lending(language: str) -> list[Step]:
    """From the plan to people who work."""
    _ = translations(language).gettext
    return [
        Step(
            _("Read the plan, then run it"),
            _("A run that was stopped goes on with the same command; nothing is made twice."),
            ("kit crisis plan CRISIS", "kit crisis run CRISIS", "kit crisis status CRISIS --watch"),
        ),
        Step(
            _("Print and hand over"),
            _("Check each person's identity, tick and sign; the pass is made with the person present."),
            (
                "kit handover sheet CRISIS",
                "kit handover seat CRISIS SEAT --identity 'HOW'",
                "kit handover pass CRISIS SEAT",
            ),
        ),
        Step(
            _("Attach the signed sheet"),
            _("The check is the first eight signs, in bold, at the foot of the paper."),
            ("kit document attach REFERENCE SCAN.pdf --check XXXXXXXX",),
        ),
        Step(
            _("Report"),
            _("One page for the mayor and the prefect, without personal data; another for those who mend."),
            ("kit report situation CRISIS", "kit report technical CRISIS"),
        ),
    ]


def trouble(language: str) -> list[Step]:
    """What goes wrong most often."""
    _ = translations(language).gettext
    return [
        Step(
            _("A seat does not work"),
            _("The message says what to mend. Then run again."),
            ("kit crisis status CRISIS", "kit crisis run CRISIS"),
        ),
        Step(
            _("A device fails in somebody's hands"),
            _("Another one takes its place; person, account and mailbox stay."),
            ("kit swap CRISIS SEAT TAG --reason 'WHAT IS WRONG'",),
        ),
        Step(
            _("A device is lost or stolen"),
            _("At once, day and night: the register of breaches counts 72 hours from now on."),
            ("kit loss CRISIS TAG --stolen --told-by 'NAME' --reason 'WHAT HAPPENED'", "kit breach list"),
        ),
        Step(
            _("Personal data got into the wrong hands, and no device is lost"),
            _("At once, day and night: the register of breaches counts 72 hours from now on."),
            ("kit breach enter CRISIS --told-by 'NAME' --reason 'WHAT HAPPENED'", "kit breach list"),
        ),
        Step(
            _("The pool is too small"),
            _("Who gets what is decided by a named person, with the reason."),
            ("kit pool share", "kit pool grant CRISIS COUNT --kind laptop --by 'NAME' --reason 'WHY'"),
        ),
        Step(
            _("Nothing works here"),
            _("It says what this station lacks."),
            ("kit doctor", "kit journal verify"),
        ),
    ]


def ending(language: str) -> list[Step]:
    """The end, in the only order there is (requirement 14)."""
    _ = translations(language).gettext
    return [
        Step(
            _("Note that it is over"),
            _("Forensic analysis has ended, and the commune's own systems work: both start the return."),
            (
                "kit crisis note CRISIS forensic-ended --said-by 'NAME'",
                "kit crisis note CRISIS systems-restarted --said-by 'NAME'",
            ),
        ),
        Step(
            _("Take the equipment back"),
            _("Every device comes back, or what became of it is decided."),
            (
                "kit return recall CRISIS --said-by 'NAME'",
                "kit return scan CRISIS TAG --brought-by 'NAME' --identity 'HOW'",
                "kit return status CRISIS --sheet",
            ),
        ),
        Step(
            _("Give the data back"),
            _("The commune instructs, reads the hash and signs. Only then can anything be destroyed."),
            (
                "kit tenant instruct CRISIS --by 'NAME' --as return --received DAY --document FILE",
                "kit tenant export CRISIS --recipient KEY --given-by 'NAME'",
                "kit tenant acknowledge CRISIS --sha256 HASH --by 'NAME'",
                "kit tenant remove CRISIS --confirm COMMUNE",
                "kit tenant certificate CRISIS",
            ),
        ),
        Step(
            _("Close, erase, put back in stock"),
            _("Laptops are erased with proof; phones and the rest by hand."),
            (
                "kit crisis close CRISIS",
                "kit laptop release TAG",
                "kit pool wiped TAG --how 'HOW'",
                "kit pool restock TAG",
            ),
        ),
        Step(
            _("Write the registers"),
            _("One entry for the commune, one for the lender."),
            ("kit report register CRISIS",),
        ),
    ]

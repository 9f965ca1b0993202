"""The base system comes from the machine's own Debian sources, under a name that tells its content."""

from kit.simulator.lab.base import Sources, debian_sources, key

MIRROR = "http://mirror.example/debian/"


def listing(*targets: tuple[str, ...]) -> str:
    return "".join("\t".join(target) + "\n" for target in targets)


def test_the_suite_its_updates_and_security_updates_are_taken_once_each() -> None:
    text = listing(
        ("Packages", "Debian", "bookworm", "bookworm", MIRROR, "main"),
        ("Translations", "Debian", "bookworm", "bookworm", MIRROR, "main"),
        ("Packages", "Debian", "bookworm", "bookworm", MIRROR, "main"),
        ("Packages", "Debian", "bookworm", "bookworm", MIRROR, "contrib"),
        ("Packages", "Debian", "bookworm-updates", "bookworm-updates", MIRROR, "main"),
        ("Packages", "Debian", "bookworm-security", "bookworm-security", MIRROR, "main"),
        ("Packages", "Debian", "bookworm-backports", "bookworm-backports", MIRROR, "main"),
    )

    assert debian_sources(text, suite="bookworm") == Sources(
        "bookworm",
        (
            f"deb {MIRROR} bookworm main",
            f"deb {MIRROR} bookworm-updates main",
            f"deb {MIRROR} bookworm-security main",
        ),
    )


def test_a_third_party_repository_is_left_out() -> None:
    text = listing(("Packages", "Somebody", "bookworm", "bookworm", "http://other.example/", "main"))

    assert debian_sources(text, suite="bookworm") is None


def test_a_machine_that_never_updated_its_lists_knows_its_sources_by_name() -> None:
    text = listing(("Packages", "$(ORIGIN)", "$(CODENAME)", "bookworm", MIRROR, "main"))

    assert debian_sources(text, suite="bookworm") == Sources("bookworm", (f"deb {MIRROR} bookworm main",))


def test_a_suite_named_by_its_class_is_recognised_by_its_code_name() -> None:
    text = listing(("Packages", "Debian", "bookworm", "stable", MIRROR, "main"))

    assert debian_sources(text, suite="bookworm") == Sources("bookworm", (f"deb {MIRROR} stable main",))


def test_other_sources_make_another_base() -> None:
    one = Sources("bookworm", (f"deb {MIRROR} bookworm main",))
    other = Sources("bookworm", ("deb http://other.example/ bookworm main",))

    assert key(one) == key(one)
    assert key(one) != key(other)
    assert key(one).startswith("bookworm-")

"""What importing needs: every module alone, without a warning; `kit --help` without a heavy library.

The contracts between packages are import-linter's (`make check`); these are what it cannot see.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("inventory", "kit", "tui")
#: Alembic's own script: it only runs inside a migration.
NOT_ALONE = "inventory.migrations.env"
#: Loaded once before forking, to be quick: of ours, nothing is loaded before the module itself.
LIBRARIES = (
    *("alembic.command", "ansible_runner", "cryptography.x509", "dbos", "httpx", "msal", "paramiko"),
    *("phonenumbers", "pydantic_settings", "pypdf", "rich.live", "sqlmodel", "starlette.applications"),
    *("stdnum.luhn", "textual.app", "textual.widgets", "trustme", "typer", "typst", "uvicorn", "yaml"),
)
_ALONE = """
import gc, importlib, os, sys, traceback
for library in sys.argv[1].split(","):
    importlib.import_module(library)
# A collection in a child would look through, and so copy, all that the libraries hold.
gc.disable()
failed = 0
for name in sys.argv[2].split(","):
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException:
            print(f"--- {name}", file=sys.stderr)
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    failed |= os.waitpid(child, 0)[1]
sys.exit(1 if failed else 0)
"""
_AFTER_HELP = """
import json, os, sys
if sys.argv.pop(1) == "kit":
    from kit.__main__ import main
    os._exit = sys.exit
    try:
        main()
    except SystemExit:
        pass
else:
    import typer
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
#: What must not be loaded before a command runs.
HEAVY = {
    *("sqlmodel", "sqlalchemy", "pydantic", "pydantic_settings", "paramiko", "msal", "httpx", "textual"),
    *("ansible_runner", "dbos", "cryptography", "rich", "inventory", "tui"),
}


def modules() -> list[str]:
    """The name of every module of ours."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files}
    return sorted(name.removesuffix(".__init__") for name in names - {NOT_ALONE})


def test_every_module_imports_alone_without_a_warning() -> None:
    listed = modules()
    assert len(listed) > 100
    command = [sys.executable, "-W", "error", "-c", _ALONE, ",".join(LIBRARIES)]
    halves = [
        subprocess.Popen([*command, ",".join(half)], stderr=subprocess.PIPE, text=True)
        for half in (listed[::2], listed[1::2])
    ]
    said = [process.communicate(timeout=300)[1] for process in halves]
    assert [process.returncode for process in halves] == [0, 0], "".join(said)


def loaded(*arguments: str) -> set[str]:
    """The packages in memory afterwards."""
    command = [sys.executable, "-c", _AFTER_HELP, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(ended.stderr.splitlines()[-1]))


def test_help_loads_no_library_but_typer() -> None:
    ours = loaded("kit", "--help")
    assert "kit" in ours
    assert ours & HEAVY <= loaded("typer") | {"inventory"}
    own = {name for name in ours - loaded("typer") if name not in sys.stdlib_module_names}
    assert own == {"kit", "inventory"}


def test_the_screens_load_nothing_that_only_acts_need() -> None:
    told = "import json, sys, tui.app; print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    ended = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True
    )
    assert not set(json.loads(ended.stdout)) & {"dbos", "msal", "paramiko", "httpx", "ansible_runner"}

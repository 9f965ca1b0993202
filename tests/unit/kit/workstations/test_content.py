"""The identity of the playbooks."""

from pathlib import Path

from kit.workstations.content import playbooks_hash


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def test_the_same_content_elsewhere_has_the_same_hash(tmp_path: Path) -> None:
    files = {"provision.yml": "a", "roles/x/tasks/main.yml": "b"}
    assert playbooks_hash(tree(tmp_path / "one", files)) == playbooks_hash(tree(tmp_path / "two", files))


def test_content_name_and_place_all_count(tmp_path: Path) -> None:
    trees = [
        {"a": "1", "b": "2"},
        {"a": "1", "b": "3"},
        {"a": "1", "c": "2"},
        {"a": "1", "x/b": "2"},
        {"a": "12"},
    ]
    hashes = {playbooks_hash(tree(tmp_path / str(number), files)) for number, files in enumerate(trees)}
    assert len(hashes) == len(trees)


def test_what_an_interpreter_leaves_behind_does_not_count(tmp_path: Path) -> None:
    folder = tree(tmp_path, {"library/a.py": "1"})
    before = playbooks_hash(folder)
    tree(tmp_path, {"library/__pycache__/a.cpython-311.pyc": "x"})
    assert playbooks_hash(folder) == before

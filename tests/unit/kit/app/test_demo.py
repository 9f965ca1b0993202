"""What a demonstration may remove."""

from pathlib import Path

import pytest

from kit.app.demo import build
from kit.errors import BadInput


def test_a_home_that_no_demonstration_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kit.toml").write_text("[tenant]\n")
    with pytest.raises(BadInput, match="left alone"):
        build(tmp_path, say=print).clear()
    assert (tmp_path / "kit.toml").exists()

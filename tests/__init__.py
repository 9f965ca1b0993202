"""Tests mirror the tree: `tests/unit/kit/plan/test_build.py` tests `kit/plan/build.py`."""

"""Owns the control node's side of `rendered_files`: templates become content before the task leaves.

The template lookup copies every variable of the laptop for each file, which costs more than rendering it.
"""

from __future__ import annotations

from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template


class ActionModule(ActionBase):
    """Runs the module with the templates rendered."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Render what has a template, then hand all files over in one go."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = {"ansible_managed": constants.DEFAULT_MANAGED_STR, **(task_vars or {})}
        with self._templar.set_temporary_context(available_variables=variables):
            files = [self._filled(dict(entry)) for entry in self._task.args["files"]]
        arguments = {**self._task.args, "files": files}
        done: dict[str, Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
        return result | done

    def _filled(self, entry: dict[str, Any]) -> dict[str, Any]:
        name = entry.pop("template", None)
        if name is not None:
            source = self._find_needle("templates", name)
            text = trust_as_template(self._loader.get_text_file_contents(source))
            # As the template lookup does: a backslash in a template's own text is one.
            entry["content"] = self._templar.template(text, escape_backslashes=False)
        return entry

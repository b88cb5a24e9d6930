"""Build hook of the wheel: the compiled kernel goes into it, so that an installed program compiles nothing.

Made are the targets that run on the machine which builds the wheel; ``REGIMESIM_TARGETS`` names others
(``all``, ``none``, or some of ``tools/build_kernel.py``, with spaces between them). It takes numba, and no C
compiler and no linker. An editable install gets none: there the model is compiled at the first call, and
again when the core was changed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
ALL = ("x86-64", "x86-64-v3", "x86-64-v4", "aarch64")


class KernelHook(BuildHookInterface[Any]):
    """Adds the object files of the kernel to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them in a folder of their own, and have them put beside the core."""
        targets = chosen_targets()
        if version == "editable" or not targets:
            return
        self._folder = tempfile.TemporaryDirectory()
        self.app.display_info(f"compiling the model for {', '.join(targets)}")
        made = Path(self._folder.name)
        program = [sys.executable, str(ROOT / "tools/build_kernel.py"), *targets, "--into", str(made)]
        if subprocess.run(program, cwd=ROOT).returncode:
            self.app.display_warning("the model could not be compiled: that is left to the first command")
            return
        for file in sorted(made.iterdir()):
            build_data["force_include"][str(file)] = f"regimesim/core/built/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the folder away."""
        if folder := getattr(self, "_folder", None):
            folder.cleanup()


def chosen_targets() -> tuple[str, ...]:
    """Name the targets asked for, or those of this machine."""
    asked = os.environ.get("REGIMESIM_TARGETS")
    if asked is None:
        sys.path.insert(0, str(ROOT / "src"))
        from regimesim.core.native import usable_targets

        return usable_targets()
    return {"all": ALL, "none": ()}.get(asked, tuple(asked.split()))

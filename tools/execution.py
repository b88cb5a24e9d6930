"""Executes the notebooks; as a program, writes their outputs anew (``python tools/execution.py``).

The ``.ipynb`` files are the source: text, code and outputs. Each is executed in an empty folder, with
warnings as errors, and kept without dates or machine names, so that only a change of the model changes them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 300
"""Of wall time for a cell: many times what any needs, so that a hanging kernel ends."""

STRICT, LENIENT = (f"import warnings; warnings.simplefilter('{what}')" for what in ("error", "default"))
STRICT += "; warnings.filterwarnings('ignore', category=DeprecationWarning, module='matplotlib')"
"""First and last: the kernel's own way to stop is not the notebook's business."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def executed(path: Path) -> NotebookNode:
    """The notebook as it comes out of a fresh kernel.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        At the first cell that fails, a warning included.
    """
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="notebook-") as folder:
        first, last = (nbformat.v4.new_code_cell(code) for code in (STRICT, LENIENT))
        notebook.cells = [first, *notebook.cells, last]
        NotebookClient(
            notebook, timeout=SECONDS, kernel_name="python3", record_timing=False, coalesce_streams=True,
            resources={"metadata": {"path": folder}}, extra_arguments=["--log-level=ERROR"],
        ).execute(env=_environment(folder))  # fmt: skip
    notebook.cells = notebook.cells[1:-1]
    for number, cell in enumerate(code_cells(notebook), 1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
    return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Its cells of code, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(notebook: NotebookNode) -> list[str]:
    """What each cell of code printed, in order."""
    return [
        "".join(out.text for out in cell.outputs if out.output_type == "stream")
        for cell in code_cells(notebook)
    ]


def write(path: Path) -> None:
    """Execute a notebook and put its outputs into its file."""
    notebook = executed(path)
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id, cell.metadata = f"cell-{number}", nbformat.from_dict({})
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def _environment(folder: str) -> dict[str, str]:
    """This checkout's package; nothing is left in, or read from, the home folder."""
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ, "PYTHONPATH": os.pathsep.join(paths), "IPYTHONDIR": str(Path(folder) / ".ipython"),
    }  # fmt: skip


if __name__ == "__main__":
    for one in [Path(name).resolve() for name in sys.argv[1:]] or NOTEBOOKS:
        write(one)
        print(one.name)

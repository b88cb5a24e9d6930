"""Where the files that come with the package are."""

from __future__ import annotations

from pathlib import Path


def configs_folder() -> Path:
    """The folder of scenarios, strategies, sweeps and engines.

    A wheel carries it inside the package; in a checkout it lies at the top.

    Raises
    ------
    FileNotFoundError
        If the installation lacks it.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "configs", package.parent.parent / "configs"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{package / 'configs'} is missing; install regimesim again")


def strategy_names() -> tuple[str, ...]:
    """Names of the strategies that come with the package, in the order of the alphabet."""
    return tuple(sorted(path.stem for path in (configs_folder() / "strategy").glob("*.yaml")))

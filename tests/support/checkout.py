"""This checkout: its folders, and libraries that take long to import."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SUPPORT = TESTS / "support"
TOOLS = ROOT / "tools"
HEAVY = {
    "hydra",
    "matplotlib",
    "mesa",
    "numba",
    "numpy",
    "omegaconf",
    "pandas",
    "pyarrow",
    "rich",
    "scipy",
}

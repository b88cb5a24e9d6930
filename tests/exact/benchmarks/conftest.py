"""The benchmarks are no part of the package: they are imported from the checkout."""

import pytest
from checkout import ROOT


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)

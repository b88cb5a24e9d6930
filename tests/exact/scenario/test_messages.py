"""Refusals of a name that there is not: what they suggest, and what they list."""

import pytest

from regimesim.scenario.messages import InputError, known

SHORT = ["peace", "regime", "systemic"]
DOTTED = [f"{group}.{key}" for group in ("war", "trust") for key in ("cost", "years", "gain")]
MANY = [*(f"group{k % 3}.key{k}" for k in range(45)), "years"]


def refusal(name, names):
    with pytest.raises(InputError) as found:
        known(name, names, "thing", "here")
    return str(found.value)


@pytest.mark.parametrize(
    ("name", "names", "said"),
    [
        ("peece", SHORT, ". Did you mean 'peace'?  (all: peace, regime, systemic)"),
        ("PEACE", SHORT, ". Did you mean 'peace'?  (all: peace, regime, systemic)"),
        ("x", SHORT, ".  (all: peace, regime, systemic)"),
        ("cost", [*DOTTED, *MANY], ". Did you mean 'war.cost' or 'trust.cost'?"),
        ("cots", [*DOTTED, *MANY], ". Did you mean 'war.cost' or 'trust.cost'?"),
        ("x", DOTTED * 6, f".  (all: {', '.join(DOTTED * 6)})"),
        ("x", MANY, ".  (all: group0.NAME, group1.NAME, group2.NAME, years)"),
        ("x", [], ".  (all: none)"),
    ],
)
def test_a_refusal_suggests_the_nearest_or_names_all_that_there_are(name, names, said):
    assert refusal(name, names) == f"here: no thing '{name}'{said}"


def test_a_name_that_there_is_gives_its_entry():
    assert known("peace", SHORT, "thing") == "peace"
    assert known("one", {"one": 1}, "thing") == 1

"""Elementary functions: the bits that ``docs/model.md`` gives, near the true values, also at the edges."""

import decimal
import math
import random
import statistics

import naive
import pytest

from regimesim.core import elementary
from regimesim.core.compiler import entry

SMALLEST, LARGEST = 0.5 / 2**32, (2**32 - 0.5) / 2**32
"""The draws nearest to 0 and 1."""


@entry
def exponential(x):
    return elementary.exponential(x)


@entry
def logarithm(x):
    return elementary.logarithm(x)


@entry
def quantile(u):
    return elementary.normal_quantile(u)


@entry
def others(x, y):
    return elementary.logistic(x), elementary.power(abs(x), y), elementary.chance(abs(x), y)


def scattered(count, low, high, seed):
    """Numbers of both signs and of any size from 10**low to 10**high."""
    rng = random.Random(seed)
    return [rng.choice([-1, 1]) * rng.uniform(1, 10) * 10 ** rng.uniform(low, high) for _ in range(count)]


def in_units_of_the_last_place(here, true):
    return abs(decimal.Decimal(here) - true) / decimal.Decimal(math.ulp(float(true)))


EDGES = [0.0, 700.0, 700.1, -700.0, -700.1, 1e300, -1e300, math.log(2) / 2, -math.log(2) / 2, 5e-324]


@pytest.mark.parametrize("x", EDGES)
def test_the_exponential_at_its_edges(x):
    assert exponential(x) == naive.exp(x)


def test_the_exponential():
    decimal.getcontext().prec = 40
    for x in scattered(400, -12, 1.8, 0):
        assert exponential(x) == naive.exp(x)
        assert in_units_of_the_last_place(exponential(x), decimal.Decimal(x).exp()) < 2


def test_the_exponential_of_0_is_1_and_that_of_1_is_e():
    assert exponential(0.0) == exponential(-0.0) == 1.0
    assert exponential(1.0) == pytest.approx(math.e, rel=3e-16)
    assert exponential(709.0) == exponential(700.0) and exponential(-math.inf) == exponential(-700.0) > 0.0


def test_the_logarithm():
    decimal.getcontext().prec = 40
    for x in map(abs, [*scattered(400, -300, 300, 1), *scattered(200, -0.5, 0.5, 2)]):
        assert logarithm(x) == naive.ln(x)
        assert in_units_of_the_last_place(logarithm(x), decimal.Decimal(x).ln()) < 2


@pytest.mark.parametrize(
    "x", [1.0, 2.0, 0.5, 1.4142135623730951, math.nextafter(1.4142135623730951, 2), 1e300]
)
def test_the_logarithm_at_its_edges(x):
    assert logarithm(x) == naive.ln(x)
    assert logarithm(x) == pytest.approx(math.log(x), rel=1e-15)


def test_the_normal_quantile():
    """Bit for bit the standard library's plain AS 241 on the logarithm of the page, in all three regions."""
    rng = random.Random(3)
    uniform = [(rng.getrandbits(32) + 0.5) / 2**32 for _ in range(400)]
    tails = [
        (rng.getrandbits(bits) + 0.5) / 2**32 for bits in (1, 4, 8, 12, 16, 20, 24, 28) for _ in range(10)
    ]
    exact = statistics.NormalDist().inv_cdf
    for u in [*uniform, *tails, *(1 - u for u in tails), 0.5, 0.075, 0.925, SMALLEST, LARGEST]:
        assert quantile(u) == naive.quantile(u)
        assert quantile(u) == pytest.approx(exact(u), rel=1e-13)
    assert quantile(0.5) == 0.0 and quantile(SMALLEST) == -quantile(LARGEST) < -6


@pytest.mark.parametrize("u", [0.075, 0.925, math.exp(-25.0), 1e-300])
def test_the_normal_quantile_where_its_formulas_meet(u):
    """The middle ends where u is .425 from a half; the far tail begins where the root of -ln u is 5."""
    for near in (u, math.nextafter(u, 0), math.nextafter(u, 1)):
        assert quantile(near) == naive.quantile(near)


def test_what_is_made_of_them():
    rng = random.Random(4)
    for x in scattered(200, -4, 2, 5):
        y = rng.uniform(0.1, 12)
        logistic, power, chance = others(x, y)
        assert logistic == 1.0 / (1.0 + naive.exp(-x))
        assert power == naive.exp(y * naive.ln(abs(x)))
        assert chance == 1.0 - naive.exp(-abs(x) / y)
        assert power == pytest.approx(abs(x) ** y, rel=1e-12)
    assert others(0.0, 4.0)[0] == 0.5 and others(0.0, 4.0)[2] == 0.0

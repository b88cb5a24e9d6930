"""How much transparency is too much? Duration and welfare against what states see of each other."""

import numpy as np
from matplotlib.figure import Figure

import regimesim as rs
from regimesim.analysis import robustness
from regimesim.analysis.experiments import Answer, runs_at
from regimesim.report.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, RED, blank, framed, label
from regimesim.scenario.parameters import BY_NAME
from regimesim.stats.estimates import Estimate, interval_of, mean, mean_of, sign
from regimesim.stats.survival import rmst
from regimesim.sweeps.design import fill_box

SMALL = 0.05
SEED, RUNS, YEARS = 2, 120, 100
LEVELS = tuple(round(0.1 * step, 1) for step in range(11))
PRICES = {
    "as it is": (),
    "intrusion cost 1": ("transparency.intrusion_cost=1",),
    "target knowledge 1": ("transparency.target_knowledge=1",),
    "target knowledge 4": ("transparency.target_knowledge=4",),
    "early warning .5": ("transparency.early_warning=0.5",),
}
RISES_AND_FALLS = (
    "transparency.target_knowledge=2",
    "transparency.false_alarm_rate=0.5",
    "transparency.miss_rate=0.05",
    "payoffs.sucker=-10",
    "norms.restraint=9",
    "shadow.discount_factor=0.3",
    "trust.learning_rate=0.25",
    "choice.temperature=0.15",
    "domestic.revolution=0",
    "periphery.rate=0.05",
)
"""Differences from `anarchy`: a short view, a strong norm, a ruinous loss, nervous eyes, telling secrets."""
CASES = {
    "concert": ("concert", PRICES),
    "anarchy": ("anarchy", PRICES),
    "rises and falls": ("anarchy", {"as it is": RISES_AND_FALLS}),
}

DRAWN = (
    *(name for name in robustness.COMMON if name != "transparency.level"),
    "transparency.early_warning",
    "transparency.target_knowledge",
    "geography.offense_advantage",
)
DECLARED = {name: BY_NAME[name].range for name in DRAWN}
WIDE = DECLARED | {
    "shadow.discount_factor": (0.1, 0.999),
    "transparency.miss_rate": (0.0, 1.0),
    "transparency.false_alarm_rate": (0.0, 0.8),
    "transparency.target_knowledge": (0.0, 5.0),
    "norms.restraint": (0.0, 10.0),
    "payoffs.sucker": (-12.0, -1.0),
}
NEAR = DECLARED | {
    "shadow.discount_factor": (0.1, 0.5),
    "transparency.miss_rate": (0.0, 0.2),
    "transparency.false_alarm_rate": (0.3, 0.7),
    "transparency.target_knowledge": (1.0, 3.0),
    "transparency.early_warning": (0.0, 0.1),
    "geography.offense_advantage": (-0.1, 0.1),
    "norms.restraint": (6.0, 12.0),
    "payoffs.sucker": (-12.0, -7.0),
    "trust.learning_rate": (0.1, 0.3),
    "choice.temperature": (0.1, 0.3),
}
"""Around the setting that rises and falls."""
REGIONS = {
    ("declared ranges", "concert"): DECLARED,
    ("declared ranges", "a norm under self-help"): DECLARED,
    ("a wider region", "concert"): WIDE,
    ("a wider region", "a norm under self-help"): WIDE,
    ("around the setting that rises and falls", "a norm under self-help"): NEAR,
}
COARSE = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
BASES = {
    "concert": (),
    "a norm under self-help": ("norms.restraint=1", "domestic.revolution=0"),
}
DRAWS, RUNS_A_DRAW, TRIFLE = 160, 16, 2.0


def run(scale: float = 1.0) -> Answer:
    runs = runs_at(scale, RUNS, least=16)
    answer: dict = {
        name: {price: against_sight(base, settings, runs) for price, settings in prices.items()}
        for name, (base, prices) in CASES.items()
    }
    answer["loss beyond gain, for the gain at once to be least at an inner level"] = {
        "rises and falls": window(rs.load_scenario("anarchy", list(RISES_AND_FALLS))),
        "concert, target knowledge 1": window(
            rs.load_scenario("concert", ["transparency.target_knowledge=1"])
        ),
    }
    answer["interior optimum of duration"] = {
        f"{region}, {base}": search(base, bounds, scale) for (region, base), bounds in REGIONS.items()
    }
    return answer


def against_sight(base: str, settings: tuple[str, ...], runs: int) -> dict:
    """Means at every level of sight, and how the best inner level compares with the two ends."""
    world = rs.load_scenario(base, list(settings))
    played = robustness.play_worlds([at(world, level) for level in LEVELS], runs, SEED)
    found: dict = {}
    for word, spell in (("cooperation", "regime"), ("peace", "peace")):
        ends = zip(played[f"{spell}_years"], played[f"{spell}_ended"], strict=True)
        found[f"years of {word}"] = {
            f"{x:g}": interval_of(rmst(*end, YEARS)) for x, end in zip(LEVELS, ends, strict=True)
        }
    found["payoff per round"] = {
        f"{x:g}": interval_of(mean(row)) for x, row in zip(LEVELS, played["welfare"], strict=True)
    }
    for word, values in (
        ("cooperation", robustness.durations(played, YEARS)),
        ("peace", robustness.durations(played, YEARS, "peace")),
        ("payoff", played["welfare"]),
    ):
        best = inner(values[:, : runs // 2])
        late = values[:, runs // 2 :]  # luck that did not choose the level
        gap = mean if word == "payoff" else years_of
        gains = [gap(late[best] - late[end]) for end in (0, -1)]
        found[f"best inner level against the ends, {word}"] = {
            "more than blindness": interval_of(gains[0]),
            "more than full sight": interval_of(gains[1]),
            "full sight more than blindness": interval_of(gap(values[-1] - values[0])),
            "than the better end": sign(min(gains, key=lambda gain: gain.value)),
        }
    return found


def years_of(differences: np.ndarray) -> Estimate:
    """A mean of years, which claims no certainty where all runs are alike."""
    return mean_of(differences, YEARS)


def window(scenario: rs.Scenario) -> dict:
    """When what is to be gained at once, at the trust that misreading leaves, is least at an inner level.

    With trust at b = 1 - f (1 - level) a side gains b G (1 + k level) + (1 - b) L, where f is the
    false alarm rate, G = T - R, k target knowledge and L = P - S. Its derivative in the level changes sign,
    from less to more, if L - G lies between G k (1 - f) / f and G k (1 + f) / f.
    """
    f, k = (float(scenario[f"transparency.{name}"]) for name in ("false_alarm_rate", "target_knowledge"))
    t, r, p, s = (float(scenario[f"payoffs.{n}"]) for n in ("temptation", "reward", "punishment", "sucker"))
    gain = t - r
    return {"least": gain * k * (1 - f) / f, "is": p - s - gain, "most": gain * k * (1 + f) / f}


def at(world: rs.Scenario, level: float) -> rs.Scenario:
    return world.with_parameters({"transparency.level": level})


def inner(values: np.ndarray) -> int:
    """The best level that is neither the lowest nor the highest."""
    return 1 + int(values[1:-1].mean(axis=1).argmax())


def search(base: str, bounds: dict, scale: float) -> dict:
    """In what share of draws duration is longest at an inner level, beyond luck and by more than a trifle.

    Half of the runs choose the level, the other half compare it with the ends.
    """
    count = runs_at(scale, DRAWS, least=6)
    drawn = fill_box("sobol", bounds, count, robustness.SEED)
    on = ("transparency.target_knowledge=0.5", "transparency.early_warning=0.1")
    world = rs.load_scenario(base if base in CASES else "anarchy", [*on, *BASES[base]])
    points = [at(made, level) for made in robustness.worlds(world, drawn) for level in COARSE]
    years = robustness.durations(robustness.play_worlds(points, RUNS_A_DRAW, SEED), YEARS)
    years = years.reshape(count, len(COARSE), RUNS_A_DRAW)
    half = RUNS_A_DRAW // 2
    best = np.array([inner(row[:, :half]) for row in years])
    late, every = years[:, :, half:], np.arange(count)
    above = [robustness.verdicts(late[every, best] - late[:, end], TRIFLE) for end in (0, -1)]
    more = robustness.verdicts(years[:, -1] - years[:, 0], TRIFLE)
    return {
        "an inner optimum": robustness.robustness(robustness.every(*above), drawn),
        "full sight lasts longer than blindness": robustness.robustness(more, drawn)["draws"],
    }


def draw(answer: Answer) -> Figure:
    boxes = ((0.07, 0.2, 0.25, 0.55), (0.4, 0.2, 0.25, 0.55), (0.73, 0.2, 0.25, 0.55))
    figure, axes = blank(11.5, 4.4, *boxes)
    styles = zip(PRICES, ((BLACK, "-"), (GREY, ":"), (ORANGE, "--"), (RED, "-."), (GREEN, (0, (5, 1, 1, 1)))),
                 strict=True)  # fmt: skip
    for price, (colour, dashes) in styles:
        found = answer["concert"][price]
        for ax, column in zip(axes, ("years of cooperation", "payoff per round"), strict=False):
            values = [found[column][f"{x:g}"]["value"] for x in LEVELS]
            ax.plot(LEVELS, values, color=colour, ls=dashes, lw=1.6, label=price)
    found = answer["rises and falls"]["as it is"]["years of cooperation"]
    ends = [found[f"{x:g}"] for x in LEVELS]
    reach = [[e["value"] - e["lower"] for e in ends], [e["upper"] - e["value"] for e in ends]]
    axes[2].errorbar(
        LEVELS, [e["value"] for e in ends], yerr=reach, fmt="o-", ms=4, lw=1.2, color=BLUE, capsize=2
    )
    for ax, title in zip(axes, ("Concert", "Concert", "Self-help, a setting of its own"), strict=True):
        ax.set_title(title, fontsize=10, loc="left")
        ax.set_xlim(-0.02, 1.02)
    for ax in (axes[0], axes[2]):
        ax.set_ylim(0, 103)
    label(axes[0], "transparency.level", f"years of cooperation in {YEARS}")
    label(axes[1], "transparency.level", "payoff per round (discounted mean)")
    label(axes[2], "transparency.level", f"years of cooperation in {YEARS}")
    axes[0].legend(fontsize=7.5, frameon=False, loc="center right", bbox_to_anchor=(1.0, 0.58))
    return framed(
        figure,
        "More sight lengthens cooperation, unless nervous eyes, ruin and telling secrets come together",
        f"{RUNS} runs a point, seed {SEED}, {YEARS} years. Right: restricted means with 95 % intervals; its "
        "settings are in run.py (RISES_AND_FALLS).",
    )

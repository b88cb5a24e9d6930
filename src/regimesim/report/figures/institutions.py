"""The picture of a diagnosis: what each arrangement of an order has done, and what is lost without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regimesim.analysis.ablation import Ablation, Shares
from regimesim.analysis.verdict import Verdict
from regimesim.report.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    blank,
    framed,
    key_above,
    label,
    length,
    save_figures,
    whiskers,
)
from regimesim.report.sentences import capitalized
from regimesim.scenario.messages import spoken
from regimesim.simulation.columns import SPELL_STEMS
from regimesim.simulation.provenance import program_version
from regimesim.stats.estimates import Estimate

_COLOURS = {"regime": BLUE, "peace": ORANGE}
_TOGETHER = "together"


def draw_arrangements(ablation: Ablation, shares: Shares, names: Sequence[str], ax: Axes) -> Axes:
    """Years of one spell by arrangement: filled, its share of what all do; hollow, what is lost without it.

    Parameters
    ----------
    ablation : Ablation
        Of kind ``full`` or ``each``.
    shares : Shares
    names : sequence of str
        The arrangements from top to bottom; ``together`` may be among them.
    ax : Axes
    """
    colour, rows = _COLOURS[shares.spell], range(len(names))
    lost = {row.change: getattr(row, shares.spell) for row in ablation.rows}
    done = [shares.estimate(name) for name in names]
    taken = [lost.get(f"without {'everything' if name == _TOGETHER else name}") for name in names]
    marks = {"color": colour, "fmt": "o", "lw": 1.4, "ms": 6.5}
    upper = [row - 0.13 for row in rows]
    whiskers(ax, upper, _as_tables(done), across=True, label="share of what all do together", **marks)
    lower = [(row + 0.13, found) for row, found in zip(rows, taken, strict=True) if found is not None]
    places, found = [row for row, _ in lower], [one for _, one in lower]
    words = "lost where it alone is taken away"
    whiskers(ax, places, _as_tables(found), across=True, label=words, mfc="white", **marks)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y", color=PALE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.set_yticks(rows, [spoken(name) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.5)
    label(ax, f"years of {SPELL_STEMS[shares.spell]}, of {shares.horizon:g}")
    return ax


def _as_tables(estimates: Sequence[Estimate]) -> list[Mapping[str, float]]:
    return [{"value": e.value, "lower": e.lower, "upper": e.upper} for e in estimates]


def diagnosis_figure(verdict: Verdict, ablation: Ablation, shares: Sequence[Shares], seed: int) -> Figure:
    """Both spells side by side, with title and caption."""
    first = shares[0]
    ranked = sorted(first.years, key=lambda name: -first.years[name].value)
    names = [*ranked, _TOGETHER]
    tall = 0.42 * len(names)
    high = tall + 2.0
    figure, axes = blank(10.4, high, *((left, 1.0 / high, 0.41, tall / high) for left in (0.12, 0.57)))
    for ax, found in zip(axes, shares, strict=True):
        draw_arrangements(ablation, found, names, ax)
        ax.set_title(capitalized(SPELL_STEMS[found.spell]), loc="left", fontsize=10.5, weight="bold")
    axes[1].set_yticklabels([])
    key_above(figure, axes[0])
    return framed(figure, _found(first, ranked), _verdict_words(verdict, seed))


def _found(shares: Shares, ranked: Sequence[str]) -> str:
    """Say what all do together, and which does most, if that is told from nothing."""
    who, all_do, most = spoken(shares.scenario), shares.total, shares.years[ranked[0]]
    together = f"{capitalized(who)}: its arrangements together add {_spoken_years(all_do)} of cooperation"
    if not all_do.lower > 0:
        together = f"{capitalized(who)}: that its arrangements add years of cooperation is not shown"
    if not most.lower > 0:
        return together
    return f"{together}, {spoken(ranked[0])} most ({_spoken_years(most)})"


def _spoken_years(found: Estimate) -> str:
    value = found.value
    return f"{value:.0f} years" if abs(value) >= 10 else f"{value:.2g} years"


def _verdict_words(verdict: Verdict, seed: int) -> str:
    answers = ", ".join(f"{name} {outcome}" for name, outcome in verdict.answers.items())
    runs = f"{verdict.runs:,} run{'s' if verdict.runs != 1 else ''} a world of {length(verdict.horizon)}"
    return (
        "Shares are Shapley values: what an arrangement adds, averaged over all orders in which they could "
        "have come. Lines: 95 % intervals. Together: all of them against none.\n"
        f"Is it a regime? {capitalized(answers)}.\n"
        f"Scenario {spoken(verdict.scenario)} · {runs}, the same seeds · seed {seed} · "
        f"regimesim, version {program_version()}"
    )


def save_diagnosis_figure(
    verdict: Verdict, ablation: Ablation, shares: Sequence[Shares], seed: int, folder: Path
) -> list[Path]:
    """Write the picture into a folder, as PNG and SVG; none where there is no arrangement to tell of."""
    if not shares[0].years:
        return []
    return save_figures([("arrangements", diagnosis_figure(verdict, ablation, shares, seed))], folder)

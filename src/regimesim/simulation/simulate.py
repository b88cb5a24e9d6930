"""From a scenario to results: replicates in blocks of lanes, blocks on threads.

A block that is recorded is played round by round (:mod:`regimesim.simulation.recording`).
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Thread, local
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from regimesim.core.lanes import Design, Lanes
from regimesim.scenario.arguments import argument_kinds
from regimesim.scenario.limits import MOST_RUNS, MOST_SEED, MOST_WORKERS, plain, whole_within
from regimesim.scenario.messages import InputError, quoted, spelt
from regimesim.scenario.reading import MOST_YEARS
from regimesim.scenario.scenario import Scenario, window_rounds
from regimesim.simulation.assumptions import PUBLISHED, Assumed, assumed
from regimesim.simulation.columns import ACCOUNTED, RUN, THRESHOLDS, Recording
from regimesim.simulation.lowering import lower
from regimesim.simulation.mechanisms.extension import Extension, columns_measured
from regimesim.simulation.mechanisms.mechanism import Mechanism
from regimesim.simulation.processors import processors
from regimesim.simulation.provenance import provenance
from regimesim.simulation.recording import play_and_record
from regimesim.simulation.results import Results

if TYPE_CHECKING:
    from regimesim.simulation.mechanisms.minds import Agents

RECORDED = 1_000
"""Replicates of which yearly series and events are kept, unless asked otherwise."""

MOST_RECORDED = 40_000_000
"""Pair-years of which events are kept, at most: each has about one, of some fifty bytes."""

_FEW_SIDES = 800
"""Sides of pairs in all lanes of a block that is not worth dividing."""

Columns = dict[str, NDArray[np.generic]]
Progress = Callable[[int], None]
Item = TypeVar("Item")
Output = TypeVar("Output")


class Part(NamedTuple):
    """Result of one block of lanes."""

    columns: Columns
    recording: Recording | None
    gave_way: NDArray[np.int64]


@argument_kinds
def simulate(
    scenario: Scenario | Mapping[str, Any] | str | Path,
    runs: int = 1000,
    seed: int = 0,
    years: float | None = None,
    workers: int | None = None,
    *,
    record: int = RECORDED,
    accounts: bool = True,
    assumptions: str | Assumed = PUBLISHED,
    progress: Progress | None = None,
    mechanisms: Sequence[Mechanism] = (),
    agents: Agents | None = None,
) -> Results:
    """Run a scenario many times.

    Parameters
    ----------
    scenario : Scenario, name, path or mapping (a tree as in a file)
    runs : int
        Replicates 0 .. runs - 1.
    seed : int in [0, 2**64)
        The same seed and replicate give the same run in every batch, and common luck to every scenario.
    years : float, optional
        Horizon; the scenario's own by default.
    workers : int, optional
        Threads; by default as many as there are processors that this process may use. The results do not
        depend on it.
    record : int
        Of how many replicates yearly series and events are kept.
    accounts : bool
        Whether trust, beliefs and payoffs are followed where no decision rests on them: among automata that
        nobody sanctions. Without, such runs are faster, and their results have neither series nor events nor
        the columns in ``ACCOUNTED``; all other columns are the same.
    assumptions : {"published", "set"}
        As the scenario has them, or of each replicate those of one draw that fits the record of these very
        states (``regimesim.simulation.assumptions``).
    progress : callable, optional
        Called with the number of runs that have just been finished.
    mechanisms : sequence of Mechanism
        Called between the steps of a round; what they measure are further columns of the table of runs.
    agents : mapping of str to type, optional
        Subclasses of State by name of a state, as of :class:`regimesim.RegimeModel`. A run with them is the
        run that such a model plays. Slower: see ``docs/performance.md``.

    Raises
    ------
    InputError
        If an argument cannot be used.

    Examples
    --------
    >>> import regimesim as rs
    >>> rs.simulate("anarchy", runs=8, years=10).runs.shape[0]
    8
    """
    chosen = as_scenario(scenario, years)
    check_runs(runs, seed, workers)
    runs, seed = int(runs), int(seed)
    extension = Extension.of(mechanisms, agents)
    under = assumed(chosen, assumptions)
    design = lower(chosen) if under is None else under.design()
    share = -(-runs // (workers or processors()))  # no thread is left without, where there is enough to do
    size = min(lanes_for(design), max(share, few_lanes(design)))
    record = recorded_within(chosen, min(whole_within(record, "record", 0, MOST_RUNS), runs))
    blocks = _blocks(runs, size, record)

    first = min(size, runs)
    start = Lanes(design, np.zeros(first, np.intp), np.arange(first), seed, accounts=accounts)
    used = local()  # lanes of each thread

    def lanes_of(replicates: NDArray[np.intp]) -> Lanes:
        drawn = np.zeros(len(replicates), np.intp) if under is None else under.draw_of(replicates)
        if extension:
            return extension.lanes(design, drawn, replicates, seed, lambda _: chosen)
        if under is not None:
            return Lanes(design, drawn, replicates, seed, accounts=accounts)
        if len(replicates) < size:
            return start.again(replicates)
        lanes: Lanes = getattr(used, "lanes", None) or start.again(replicates)
        used.lanes = lanes.restart(replicates)
        return lanes

    def play(block: tuple[int, int]) -> Part:
        lanes, recording = lanes_of(np.arange(*block)), None
        if block[0] < record and lanes.accounts:
            recording = play_and_record(lanes)
        else:
            lanes.play(design.rounds)
        if progress is not None:
            progress(block[1] - block[0])
        columns = measure(lanes)
        return Part(columns, recording, round_of_giving_way(lanes, columns))

    parts = on_threads(play, blocks, workers)
    told = {} if under is None else {"assumptions": under.told()}
    about = provenance(
        seed=seed, runs=runs, years=chosen.years, scenario=chosen.name, **told, **extension.about()
    )
    ways = np.concatenate([part.gave_way for part in parts])
    columns, recordings = [part.columns for part in parts], [part.recording for part in parts]
    return Results.from_parts(chosen, columns, recordings, about, design, ways)


def recorded_within(scenario: Scenario, record: int) -> int:
    """Count the replicates of which series and events are kept: as many as asked for, where there is room.

    Raises
    ------
    InputError
        If there is no room for a single one.
    """
    states = len(scenario.states)
    pair_years = states * (states - 1) / 2 * scenario.years
    most = int(MOST_RECORDED / pair_years)
    size = f"{states} states for {scenario.years:,g} years are {pair_years:,.0f} pair-years a run"
    if record > 0 and most == 0:
        fewer = spelt("", ", or for record=0, which keeps runs without series and events")
        raise InputError(
            f"{size}, too many to keep what happens in them; ask for fewer states or years{fewer}"
        )
    if record > most:
        warnings.warn(
            f"{size}: series and events of the first {most:,} runs are kept, not of {record:,}", stacklevel=4
        )
    return min(record, most)


def _blocks(runs: int, size: int, record: int) -> list[tuple[int, int]]:
    """Cut runs into blocks, so that no more than a few are recorded beyond those that shall be."""
    first = list(range(0, record, min(size, record))) if 0 < record < size else []
    starts = [*first, *range(record if first else 0, runs, size), runs]
    return list(pairwise(starts))


def as_scenario(scenario: Scenario | Mapping[str, Any] | str | Path, years: float | None = None) -> Scenario:
    """A scenario from a name, a path or a tree, with another horizon if one is given."""
    if not isinstance(scenario, Scenario):
        from regimesim.scenario.compose import load_scenario

        scenario = load_scenario(scenario)
    if years is None:
        return scenario
    years = plain(years)
    if isinstance(years, bool) or not isinstance(years, int | float) or not 0.25 <= years <= MOST_YEARS:
        raise InputError(f"years must lie in [0.25, {MOST_YEARS}]; got {quoted(years)}")
    return replace(scenario, years=float(years))


def check_runs(runs: object, seed: object, workers: object = None) -> None:
    """Refuse numbers of runs, seeds and workers that cannot be used."""
    whole_within(runs, "runs", 1, MOST_RUNS)
    whole_within(seed, "seed", 0, MOST_SEED)
    if workers is not None:
        whole_within(workers, "workers", 1, MOST_WORKERS)


def lanes_for(design: Design) -> int:
    """Lanes of a block: many, to share what a loop costs to begin, in at most 200 MB or so."""
    states = int(design.states.shape[2])
    return max(16, min(576, 1_280_000 // (states * states) // 16 * 16))


def few_lanes(design: Design) -> int:
    """Lanes whose rounds take less time than what is done once for a round: too few to be shared out."""
    states = int(design.states.shape[2])
    return max(1, _FEW_SIDES // (states * states))


def on_threads(task: Callable[[Item], Output], items: Sequence[Item], workers: int | None) -> list[Output]:
    """Do every task, in threads, and return the outcomes in order.

    The first failure or interruption cancels what has not begun and is raised at once: nobody waits for a
    thread that compiles.
    """
    count = workers or processors()
    if count == 1 or len(items) <= 1:
        return [task(item) for item in items]
    outcomes: list[Output] = []
    pending: deque[Future[Output]] = deque()
    pool = ThreadPoolExecutor(min(count, len(items)))
    try:
        for item in items:
            if len(pending) == 2 * count:  # few at a time: an interrupt finds little to cancel
                outcomes.append(pending.popleft().result())
            pending.append(pool.submit(task, item))
        outcomes.extend(future.result() for future in pending)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return outcomes


def begun(task: Callable[[], Output], workers: int | None) -> Callable[[], Output]:
    """Begin a task on a thread of its own, and give the function that waits for its outcome.

    With one worker there is no other thread, and the task is done when its outcome is asked for. A failure or
    an interruption elsewhere ends the program without waiting for the task.
    """
    if (workers or processors()) == 1:
        return task
    outcome: Future[Output] = Future()

    def carry_out() -> None:
        try:
            outcome.set_result(task())
        except BaseException as error:  # to be raised where the outcome is asked for
            outcome.set_exception(error)

    Thread(target=carry_out, daemon=True).start()
    return outcome.result


def measure(lanes: Lanes) -> Columns:
    """A row per lane: the measures of model.md, section 6 (declared in ``simulation.columns.RUNS``)."""
    world, tally, design = lanes.world, lanes.tally, lanes.design
    n, m = world.capability.shape[0], design.rounds_per_year
    rounds, pairs = lanes.round, n * (n - 1)
    columns: Columns = {
        "point": lanes.points,
        "replicate": lanes.luck.replicate.astype(np.int64),
        "seed": np.full(len(lanes.points), lanes.seed, np.uint64),
    }
    for name, first in (("peace", tally.war_round), ("systemic", tally.systemic_round)):
        columns[f"{name}_years"] = np.where(first < 0, rounds, first) / m
        columns[f"{name}_ended"] = first >= 0
    columns |= _regimes(lanes)
    dealt, played = np.maximum(tally.dealt, 1), tally.dealt > 0
    columns |= {
        "cooperation_rate": tally.cooperating[:rounds].sum(0) / (rounds * pairs / 2),
        "cooperative_years": tally.cooperating[:rounds].sum(0) / (pairs / 2 * m),
        "disputes": tally.disputes,
        "wars": tally.wars,
        "estrangements_misunderstanding": tally.estrangements[0],
        "estrangements_breach": tally.estrangements[1],
        "estrangements_sanction": tally.estrangements[2],
        "estrangements_false": tally.false_breaches,
        "estranged_share": tally.apart / (rounds * pairs / 2),
        "welfare": m * (tally.welfare / np.where(tally.weight > 0, tally.weight, 1.0)),
        "trust": tally.trust / (rounds * pairs),
        "credibility": tally.credibility / rounds,
        "expectation_error": np.where(played, tally.error / dealt, 0.0),
        "restraint_against_interest": np.where(
            tally.restrained > 0, tally.against / np.maximum(tally.restrained, 1), 0.0
        ),
        **{
            f"pivotal_{term}": turned / np.maximum(tally.willing, 1)
            for term, turned in zip(("now", "future", "law", "norm"), tally.pivotal, strict=True)
        },
        "exploitation_rate": tally.exploitations / dealt,
        "false_alarm_share": tally.false_alarms / dealt,
        "miss_share": tally.misses / dealt,
        "trust_spread": tally.spread / max(1, rounds // m),
        "buffers_lost": tally.buffers_lost,
        "revolutions": tally.revolutions,
        "sanctions_invoked": tally.invoked,
        "sanctions_joined": tally.sanctioned,
        "sanctions_on_innocents": tally.innocents,
        "sanctions_response": tally.response / np.maximum(tally.invoked, 1),
    }
    kept = {name: columns[name].copy() for name in RUN if lanes.accounts or name not in ACCOUNTED}
    return kept | columns_measured(lanes)


def round_of_giving_way(lanes: Lanes, columns: Columns) -> NDArray[np.int64]:
    """The first round of each regime's end in which too few pairs cooperate, (L,); -1 where none has ended.

    Parameters
    ----------
    lanes : Lanes
        At their horizon, or past the bad windows with which their regimes ended.
    columns : dict of name to array (L,)
        Of the same runs: ``regime_onset``, ``regime_years``, ``regime_ended``.
    """
    n, m = lanes.world.capability.shape[0], lanes.design.rounds_per_year
    low = lanes.setting.parameters["measure"]["collapse"][lanes.row] * (n * (n - 1) / 2)
    which, _, end = regimes_ended(columns, m)
    rounds = end[:, None] + np.arange(_window(lanes))
    few = lanes.tally.cooperating[rounds, which[:, None]] < low[which, None]
    way = np.full(len(lanes.points), -1)
    way[which] = end + few.argmax(axis=1)
    return way


def regimes_ended(
    columns: Columns, per_year: int
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Of the regimes that formed and ended: the places of their runs, and the rounds of onset and end."""
    which = np.flatnonzero(columns["regime_ended"] & ~np.isnan(columns["regime_onset"]))
    onset, years = (
        np.rint(columns[f"regime_{part}"][which] * per_year).astype(np.int64) for part in ("onset", "years")
    )
    return which, onset, onset + years


def _window(lanes: Lanes) -> int:
    years = float(lanes.setting.parameters["measure"]["window"][lanes.row[0]])
    return window_rounds(years, lanes.design.rounds_per_year)


def _regimes(lanes: Lanes) -> Columns:
    settings = lanes.setting.parameters["measure"][lanes.row]
    m, window = lanes.design.rounds_per_year, _window(lanes)
    found: Columns = {}
    pairs = {"regime": (settings["onset"], settings["collapse"])}
    for name, levels in THRESHOLDS.items():
        pairs[name] = np.full(len(settings), levels.onset), np.full(len(settings), levels.collapse)
    for name, (high, low) in pairs.items():
        spells = lanes.regimes(high, low, window)
        if name == "regime":
            found["regime_onset"] = np.where(spells.onset < 0, np.nan, spells.onset / m)
            found["regime_spells"] = spells.number
        found[f"{name}_years"] = np.where(spells.onset < 0, 0, spells.end - spells.onset) / m
        found[f"{name}_ended"] = spells.ended
    return found

"""What the figures of a page mean, for somebody who meets them for the first time."""

from __future__ import annotations

COMMON: tuple[tuple[str, str], ...] = (
    (
        "run (replicate)",
        "One play of the world from beginning to end, with luck of its own. Its number and the seed give "
        "the same run again anywhere.",
    ),
    (
        "regime, cooperation",
        "States restrain themselves in nearly all pairs, and go on doing so. It begins and ends where the "
        "share of cooperating pairs crosses two thresholds; others give other durations.",
    ),
    (
        "peace",
        "Time from the start to the first war between great powers. Deterrence may keep it without a regime.",
    ),
    (
        "median",
        "Half of the runs last no longer than this. 'over 100' means that fewer than half had ended when "
        "the simulation stopped.",
    ),
    (
        "mean up to a horizon (RMST)",
        "Restricted mean: out of the first so many years, how many it stands on average. It can be told "
        "even where most runs outlast the horizon, so it is what scenarios are compared by.",
    ),
    (
        "still standing (censored)",
        "Runs that had not ended at the horizon. How long they would have lasted is unknown, but they "
        "count for as long as they were watched.",
    ),
    (
        "never formed",
        "Runs in which no regime began at all; they count as a duration of 0 years.",
    ),
    (
        "95 % interval [a, b]",
        "Where the number would probably lie with infinitely many runs. It tells how much chance is left "
        "in the simulation, not whether the model is right.",
    ),
    (
        "survival curve (Kaplan-Meier)",
        "The share that still stands after so many years; its band is the 95 % interval at each year. It "
        "falls only when something ends.",
    ),
    (
        "runs at risk",
        "Runs that still stand and are still watched; where they are few the curve is uncertain.",
    ),
    (
        "typical run",
        "The run whose regime lasts nearest to the median. It shows how things may go, not how they must.",
    ),
    (
        "trust",
        "What a state believes to be the chance that another restrains itself. It moves with what is "
        "seen, and what is seen may be mistaken.",
    ),
    (
        "norm",
        "How far leaders are bound by the memory of the last war; it fades with its half-life.",
    ),
    (
        "margin: now, future, law, norm",
        "What tips a state's decision: what restraint costs at once, what others' answer is worth, what "
        "sanctions would cost, and restraint within. It restrains itself where the sum is above 0.",
    ),
    (
        "neutral",
        "The value at which a mechanism is switched off. With everything neutral the model is the "
        "textbook Prisoners' Dilemma, played again and again.",
    ),
)

OF_A_RUN: tuple[tuple[str, str], ...] = (
    (
        "Prisoners' Dilemma",
        "Exploiting is the better answer to everything, yet both would be better off restrained.",
    ),
    (
        "Stag Hunt",
        "Restraint is best if the other restrains itself too: a matter of trust.",
    ),
    (
        "Chicken",
        "Exploit who yields, but yield to who exploits; both exploiting is the worst.",
    ),
    (
        "Harmony, Deadlock",
        "Restraint, or exploitation, is the answer to everything and nobody regrets it.",
    ),
    (
        "discount needed (has)",
        "What a payoff a year ahead must be worth today for restraint to sustain itself under full trust; "
        "in brackets what it is worth to the state.",
    ),
    (
        "trust needed (has)",
        "From which trust on restraint is a best reply at the state's patience, without sanctions or "
        "norms; in brackets the trust it starts with.",
    ),
    (
        "bands",
        "Middle half and middle nine tenths of the runs in each year.",
    ),
)

OF_A_COMPARISON: tuple[tuple[str, str], ...] = (
    (
        "the same seeds",
        "Run 17 of every scenario has the same luck. Differences are taken run by run, so that what is "
        "common to both cancels.",
    ),
    (
        "pairing narrows by",
        "How much wider the interval of a difference would be with different seeds.",
    ),
    (
        "disputes, wars in 100 pair-years",
        "Rates that do not depend on how many states there are or how long one looks.",
    ),
    (
        "the plane",
        "Peace across, cooperation up. Far right and low is peace by deterrence; far right and high a "
        "regime.",
    ),
)

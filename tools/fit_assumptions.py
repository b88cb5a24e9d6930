"""Make the sets of assumptions that fit the record, and check that their inference is calibrated.

    python tools/fit_assumptions.py                     both sets: what is identified, checks, pictures
    python tools/fit_assumptions.py europe_1816         one of them
    python tools/fit_assumptions.py --write             the same, and written into configs/fits

Pictures and tables go to ``outputs/fit_assumptions``. It takes some minutes on one core, and scikit-learn
(``pip install "regimesim[fit]"``). What is done, and why: :mod:`regimesim.analysis.calibration.fitting`,
``inference`` and ``checking``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from regimesim.analysis.calibration.checking import INTERVAL
from regimesim.analysis.calibration.fitting import DRAWS, PILOT, SEED, SETS
from regimesim.analysis.calibration.making import Made, make
from regimesim.report.figures.inference import save_inference_figures
from regimesim.scenario.files import configs_folder
from regimesim.scenario.messages import show
from regimesim.simulation.assumptions import FOLDER


def command(names: list[str]) -> str:
    """The command that makes them again."""
    return " ".join(["python tools/fit_assumptions.py", *names, "--write"])


def told(made: Made) -> str:
    """Findings on a set, in lines."""
    frame, region = made.parameters, made.fit.region
    known = frame[frame["identified"]].sort_values("distance", ascending=False)
    lines = [
        f"{made.name}: {len(made.columns)} assumptions, {len(made.fit.table):,} draws of one history each",
        f"  drawn from {region.share:.3f} of the prior, which holds {region.held:.3f} of the pilots' nearest",
    ]
    for (estimator, truths), found in made.checks.items():
        uneven = found.uneven
        ranks = f"NOT uniform ({', '.join(uneven)})" if uneven else "uniform"
        enough = "" if found.covers else " (NOT within 3 %)"
        lines.append(
            f"  {estimator}, {len(found)} truths {truths}: ranks {ranks}; "
            f"intervals of {100 * INTERVAL:.0f} % hold {100 * found.coverage:.1f} %{enough}"
        )
    lines.append(f"  identified, {len(known)} of {len(frame)}: range; middle 90 % given the record; distance")
    for _, row in known.iterrows():
        low, high, least, most = (show(float(f"{row[key]:.3g}")) for key in ("low", "high", "q05", "q95"))
        lines.append(
            f"    {row['parameter']:34s} {low} to {high}: {least} to {most}, {row['distance']:.2f} (forest "
            f"{row['other_distance']:.2f}); published {show(row['published'])}, rank {row['rank']:.2f}"
        )
    free = frame.loc[~frame["identified"], "parameter"]
    lines.append(f"  not identified: {', '.join(free) or 'none'}")
    lines.append(
        f"  the estimators differ in: {', '.join(frame.loc[frame['differ'], 'parameter']) or 'none'}"
    )
    outside = frame[(frame["rank"] < 0.025) | (frame["rank"] > 0.975)]["parameter"]
    lines.append(f"  published values outside the middle 95 % of the draws: {', '.join(outside) or 'none'}")
    place = made.standing
    lines.append(
        f"  the published setting: {place.share:.2f} of its histories are as surprising as the record;\n"
        f"    to {place.below:.2f} of the draws the record is more surprising;\n"
        f"    {place.fitting:.2f} of the draws hold the record in their middle 95 %"
    )
    return "\n".join(lines)


def write(made: Made, folder: Path, how: str) -> None:
    """Write the table and what it was made of."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{made.name}.csv").write_text(made.table(), "utf-8")
    about = json.dumps(made.about(how), indent=1, ensure_ascii=False)
    (folder / f"{made.name}.json").write_text(about + "\n", "utf-8")


def main() -> None:
    """Make, tell, and write where asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*SETS, []], metavar="NAME", help=", ".join(SETS))
    parser.add_argument("--write", action="store_true", help="write the sets into configs/fits")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--pilot", type=int, default=PILOT)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    names = asked.names or list(SETS)
    for name in names:
        made = make(
            name, asked.draws, asked.pilot, asked.seed, say=lambda words: print(words, file=sys.stderr)
        )
        print(told(made), flush=True)
        out = Path("outputs") / "fit_assumptions" / name
        save_inference_figures(made, out)
        made.parameters.to_csv(out / "parameters.csv", index=False)
        write(made, out, command(asked.names))
        if asked.write:
            write(made, configs_folder() / FOLDER, command(asked.names))


if __name__ == "__main__":
    main()

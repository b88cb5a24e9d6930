"""Every command as it is asked of an installation without extras, and what it must come to."""

import zipfile

DISPUTES = "year,state_a,state_b,hostility,war,war_onset\n" + "".join(
    f"{year},France,Russia,{4 if year % 9 == 0 else 0},0,0\n" for year in range(1816, 1856)
)


def write_disputes(folder):
    """Put a table of disputes into a folder, and what only looks like one of Excel."""
    (folder / "disputes.csv").write_text(DISPUTES, "utf-8")
    with zipfile.ZipFile(folder / "disputes.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")


SMALL = ("runs=4", "years=5")

WORKS = {
    "run": ("run", "+scenario=concert", *SMALL, "out=run"),
    "run -m": ("run", "-m", "+scenario=concert", "seed=1,2", *SMALL, "hydra.sweep.dir=jobs"),
    "compare": ("compare", "scenarios=[concert,bipolar]", *SMALL, "out=compare"),
    "diagnose": ("diagnose", "+scenario=concert", *SMALL),
    "explain": ("explain", "+scenario=concert", "replicate=1", "years=20"),
    "theory": ("theory", "+scenario=concert"),
    "sweep": ("sweep", "+scenario=concert", "transparency.level=0.2,0.6", *SMALL, "out=sweep"),
    "sweep on processes": (
        "sweep", "+scenario=concert", "transparency.level=0.2,0.6", *SMALL, "out=apart", "engine=processes",
        "engine.workers=1",
    ),
    "plot": ("plot", "sweep"),
    "plot a run": ("plot", "run", "out=again"),
    "calibrate": ("calibrate", "+scenario=concert", "draws=4", "runs=20", "answers=1", "out=set"),
    "history": ("history", "disputes.csv", "+scenario=concert", "runs=20", "out=beside"),
    "demo": ("demo", "out=page.html"),
    "list": ("list",),
    "show": ("show", "concert", "transparency.level=0.3"),
    "completion": ("completion", "bash"),
    "--help": ("--help",),
    "--version": ("--version",),
}  # fmt: skip
"""Commands that need the base alone, in an order in which later ones use what earlier ones left."""

NEEDS = {
    "history of Excel": (("history", "disputes.xlsx", "out=no"), "excel"),
    "sensitivity": (("sensitivity", "+scenario=concert", "runs=2", "out=no"), "stats"),
    "predict": (("predict", "draws=4", "runs=2", "out=no"), "stats"),
    "sweep on Dask": (
        ("sweep", "+scenario=concert", "transparency.level=0.2,0.6", *SMALL, "out=no", "engine=dask"),
        "cluster",
    ),
    "sweep on SLURM": (
        ("sweep", "+scenario=concert", "transparency.level=0.2,0.6", *SMALL, "out=no", "engine=slurm"),
        "cluster",
    ),
}
"""Commands that need an extra, and which: they say so in a sentence and leave nothing behind."""


def refusal(code, out, err, extra):
    """What is wrong with the way in which a command was refused; nothing if it is as it should be."""
    named = f"regimesim[{extra}]"
    if code != 2 or out:
        return f"exit code {code}, stdout {out!r}"
    if not err.startswith("regimesim: ") or err.count("\n") != 1 or named not in err:
        return f"not a sentence that names {named}: {err!r}"
    return ""

"""Formats of tables of disputes and of memberships, recognised by the names of their columns.

A *role* is what a column says here: ``year``, ``hostility``. A format says by which names a table calls its
roles; capitals, spaces and signs in names do not count (``State A`` is ``state_a``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regimesim.scenario.messages import InputError, listed, quoted

Names = tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes
    ----------
    title : str
        As it is told.
    roles : dict of str to tuple of str
        By role, what its column may be called; the first that is there counts.
    needs : tuple of tuple of str
        Roles of which one each has to be there.
    disputes_only : bool
        True if a pair has a row in years of dispute only; otherwise the rows themselves tell.
    since : int, optional
        The first year that such data cover.
    coded : bool
        True if states are the numbers of the Correlates of War.
    refusal : str
        Why it is not read, if it is not, and what to take instead.
    """

    title: str
    roles: Mapping[str, Names]
    needs: tuple[Names, ...]
    disputes_only: bool = False
    since: int | None = None
    coded: bool = True
    refusal: str = ""

    def places(self, names: Sequence[str]) -> dict[str, int]:
        """The place of each role's column in a table, for the roles that are there."""
        plain = [simplified(name) for name in names]
        found = {}
        for role, called in self.roles.items():
            there = [name for name in called if name in plain]
            if there:
                found[role] = plain.index(there[0])
        return found

    def fits(self, names: Sequence[str]) -> bool:
        """Tell whether a table with such columns is of this format."""
        there = self.places(names)
        return all(any(role in there for role in roles) for roles in self.needs)


def simplified(name: str) -> str:
    """A name of a column without what does not count.

    >>> simplified("State_A") == simplified(" state a") == "statea"
    True
    """
    return "".join(sign for sign in name.casefold() if sign.isalnum())


PAIR = (("state_a",), ("state_b",))
SPELL = (("start",), ("end",))
_CODES = {"state_a": ("ccode1",), "state_b": ("ccode2",), "year": ("year",)}
_WAR_COLUMNS = {"war": ("cowinterongoing",), "war_onset": ("cowinteronset",)}
_BEGIN = ("strtyr", "styear", "startyear", "start")
_END = ("endyear", "endyr", "end")

PAIR_YEARS = Format(
    "pairs and years",
    {
        "state_a": ("statea",),
        "state_b": ("stateb",),
        "year": ("year",),
        "start": ("start", "startyear"),
        "end": ("end", "endyear"),
        "hostility": ("hostility",),
        "war": ("war",),
        "war_onset": ("waronset",),
        "war_id": ("warid",),
    },
    (*PAIR, ("year", "start"), ("year", "end"), ("hostility",)),
    coded=False,
)
"""The format of one's own tables."""

FORMATS = (
    PAIR_YEARS,
    Format(
        "UCDP dyadic",
        {
            "state_a": ("gwnoa", "sidea"),
            "state_b": ("gwnob", "sideb"),
            "year": ("year",),
            "intensity": ("intensitylevel",),
            "kind": ("typeofconflict",),
        },
        (*PAIR, ("year",), ("intensity",), ("kind",)),
        disputes_only=True,
        since=1946,
    ),
    Format(
        "EUGene dyad-years",
        {
            **_CODES,
            "hostility": ("cwhostd",),
            "hostility_1": ("cwhost1",),
            "hostility_2": ("cwhost2",),
            "ongoing": ("cwongo", "cwmid"),
        },
        (*PAIR, ("year",), ("hostility", "hostility_1")),
        since=1816,
    ),
    Format(
        "peacesciencer dyad-years",
        {
            **_CODES,
            "hostility": ("hostlev", "hihost"),
            "hostility_1": ("hostlev1",),
            "hostility_2": ("hostlev2",),
            "ongoing": ("gmlmidongoing", "cowmidongoing"),
            **_WAR_COLUMNS,
        },
        (*PAIR, ("year",), ("hostility", "hostility_1"), ("ongoing",)),
        since=1816,
    ),
    Format(
        "peacesciencer dyad-years without a level of hostility",
        {**_CODES, "ongoing": ("gmlmidongoing", "cowmidongoing")},
        (*PAIR, ("year",), ("ongoing",)),
        refusal="keep the column hostlev: add_gml_mids(keep = 'hostlev')",
    ),
    Format(
        "dyadic MID (Gibler, Miller and Little)",
        {
            **_CODES,
            "start": _BEGIN,
            "end": _END,
            "hostility": ("hostlev",),
            "hostility_1": ("hostlev1",),
            "hostility_2": ("hostlev2",),
        },
        (*PAIR, ("year", "start"), ("year", "end"), ("hostility", "hostility_1")),
        disputes_only=True,
        since=1816,
    ),
    Format(
        "dyadic MID (Correlates of War)",
        {
            "state_a": ("statea", "ccode1", "ccodea"),
            "state_b": ("stateb", "ccode2", "ccodeb"),
            "year": ("year",),
            "start": _BEGIN,
            "end": _END,
            "hostility": ("hihost",),
            "hostility_1": ("hihosta", "hihost1"),
            "hostility_2": ("hihostb", "hihost2"),
        },
        (*PAIR, ("year", "start"), ("year", "end"), ("hostility", "hostility_1")),
        disputes_only=True,
        since=1816,
    ),
    Format(
        "MID participants (MIDB)",
        {"state_a": ("ccode", "stabb"), "start": _BEGIN, "hostility": ("hostlev",)},
        (("state_a",), ("start",), ("hostility",)),
        refusal="its rows are states, not pairs of states; take the dyadic table",
    ),
    Format(
        "MID disputes (MIDA)",
        {"number": ("dispnum", "dispnum3", "dispnum4"), "start": _BEGIN, "hostility": ("hostlev",)},
        (("number",), ("start",), ("hostility",)),
        refusal="its rows do not name states; take the dyadic table",
    ),
)
"""Formats of tables of disputes, in the order in which they are tried."""

MEMBERSHIPS = (
    Format(
        "spells of membership",
        {
            "state": ("state", "stateabb", "ccode", "gwcode", "statename", "statenme"),
            "start": _BEGIN,
            "end": _END,
        },
        (("state",), *SPELL),
    ),
    Format(
        "states and years",
        {"state": ("state", "stateabb", "ccode", "gwcode", "statename", "statenme"), "year": ("year",)},
        (("state",), ("year",)),
    ),
)
"""Formats of tables of who belonged to the system and when."""


def recognised(file: Path, names: Sequence[str], columns: Mapping[str, str]) -> tuple[Format, dict[str, int]]:
    """Recognise the format of a table of disputes, and find the place of each role.

    Parameters
    ----------
    file : Path
    names : sequence of str
        Columns of the table.
    columns : mapping of str to str
        What some roles are called in it, as the user says.

    Raises
    ------
    InputError
        If it is of no format, or of one that is not read.
    """
    said = {role: _column_place(file, names, called) for role, called in columns.items()}
    own = PAIR_YEARS.places(names) | said
    if columns and all(any(role in own for role in roles) for roles in PAIR_YEARS.needs):
        found, places = PAIR_YEARS, own
    else:
        fitting = [one for one in FORMATS if one.fits(names)]
        if not fitting:
            raise InputError(_no_format(file, names, own))
        found = fitting[0]
        places = found.places(names) | said
    if found.refusal:
        raise InputError(f"{file} looks like {found.title}: {found.refusal}")
    _refuse_twice(file, names, places)
    return found, places


def recognised_membership(file: Path, names: Sequence[str]) -> dict[str, int]:
    """Find the place of each role in a table of memberships.

    Raises
    ------
    InputError
        If it is of none.
    """
    for found in MEMBERSHIPS:
        if found.fits(names):
            places = found.places(names)
            _refuse_twice(file, names, places)
            return places
    raise InputError(
        f"{file} does not say who belonged to the system: it takes the columns state, start and end; "
        f"it has {_names_shown(names)}"
    )


def _column_place(file: Path, names: Sequence[str], called: str) -> int:
    if called in names:
        if names.count(called) > 1:
            raise InputError(f"{file} has the column {called} more than once")
        return list(names).index(called)
    plain = [simplified(name) for name in names]
    if simplified(called) not in plain:
        raise InputError(f"{file} has no column {called}; it has {_names_shown(names)}")
    return plain.index(simplified(called))


def _no_format(file: Path, names: Sequence[str], own: Mapping[str, int]) -> str:
    missing = [role for role in ("year", "state_a", "state_b", "hostility") if role not in own]
    hint = ", ".join(f"columns.{role}=..." for role in missing)
    formats = listed(list(dict.fromkeys(one.title for one in FORMATS if not one.refusal)), "or")
    return (
        f"{file} has no column {' and no column '.join(missing)}, nor those of another format ({formats}); "
        f"it has {_names_shown(names)} (other names: {hint})"
    )


def _names_shown(names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:12])) + (" ..." if len(names) > 12 else "")
    return quoted(shown)[1:-1]


def _refuse_twice(file: Path, names: Sequence[str], places: Mapping[str, int]) -> None:
    plain = [simplified(name) for name in names]
    for place in places.values():
        if plain.count(plain[place]) > 1:
            same = [names[k] for k, name in enumerate(plain) if name == plain[place]]
            raise InputError(f"{file} has the column {listed(list(dict.fromkeys(same)))} more than once")

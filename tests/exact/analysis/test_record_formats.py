"""Tables of disputes as scholars hold them: every format and kind of file comes to the same rates."""

import gzip
import io
import itertools
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regimesim.analysis.history.eras import Era, era_table
from regimesim.analysis.history.record import read_disputes
from regimesim.cli.main import main
from regimesim.scenario.messages import InputError

CODES = {
    "UKG": 200,
    "FRN": 220,
    "RUS": 365,
    "GMY": 255,
    "AUH": 300,
    "ITA": 325,
    "USA": 2,
    "JPN": 740,
    "CHN": 710,
}

SPELLS = [("UKG", "FRN", 1952, 1952, 4), ("RUS", "FRN", 1953, 1954, 3), ("UKG", "RUS", 1957, 1957, 5)]
"""Disputes of three powers: two, first and last year, highest hostility."""
STATES, FIRST, LAST = ("UKG", "FRN", "RUS"), 1950, 1959
DECADE = Era("decade", FIRST, LAST)
COUNTED = {"years": 10, "powers_min": 3, "powers_max": 3, "pair_years": 30, "force_used": 2}
"""By hand: ten years of three pairs, force used in 1952 and 1957."""


OWN = "year state_a state_b hostility"
"""Columns of a table of one's own."""


def pair_years():
    """A row for every pair and year, as (year, a, b, hostility)."""
    level = {frozenset(pair): (first, last, h) for *pair, first, last, h in SPELLS}
    for a, b in itertools.combinations(STATES, 2):
        first, last, hostility = level[frozenset((a, b))]
        for year in range(FIRST, LAST + 1):
            yield year, a, b, hostility if first <= year <= last else 0


def coded(spells):
    return [(CODES[a], CODES[b], first, last, h) for a, b, first, last, h in spells]


def both_ways(rows):
    return [row for a, b, *rest in rows for row in ((a, b, *rest), (b, a, *rest))]


def frame(names, rows):
    return pd.DataFrame(rows, columns=names.split())


def cow_dyadic(spells, everything):
    del everything
    return frame("statea stateb strtyr endyear hihost", both_ways(coded(spells)))


def cow_dyadic_by_year(spells, everything):
    del everything
    rows = [(a, b, year, first, last, h) for a, b, first, last, h in both_ways(coded(spells))
            for year in range(first, last + 1)]  # fmt: skip
    return frame("STATEA STATEB Year StrtYr EndYear HiHost", rows)


def cow_codes(spells, everything):
    del everything
    rows = [(a, b, first, last, h, h, -9) for a, b, first, last, h in coded(spells)]
    return frame("ccode1 ccode2 strtyr endyear hihost hihosta hihostb", rows)


def gml(spells, everything):
    del everything
    rows = [(number, a, b, first, last, h, -9) for number, (a, b, first, last, h) in enumerate(coded(spells))]
    return frame("dispnum ccode1 ccode2 styear endyear hostlev fatality", rows)


def gml_by_year(spells, everything):
    del everything
    rows = [(a, b, year, 1, h, max(h - 1, 1)) for a, b, first, last, h in both_ways(coded(spells))
            for year in range(first, last + 1)]  # fmt: skip
    return frame("ccode1 ccode2 year dispongoing hostlev1 hostlev2", rows)


def peacesciencer(spells, everything):
    del spells
    rows = [(CODES[a], CODES[b], year, int(h > 0), h or None) for year, a, b, h in everything]
    return frame("ccode1 ccode2 year gmlmidongoing hostlev", rows)


def eugene(spells, everything):
    del spells
    rows = [row for year, a, b, h in everything for row in (
        (CODES[a], CODES[b], year, int(h > 0), h or -9, -9),
        (CODES[b], CODES[a], year, int(h > 0), h or -9, -9),
    )]  # fmt: skip
    return frame("ccode1 ccode2 year cwongo cwhostd cwinit", rows)


def ucdp(spells, everything):
    del spells
    rows = [(f"Government of {a}", f"Government of {b}", year, h - 3, 2, CODES[a], f"{CODES[b]}")
            for year, a, b, h in everything if h > 3]  # fmt: skip
    rows.append(("Government of RUS", "Chechen Republic", 1995, 2, 3, 365, ""))
    return frame("side_a side_b year intensity_level type_of_conflict gwno_a gwno_b", rows)


def own_spells(spells, everything):
    del everything
    return frame("state_a state_b start end hostility", spells)


def own_disputes(spells, everything):
    del spells
    return frame(OWN, [row for row in everything if row[3]])


def own(spells, everything):
    del spells
    return frame(OWN, everything).rename(columns={"state_a": "State A"})


FORMATS = {
    "dyadic MID (Correlates of War) (statea, stateb, strtyr, endyear, hihost)": cow_dyadic,
    "dyadic MID (Correlates of War) (STATEA, STATEB, Year, StrtYr, EndYear, HiHost)": cow_dyadic_by_year,
    "dyadic MID (Correlates of War) (ccode1, ccode2, strtyr, endyear, hihost": cow_codes,
    "dyadic MID (Gibler, Miller and Little) (ccode1, ccode2, styear, endyear, hostlev)": gml,
    "dyadic MID (Gibler, Miller and Little) (ccode1, ccode2, year, hostlev1, hostlev2)": gml_by_year,
    "peacesciencer dyad-years (ccode1, ccode2, year, hostlev, gmlmidongoing)": peacesciencer,
    "EUGene dyad-years (ccode1, ccode2, year, cwhostd, cwongo)": eugene,
    "UCDP dyadic (gwno_a, gwno_b, year, intensity_level, type_of_conflict)": ucdp,
    "pairs and years (state_a, state_b, start, end, hostility)": own_spells,
    "pairs and years (state_a, state_b, year, hostility)": own_disputes,
    "pairs and years (State A, state_b, year, hostility)": own,
}
WHOLE = (peacesciencer, eugene, own)
"""Formats with a row for every pair and year."""
EVERY_FORMAT = pytest.mark.parametrize(
    ("said", "build"), FORMATS.items(), ids=[f.__name__ for f in FORMATS.values()]
)


@pytest.fixture
def members(tmp_path):
    """Who belonged to the system, by other names than those of the disputes."""
    file = tmp_path / "members.csv"
    file.write_text("state,start,end\nUnited Kingdom,1950-01-01,1959-12-31\nFrance,1950,1959\nRUS,1950,\n")
    return file


def read(path, **options):
    record = read_disputes(path, **options)
    row = era_table(record, [DECADE]).iloc[0]
    return record, {name: int(row[name]) for name in COUNTED}


def written(path, table):
    table.to_csv(path, index=False)
    return path


@EVERY_FORMAT
def test_every_format_comes_to_the_rates_counted_by_hand(said, build, tmp_path, members):
    table = written(tmp_path / "disputes.csv", build(SPELLS, list(pair_years())))
    record, counted = read(table, members=members, covers=(FIRST, LAST))
    assert said in record.read_as and record.read_as.startswith("Read as ")
    assert counted == COUNTED
    assert record.war_years().tolist() == [1957]
    assert any("disputes only" in words for words in record.doubts) == (build not in WHOLE)
    if build in WHOLE:
        assert read(table)[1] == COUNTED


ERAS_OF_ALL = {"Concert": (38, 380, 12), "1854-1870": (17, 225, 22), "1871-1913": (43, 871, 19),
               "League years": (20, 369, 21), "Cold War": (46, 455, 84)}  # fmt: skip
"""Years, pair-years and force used, as the full table of pairs and years has them."""


@EVERY_FORMAT
def test_every_format_comes_to_the_rates_of_the_great_powers(said, build, tmp_path, record):
    del said
    whole = pd.read_csv(record / "great_power_dyad_years.csv")
    rows = list(whole[["year", "state_a", "state_b", "hostility"]].itertuples(index=False, name=None))
    spells = [(a, b, year, year, h) for year, a, b, h in rows if h]
    table = written(tmp_path / "disputes.csv", build(spells, rows))
    found = era_table(read_disputes(table, members=record))
    counted = {row.era: (row.years, row.pair_years, row.force_used) for row in found.itertuples()}
    assert counted == ({"Cold War": ERAS_OF_ALL["Cold War"]} if build is ucdp else ERAS_OF_ALL)
    if build is not ucdp:
        assert found["share"].round(3)[0] == 0.032


def test_disputes_without_members_are_on_the_record_from_first_to_last(tmp_path):
    table = written(tmp_path / "t.csv", own_spells(SPELLS, None))
    record, counted = read(table)
    # Britain 1952-1957, France 1952-1954, Russia 1953-1957
    assert counted == {"years": 6, "powers_min": 2, "powers_max": 3, "pair_years": 3 + 5 + 2, "force_used": 2}
    (said,) = [words for words in record.doubts if "disputes only" in words]
    assert "from its first to its last year in the table" in said and "members=FILE" in said


def test_disputes_every_year_need_no_peace(tmp_path):
    table = written(
        tmp_path / "t.csv",
        frame(OWN, [(1950, "A", "B", 4), (1951, "A", "B", 3)]),
    )
    record, counted = read(table)
    assert counted["pair_years"] == 2 and not any("disputes only" in words for words in record.doubts)


def as_utf16(table):
    return table.to_csv(index=False).encode("utf-16")


def as_bytes(write):
    def build(table):
        buffer = io.BytesIO()
        write(table, buffer)
        return buffer.getvalue()

    return build


def with_categories(table, buffer):
    table.astype({"state_a": "category"}).to_parquet(buffer)


FILES = {
    "CSV separated by commas": lambda t: t.to_csv(index=False).encode(),
    "CSV separated by semicolons": lambda t: t.to_csv(index=False, sep=";").encode(),
    "CSV separated by tabs": lambda t: t.to_csv(index=False, sep="\t", lineterminator="\r\n").encode(),
    "CSV separated by vertical bars": lambda t: t.to_csv(index=False, sep="|", lineterminator="\r").encode(),
    "CSV separated by semicolons:": lambda t: b"sep=;\r\n" + t.to_csv(index=False, sep=";").encode(),
    "CSV separated by tabs:": lambda t: b'"sep=\t"\n' + t.to_csv(index=False, sep="\t").encode(),
    "CSV separated by commas: 30": lambda t: b"# mine\n\n" + t.to_csv(index=False).encode() + b"# end\n",
    "CSV separated by commas: 30 rows": lambda t: b"\xef\xbb\xbf" + t.to_csv(index=False).encode(),
    "CSV separated by commas, in UTF-16": as_utf16,
    "CSV separated by commas, in UTF-16:": lambda t: t.to_csv(index=False).encode("utf-16-le"),
    "CSV separated by commas, in UTF-16: 30": lambda t: t.to_csv(index=False).encode("utf-16-be"),
    "CSV separated by commas, in Windows-1252": lambda t: t.to_csv(index=False).encode("cp1252"),
    "CSV separated by commas, compressed": lambda t: gzip.compress(t.to_csv(index=False).encode()),
    "CSV separated by commas, in UTF-16, compressed": lambda t: gzip.compress(as_utf16(t)),
    "Stata": as_bytes(lambda t, file: t.to_stata(file, write_index=False, version=118)),
    "Stata:": as_bytes(lambda t, file: t.assign(state_a="A", state_b="B").to_stata(file, write_index=False)),
    "Excel": as_bytes(lambda t, file: t.to_excel(file, index=False)),
    "Parquet": as_bytes(lambda t, file: t.to_parquet(file)),
    "Parquet:": as_bytes(with_categories),
    "Feather": as_bytes(lambda t, file: t.to_feather(file)),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "build"), FILES.items(), ids=FILES)
def test_every_kind_of_file_comes_to_the_same(kind, build, tmp_path):
    if kind == "Excel":
        pytest.importorskip("openpyxl", reason="Excel takes the extra excel: pip install 'regimesim[excel]'")
    rows = [
        (year, "Österreich", "Frankreich, Königreich", int(year == 1902), year == 1902)
        for year in range(1900, 1930)
    ]
    table = frame("year state_a state_b hostility war", rows).assign(note='"quoted"')
    if kind == "Stata":
        table = table.assign(war=table["war"].astype(int))
    file = tmp_path / "table"
    file.write_bytes(build(table.assign(war=table["war"].astype(int)) if kind.startswith("Stata") else table))
    record = read_disputes(file)
    assert kind in record.read_as
    assert len(record.rows) == 30 and record.rows["hostility"].sum() == 1
    assert record.rows["war"].sum() == 1 and record.war_years().tolist() == [1902]
    if kind != "Stata:":
        assert record.rows.iloc[0]["state_b"] == "Österreich"


def test_the_first_sheet_of_a_workbook_is_read_and_said(tmp_path):
    pytest.importorskip("openpyxl", reason="Excel takes the extra excel: pip install 'regimesim[excel]'")
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        own(None, pair_years()).to_excel(book, sheet_name="Disputes", index=False)
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="Notes")
    record, counted = read(tmp_path / "t.xlsx")
    assert "Excel, the first sheet (Disputes) of 2" in record.read_as and counted == COUNTED


def test_excel_without_its_library_is_a_sentence(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"pip install \"regimesim\[excel\]\", or save the sheet as CSV"):
        read_disputes(tmp_path / "t.xlsx")


NOTHING = ("-9", "-8", "NA", "", "NaN", ".", "-9.0", "<NA>")


@pytest.mark.parametrize("nothing", NOTHING)
def test_what_is_missing_is_never_a_value_or_a_state(nothing, tmp_path):
    def refused(line, words):
        (tmp_path / "t.csv").write_text(
            f"year,state_a,state_b,hostility,war\n1900,A,B,0,0\n{line}\n1901,A,C,0,0\n"
        )
        with pytest.raises(InputError, match=words):
            read_disputes(tmp_path / "t.csv")

    refused(f"{nothing},A,B,0,0", "year is missing .*in row 2")
    refused(f"1901,{nothing},B,0,0", "state_a is missing .*in row 2")
    refused(f"1901,A,{nothing},0,0", "state_b is missing .*in row 2")
    refused(f"1901,A,B,0,{nothing}", "war is missing .*in row 2")
    (tmp_path / "t.csv").write_text(
        f"year,state_a,state_b,hostility,war_id\n1900,A,B,0,{nothing}\n1901,A,B,{nothing},{nothing}\n1902,A,B,4,\n"
    )
    record = read_disputes(tmp_path / "t.csv")
    assert record.rows["year"].tolist() == [1900, 1902]
    assert "1 pairs and years of unknown hostility are no part of the record." in record.doubts


def test_hostility_missing_in_most_years_is_refused(tmp_path):
    rows = [(1950 + k, "A", "B", 4 if k == 3 else None) for k in range(10)]
    table = written(tmp_path / "t.csv", frame(OWN, rows))
    with pytest.raises(
        InputError, match="hostility is missing in 9 of 10 pairs and years; it is 0 in years without"
    ):
        read_disputes(table)


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("TRUE", "FALSE"), ("True", "False"), ("t", "f"),
                                         ("Yes", "No"), ("y", "n"), ("1.0", "0.0")])  # fmt: skip
def test_booleans_in_every_spelling(yes, no, tmp_path):
    (tmp_path / "t.csv").write_text(
        f"year,state_a,state_b,hostility,war,war_onset\n1900,A,B,5,{yes},{yes}\n1901,A,B,5,{yes},{no}\n1902,A,B,0,{no},{no}\n"
    )
    rows = read_disputes(tmp_path / "t.csv").rows
    assert rows["war"].tolist() == [True, True, False] and rows["war_onset"].tolist() == [True, False, False]


def test_spellings_of_one_state_are_one_state_and_said(tmp_path):
    rows = [(1900, "Great Britain", "FRN", 0), (1901, "great_britain", "France", 4), (1902, "200", "Frn", 0),
            (1903, "France", "Great Britain", 0)]  # fmt: skip
    record = read_disputes(written(tmp_path / "t.csv", frame(OWN, rows)))
    assert record.rows[["state_a", "state_b"]].drop_duplicates().to_numpy().tolist() == [
        ["France", "Great Britain"]
    ]
    said = " ".join(record.doubts)
    assert "200, Great Britain and great_britain are read as one state." in said
    assert "FRN, France and Frn are read as one state." in said
    with pytest.raises(
        InputError, match="row 1 pairs 'Russia' with itself: 'Soviet Union' is the same state"
    ):
        read_disputes(
            written(
                tmp_path / "t.csv",
                frame(OWN, [(1900, "Russia", "Soviet Union", 0)]),
            )
        )


def test_names_that_look_alike_raise_a_doubt_and_numbered_ones_do_not(tmp_path):
    rows = [(1900, "Ruritania", "Country10", 0), (1901, "Ruritannia", "Country11", 0)]
    record = read_disputes(written(tmp_path / "t.csv", frame(OWN, rows)))
    (said,) = [words for words in record.doubts if "two states" in words]
    assert said.startswith("Ruritania and Ruritannia are read as two states")


def test_directed_rows_and_overlapping_disputes_are_folded(tmp_path):
    rows = [
        ("A", "B", 1900, 1903, 2),
        ("B", "A", 1902, 1905, 4),
        ("A", "B", 1903, 1903, 3),
        ("A", "B", 1909, "", 3),
    ]
    record = read_disputes(written(tmp_path / "t.csv", frame("state_a state_b start end hostility", rows)))
    assert record.rows["hostility"].tolist() == [2, 2, 4, 4, 4, 4, 0, 0, 0, 3]
    said = " ".join(record.doubts)
    assert "2 pairs and years have several rows" in said and "highest hostility counts" in said
    assert "A dispute of several years counts with its highest hostility in each of them." in said
    assert "1 disputes without end count in their first year only." in said


def test_what_is_outside_the_members_is_left_out_and_counted(tmp_path, members):
    rows = [*SPELLS, ("UKG", "TUR", 1955, 1956, 4), ("UKG", "FRN", 1964, 1964, 5)]
    record, counted = read(written(tmp_path / "t.csv", own_spells(rows, None)), members=members)
    assert counted == COUNTED
    assert "3 of 7 pairs and years in the table are of states or years outside members.csv." in record.doubts
    with pytest.raises(InputError, match=r"names none of the states in members.csv"):
        read(written(tmp_path / "t.csv", own_spells([("A", "B", 1950, 1950, 4)], None)), members=members)


def test_members_of_the_correlates_of_war_and_by_year(tmp_path):
    table = written(tmp_path / "t.csv", cow_dyadic(SPELLS, None))
    spells = frame("stateabb ccode styear endyear", [(s, CODES[s], FIRST, LAST) for s in STATES])
    years = frame("stateabb ccode year", [(s, CODES[s], y) for s in STATES for y in range(FIRST, LAST + 1)])
    for members in (spells, years):
        file = written(tmp_path / "members.csv", members)
        assert read(table, members=file, covers=(FIRST, LAST))[1] == COUNTED
    with pytest.raises(
        InputError, match=r"does not say who belonged .* it takes the columns state, start and end"
    ):
        read(table, members=written(tmp_path / "members.csv", frame("who since", [("UKG", 1950)])))


def test_wars_of_peacesciencer_are_those_of_the_list_of_wars(tmp_path):
    """Wars are a matter of their own there: one without hostility 5, and hostility 5 without one."""
    table = peacesciencer(None, [(1950, "UKG", "FRN", 5), (1951, "UKG", "FRN", 4), (1952, "UKG", "FRN", 0)])
    table = table.assign(cowinterongoing=[0, 1, 0], cowinteronset=[0, 1, 0])
    record = read_disputes(written(tmp_path / "t.csv", table))
    assert record.rows["war"].tolist() == [False, True, False]
    assert record.war_years().tolist() == [1951]


def test_a_war_of_several_years_begins_once(tmp_path):
    rows = [("A", "B", 1900, 1902, 5, 1, 1), ("A", "B", 1905, 1905, 0, 0, 0)]
    table = frame("state_a state_b start end hostility war war_onset", rows)
    record = read_disputes(written(tmp_path / "t.csv", table))
    assert record.rows["war_onset"].tolist() == [True, False, False, False]
    assert record.war_years().tolist() == [1900]


def test_labels_of_stata_are_read_as_their_numbers(tmp_path):
    table = own(None, pair_years()).rename(columns={"State A": "state_a"})
    labels = {"hostility": {0: "none", 3: "display of force", 4: "use of force", 5: "war"}}
    table.to_stata(tmp_path / "t.dta", write_index=False, value_labels=labels)
    assert read(tmp_path / "t.dta")[1] == COUNTED


def test_years_without_rows_raise_a_doubt_where_they_are_the_most(tmp_path):
    def doubts(years):
        rows = [(year, "A", "B", int(year == 1900)) for year in years]
        return " ".join(read_disputes(written(tmp_path / "t.csv", frame(OWN, rows))).doubts)

    assert "Of 20 years between a pair's first row and its last, 11 have no row" in doubts(
        [*range(1900, 1908), 1919]
    )
    assert "have no row" not in doubts([*range(1900, 1909), 1918, 1919])


def test_years_that_are_asked_for_are_cut_out_of_a_full_table(tmp_path):
    table = written(tmp_path / "t.csv", own(None, pair_years()))
    assert read(table, covers=(1952, 1955))[1] == COUNTED | {"years": 4, "pair_years": 12, "force_used": 1}
    with pytest.raises(InputError, match="has no row from 1960 to 1970"):
        read(table, covers=(1960, 1970))


REFUSED = {
    "MID participants": ("ccode styear endyear hostlev sidea", "its rows are states, not pairs of states"),
    "MID disputes": ("dispnum styear endyear hostlev", "its rows do not name states"),
    "peacesciencer without hostility": ("ccode1 ccode2 year gmlmidongoing", "keep the column hostlev"),
    "nothing known": ("a b c", "has no column year and no column state_a .* nor those of another format"),
}


@pytest.mark.parametrize(("names", "words"), REFUSED.values(), ids=REFUSED)
def test_tables_that_lack_what_is_needed_say_what_to_take(names, words, tmp_path):
    with pytest.raises(InputError, match=words):
        read_disputes(written(tmp_path / "t.csv", frame(names, [[1] * len(names.split())])))


def test_ucdp_rows_of_several_states_or_without_states_are_refused(tmp_path):
    table = ucdp(None, [(1990, "UKG", "FRN", 4)])
    several = table.assign(gwno_b=["220, 255", ""])
    with pytest.raises(InputError, match="gwno_b names several states in row 1; take UCDP's dyadic table"):
        read_disputes(written(tmp_path / "t.csv", several))
    with pytest.raises(InputError, match="has no conflict between states"):
        read_disputes(written(tmp_path / "t.csv", table.iloc[1:]))


OTHERS = {
    b"\xd0\xcf\x11\xe0": "old kind", b"$FL2@(#)": "SPSS", b"RDX3\nX\n": "write.csv", b"BZh91AY": "bzip2",
    b"\xfd7zXZ\0": "compressed with xz", gzip.compress(b"X\n\0\0\0\3"): "write.csv",
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), OTHERS.items(), ids=OTHERS.values())
def test_other_kinds_of_files_are_named(content, words, tmp_path):
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_disputes(tmp_path / "t")


def test_an_archive_is_to_be_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("mid.csv", "year\n")
    with pytest.raises(InputError, match=r"is an archive \(mid.csv\); unpack it"):
        read_disputes(tmp_path / "t.zip")


@pytest.mark.parametrize(
    "kind", ["Stata", "Excel", "Parquet", "Feather", "CSV separated by commas, compressed"]
)
@settings(max_examples=20)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_never_more(kind, data, tmp_path_factory):
    if kind == "Excel":
        pytest.importorskip("openpyxl", reason="Excel takes the extra excel")
    whole = _SMALL.setdefault(kind, FILES[kind](own_disputes(None, list(pair_years())[:12])))
    content = bytearray(whole[: data.draw(st.one_of(st.just(len(whole)), st.integers(1, len(whole))))])
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)
    ):
        content[place] = value
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(content)
    try:
        record = read_disputes(file)
    except InputError:
        return
    assert np.isfinite(era_table(record)["share"]).all()


_SMALL = {}


def test_the_commands_say_what_they_read(tmp_path, members, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("regimesim.report.figures.calibration.save_calibration_figures", lambda *_: None)
    written(tmp_path / "mid.csv", cow_dyadic(SPELLS, None))
    words = [f"members={members}", "covers=1950-1959"]
    assert main(["history", "mid.csv", *words, "eras=Decade:1950-1959", "out=h"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Read as dyadic MID (Correlates of War) (statea, stateb, strtyr, endyear, hihost), CSV" in said
    assert "30 pair-years, 1950-1959" in said and "as members.csv says" in said
    assert (tmp_path / "h" / "notes.txt").read_text().startswith("Read as dyadic MID")
    ask = ["calibrate", "+scenario=bipolar", "draws=1", "runs=2", "answers=0"]
    assert main([*ask, "record=mid.csv", "targets=[disputes_1950_1959]", *words, "out=c"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Read as dyadic MID (Correlates of War)" in said and "as members.csv says" in said
    assert main([*ask, f"members={members}"]) == 2
    assert "name one with record=PATH" in capsys.readouterr().err
    assert main(["history", "mid.csv", "covers=soon"]) == 2
    assert "covers=1816-2010" in capsys.readouterr().err
    assert main(["history", "mid.csv", "covers=1960-1950"]) == 2
    assert "covers=1960-1950 ends before it begins" in capsys.readouterr().err

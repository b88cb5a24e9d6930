"""The record of disputes: hand-counted tables, broken ones, the great powers, and a simulation beside."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, poisson

import regimesim as rs
from regimesim.analysis.history.comparison import _clustered, beside, simulated
from regimesim.analysis.history.eras import (
    ERAS,
    Era,
    caution,
    chance_of_quiet,
    era_named,
    era_table,
    eras_of,
    peace_curve,
    quiet_spell_table,
    quiet_spells,
)
from regimesim.analysis.history.record import read_disputes
from regimesim.cli.history import history_command
from regimesim.cli.table import COMMANDS, Flags
from regimesim.report.figures.comparisons import history_figure
from regimesim.scenario.messages import InputError
from regimesim.stats.estimates import poisson as poisson_rate
from regimesim.stats.estimates import share
from regimesim.stats.survival import kaplan_meier

ALL = Era("all", 1900, 1999)


@pytest.fixture
def table(tmp_path):
    """A record from rows ``(year, a, b, hostility, war, war_onset)``."""

    def build(rows, names=("year", "state_a", "state_b", "hostility", "war", "war_onset"), **columns):
        file = tmp_path / "disputes.csv"
        pd.DataFrame(rows, columns=list(names)).to_csv(file, index=False)
        return read_disputes(file, columns or None)

    return build


def pair(a, b, first, wars="", force=""):
    """Rows of a pair: ``wars`` a letter a year, . peace, o onset, w war."""
    rows = []
    for k, sign in enumerate(wars):
        hostility = 5 if sign in "ow" else int(force[k]) if force else 0
        if sign != " ":
            rows.append((first + k, a, b, hostility, int(sign in "ow"), int(sign == "o")))
    return rows


def as_rows(frame):
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_spells_counted_by_hand(table):
    record = table([
        *pair("A", "B", 1900, "...ow..o"),  # 3 quiet, war of two years, 2 quiet, war
        *pair("A", "C", 1900, ".. .."),  # out of the record for a year
        *pair("B", "C", 1902, "o.ow"),  # at war when it enters
    ])  # fmt: skip
    assert as_rows(quiet_spell_table(record)) == [
        ("A-B", 1900, 3, True, 0), ("A-B", 1905, 2, True, 0),
        ("A-C", 1900, 2, False, 0), ("A-C", 1903, 2, False, 0),
        ("B-C", 1902, 0, True, 0), ("B-C", 1903, 1, True, 0),
    ]  # fmt: skip


def test_an_era_starts_the_clock_anew_and_tells_the_years_behind(table):
    record = table([*pair("A", "B", 1900, "....o."), *pair("A", "C", 1903, "...")])
    found = as_rows(quiet_spell_table(record, era=Era("late", 1902, 1904)))
    assert found == [("A-B", 1902, 2, True, 2), ("A-C", 1903, 2, False, 0)]
    assert as_rows(quiet_spell_table(record, era=Era("war", 1904, 1905)))[:2] == [
        ("A-B", 1904, 0, True, 4), ("A-B", 1905, 1, False, 0),
    ]  # fmt: skip


def test_a_war_straight_after_another_ends_a_peace_of_no_years(table):
    record = table(pair("A", "B", 1938, ".oo."))
    assert as_rows(quiet_spell_table(record)) == [
        ("A-B", 1938, 1, True, 0), ("A-B", 1940, 0, True, 0), ("A-B", 1941, 1, False, 0),
    ]  # fmt: skip
    assert record.war_years().tolist() == [1939, 1940]


def test_calm_lasts_until_force_is_used(table):
    record = table(pair("A", "B", 1900, "......", force="034420"))
    assert as_rows(quiet_spell_table(record, "force")) == [
        ("A-B", 1900, 2, True, 0),
        ("A-B", 1904, 2, False, 0),
    ]
    with pytest.raises(InputError, match="no end of a spell 'peace'"):
        quiet_spell_table(record, "peace")


def test_era_table_counted_by_hand(table):
    record = table([
        *pair("A", "B", 1900, "..ow", force="0400"), *pair("A", "C", 1900, "..ow"),
        *pair("B", "C", 1900, "...o"),
        *pair("C", "D", 1903, "."),
    ])  # fmt: skip
    row = era_table(record, [ALL]).iloc[0]
    assert row[["years", "powers_min", "powers_max", "wars", "pair_years", "force_used"]].tolist() == [
        4, 3, 4, 1, 13, 6,
    ]  # fmt: skip
    exact = binomtest(6, 13).proportion_ci(method="wilson")
    assert (row["share_lower"], row["share_upper"]) == pytest.approx((exact.low, exact.high))
    assert poisson.cdf(1, 4 * row["war_rate_upper"]) == pytest.approx(0.025)
    assert poisson.sf(0, 4 * row["war_rate_lower"]) == pytest.approx(0.025)


def test_wars_that_share_no_state_are_two_and_an_id_has_the_last_word(table):
    rows = [*pair("A", "B", 1900, ".o"), *pair("C", "D", 1900, ".o")]
    assert table(rows).war_years().tolist() == [1901, 1901]
    names = ("year", "state_a", "state_b", "hostility", "war", "war_onset", "cow")
    one = table([(*row, "1" if row[4] else "") for row in rows], names, war_id="cow")
    assert one.war_years().tolist() == [1901]
    assert one.doubts == ()
    with pytest.raises(InputError, match="the pair A-B in 1901 is at war but has no war_id"):
        table([(*row, "") for row in rows], names, war_id="cow")


def test_what_the_table_does_not_say_of_wars_is_made_up_for_and_said(table):
    rows = [(1900, "B", "A", 5), (1901, "A", "B", 5), (1902, "A", "B", 4)]
    record = table(rows, ("year", "state_a", "state_b", "hostility"))
    assert record.rows["war_onset"].tolist() == [True, False, False]
    assert as_rows(quiet_spell_table(record)) == [("A-B", 1900, 0, True, 0), ("A-B", 1902, 1, False, 0)]
    assert len(record.doubts) == 3


def test_parquet_other_names_and_other_signs_between_columns(tmp_path):
    frame = pd.DataFrame({"jahr": [1900.0, 1901.0], "a": [2, 2], "b": [200, 200], "h": [0, 4]})
    names = {"year": "jahr", "state_a": "a", "state_b": "b", "hostility": "h"}
    frame.to_parquet(tmp_path / "t.parquet")
    frame.astype(int).to_csv(tmp_path / "t.csv", sep=";", index=False)
    one, other = (read_disputes(tmp_path / name, names).rows for name in ("t.parquet", "t.csv"))
    pd.testing.assert_frame_equal(one, other)
    assert one["hostility"].tolist() == [0, 4]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("year,state_a,state_b,hostility\n", "has no rows"),
        ("year,state_a,hostility\n1900,A,0\n", "has no column state_b"),
        ("year,state_a,state_b,hostility\n1900,A,B,6\n", "from 0 to 5; got '6' in row 1"),
        ("year,state_a,state_b,hostility\n1900,A,B,\n", "hostility is missing in 1 of 1 pairs and years"),
        ("year,state_a,state_b,hostility\n1900,A,B,0\n1901.5,A,B,0\n", "got '1901.5' in row 2"),
        ("year,state_a,state_b,hostility\n19000,A,B,0\n", "year must be a whole number from -4000 to 3000"),
        ("year,state_a,state_b,hostility\n1900,A,,0\n", "state_b is missing in row 1"),
        ("year,state_a,state_b,hostility\n1900,A,A,0\n", "row 1 pairs 'A' with itself"),
        ("year,state_a,state_b,hostility,war,war_onset\n1900,A,B,0,0,1\n", "has war_onset 1 but war 0"),
        ("year,state_a,state_b,hostility,hostility\n1900,A,B,0,1\n", "the column hostility more than once"),
        ("year,state_a,state_b,hostility\n1900,A,B,0\n1900,A\n", "cannot be read as a table"),
        ("\x00\x01\x02", "no table of a kind that is read"),
        ("PAR1 and nothing else", "cannot be read as a table"),
        ("hello\n", "has no (rows|column year)|cannot be read as a table"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_in_a_sentence(tmp_path, text, words):
    file = tmp_path / "broken.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=words) as refused:
        read_disputes(file)
    assert "\n" not in str(refused.value)


def test_what_is_no_table_is_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no table of disputes at"):
        read_disputes(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match=r"the folder holds no great_power_dyad_years\.csv"):
        read_disputes(tmp_path)
    file = tmp_path / "large.csv"
    file.write_text("year,state_a,state_b,hostility\n1900,A,B,0\n1901,A,B,0\n")
    with pytest.raises(InputError, match=r"no column 'yaer'.* Did you mean 'year'"):
        read_disputes(file, {"yaer": "x"})
    for limit in ("MOST_ROWS_READ", "MOST_BYTES_READ"):
        with monkeypatch.context() as patch:
            patch.setattr(f"regimesim.analysis.history.filetypes.{limit}", 1)
            with pytest.raises(InputError, match="is too large"):
                read_disputes(file)


@settings(max_examples=150, deadline=None)
@given(junk=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(
    lambda text: f"year,state_a,state_b,hostility\n{text}".encode()), st.binary(max_size=200).map(
    lambda bytes: b"PAR1" + bytes + b"PAR1")))  # fmt: skip
def test_junk_is_read_or_refused_never_more(tmp_path_factory, junk):
    file = tmp_path_factory.getbasetemp() / "junk"
    file.write_bytes(junk)
    try:
        record = read_disputes(file)
    except InputError:
        return
    assert len(era_table(record)) >= 1


@settings(max_examples=80, deadline=None)
@given(signs=st.lists(st.text(".ow ", min_size=1, max_size=12), min_size=1, max_size=3),
       first=st.integers(0, 5), length=st.integers(0, 12))  # fmt: skip
def test_spells_are_those_of_a_plain_count(signs, first, length):
    rows = [(g, y, sign in "ow", sign == "o") for g, text in enumerate(signs) for y, sign in enumerate(text)
            if sign != " "]  # fmt: skip
    if not rows:
        return
    found = quiet_spells(*map(np.array, zip(*rows, strict=True)), (first, first + length))
    counted = []
    for g, text in enumerate(signs):
        begun = None
        for y in range(first, first + length + 2):
            sign = text[y] if y < len(text) and y <= first + length else " "
            if sign == "o":
                counted.append((g, y if begun is None else begun, 0 if begun is None else y - begun, True))
            elif sign != "." and begun is not None:
                counted.append((g, begun, y - begun, False))
            begun = (y if begun is None else begun) if sign == "." else None
    four = zip(found.group, found.start, found.years, found.ended, strict=True)
    assert sorted(four) == sorted(counted)


def test_intervals_at_the_edges():
    assert share(0, 10).lower == 0 and share(0, 10).upper == pytest.approx(0.2775, abs=1e-4)
    assert share(10, 10).upper == 1
    assert poisson_rate(0, 38).lower == 0
    assert poisson_rate(0, 38).upper == pytest.approx(-math.log(0.025) / 38)
    with pytest.raises(ValueError, match="a share needs cases"):
        share(0, 0)


def test_the_chance_of_quiet():
    assert [round(chance_of_quiet(years, 10, 192), 2) for years in (38, 46)] == [0.14, 0.09]
    assert round(10 / 192, 3) == 0.052
    assert chance_of_quiet(0) == chance_of_quiet(50, 0, 192) == 1
    with pytest.raises(ValueError, match="cannot be negative"):
        chance_of_quiet(-1)


def test_eras_by_name_and_what_cannot_be_one(table):
    record = table(pair("A", "B", 1900, "..."))
    assert era_named("Cold War", ERAS) == era_named("cold_war", ERAS) == era_named("1946", ERAS) == ERAS[4]
    with pytest.raises(InputError, match=r"no era 'concrt'.* Did you mean 'concert'"):
        era_named("concrt", ERAS)
    assert [era.name for era in eras_of(record)] == ["1871-1913"]
    assert eras_of(record, [Era("x", 1, 2)]) == (Era("whole record", 1900, 1902),)
    with pytest.raises(InputError, match=r"ends .* before it begins"):
        eras_of(record, [Era("x", 2, 1)])
    assert "no war in 3 years" in caution(record)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("signs", ["o", ".", "ww", ".o", "oooo"])
def test_degenerate_records_give_numbers(table, signs):
    record = table(pair("A", "B", 1900, signs))
    assert not era_table(record).isna().any(axis=None)
    if signs == "ww":
        with pytest.raises(InputError, match="no pair was at risk"):
            peace_curve(record)
    else:
        assert np.isfinite(peace_curve(record).frame().to_numpy(float)).all()


def test_the_record_of_the_great_powers(record):
    found = era_table(read_disputes(record))
    columns = ["years", "powers_min", "powers_max", "wars", "pair_years", "force_used"]
    assert found[columns].to_numpy().tolist() == [
        [38, 5, 5, 0, 380, 12],
        [17, 5, 6, 4, 225, 22],
        [43, 6, 8, 1, 871, 19],
        [20, 5, 7, 1, 369, 21],
        [46, 4, 7, 1, 455, 84],  # Germany and Japan return in December 1991; 4 to 5 until then
    ]
    assert found["share"].round(2).tolist() == [0.03, 0.10, 0.02, 0.06, 0.18]
    assert found["chance_of_none"].round(2)[[0, 4]].tolist() == [0.14, 0.09]


def test_the_wars_are_those_of_the_list_of_wars(record):
    listed = pd.read_csv(record / "great_power_wars.csv")["start"]
    assert read_disputes(record).war_years().tolist() == sorted(listed)


def test_peace_in_the_concert_and_after(record):
    read = read_disputes(record)
    assert peace_curve(read, ERAS[0]).survival.tolist() == [1, 1]
    after = quiet_spell_table(read, "war", ERAS[1])
    assert after["ended"].sum() == 6  # the Crimean war counts for two pairs, that of 1866 for two
    crimea = after[after["pair"] == "RUS-UKG"].iloc[0]
    assert crimea[["years", "ended", "late_entry"]].tolist() == [0, True, 38]
    assert "38 quiet years .14" in caution(read, ERAS[0])


@pytest.fixture(scope="module")
def results():
    return rs.simulate("anarchy", runs=30, seed=0, years=20)


def test_runs_are_read_as_a_record_is(results):
    """Against a plain reading of the events, run by run and pair by pair."""
    per_year, events = results.scenario.rounds_per_year, results.events
    wars = events[events["kind"].isin(["war", "war joined", "peace"])]
    states = results.scenario.states
    rows = []
    for run in range(30):
        of_run = wars[wars["replicate"] == run]
        for i, a in enumerate(states):
            for b in states[i + 1 :]:
                own = of_run[of_run["actor"].isin([a, b]) & of_run["target"].isin([a, b])]
                signs, fighting = ["."] * 20, None
                for event in own.itertuples():
                    year = event.round // per_year
                    if event.kind != "peace":
                        fighting = year
                        signs[year] = "o"
                    else:
                        signs[fighting + 1 : year + 1] = [
                            s if s == "o" else "w" for s in signs[fighting + 1 : year + 1]
                        ]
                        fighting = None
                if fighting is not None:
                    signs[fighting + 1 :] = "w" * (19 - fighting)
                rows.append("".join(signs))
    flat = [(g, y, s in "ow", s == "o") for g, text in enumerate(rows) for y, s in enumerate(text)]
    found = quiet_spells(*map(np.array, zip(*flat, strict=True)))
    expected = kaplan_meier(found.years, found.ended)
    np.testing.assert_array_equal(simulated(results).peace.survival, expected.survival)


def test_pairs_that_fare_alike_tell_no_more_than_one():
    """Where the three pairs of every run fare alike, the band is Greenwood's for one pair a run."""
    years, ended = np.array([0, 1, 1, 2, 3, 3, 5, 5, 5, 5]), np.array([1, 1, 0, 1, 0, 1, 0, 0, 1, 0], bool)
    once = kaplan_meier(years, ended)
    thrice = kaplan_meier(np.repeat(years, 3), np.repeat(ended, 3))
    found = _clustered(thrice, np.repeat(np.arange(10), 3), np.repeat(years, 3), np.repeat(ended, 3), 10)
    np.testing.assert_allclose(found.survival, once.survival)
    inside = (once.survival > 0) & (once.survival < 1)
    np.testing.assert_allclose(found.lower[inside], once.lower[inside])
    np.testing.assert_allclose(found.upper[inside], once.upper[inside])


def test_beside(table, results):
    record = table(
        [*pair("A", "B", 1900, "....o...."), *pair("A", "C", 1900, ".........", force="040000000")]
    )
    found = beside(record, results, ALL).set_index("measure")
    assert not found.isna().any(axis=None)
    assert found.loc["pair-years in dispute", "record"] == 2 / 18
    assert found.loc["wars a year", "model"] == pytest.approx(results.columns["wars"].mean() / 20)
    assert found.loc["peace of a pair lasts 9 years", "record"] == pytest.approx(2 / 3)
    with pytest.raises(InputError, match="has nothing on"):
        beside(record, results, ERAS[0])


@pytest.mark.parametrize("runs", [1, 3])
def test_beside_and_figure_when_nothing_happens(table, world, runs):
    quiet = rs.simulate(world({"war.unilateral": 0.0, "war.mutual": 0.0}, years=2), runs=runs)
    record = table(pair("A", "B", 1900, ".."))
    found = beside(record, quiet, ALL)
    assert not found.isna().any(axis=None)
    history_figure(record, quiet, ALL).savefig("/dev/null", format="png")


def run_command(*arguments, **flags):
    history_command(COMMANDS["history"].read(arguments), Flags(**flags))


def test_the_command(table, tmp_path, capsys):
    table([*pair("A", "B", 1816, "....o...."), *pair("A", "C", 1816, ".........", force="040000000")])
    file, out = str(tmp_path / "disputes.csv"), tmp_path / "out"
    run_command(file, "+scenario=anarchy", "runs=4", "era=concert", f"out={out}")
    printed = capsys.readouterr().out
    assert "Concert 1816-1853" in printed and "wars a year" in printed
    assert "One Concert cannot by itself tell a regime from luck" in " ".join(printed.split())
    assert {path.name for path in out.iterdir()} == {
        "beside.csv", "calm.csv", "curves.csv", "eras.csv", "notes.txt", "peace.csv", "peace.png",
        "provenance.json",
    }  # fmt: skip
    run_command(file, f"out={tmp_path / 'json'}", "eras=Early:1816-1820", json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["eras"][0]["era"] == "Early" and "beside" not in answer
    run_command(file, f"out={tmp_path / 'quiet'}", quiet=True)
    assert capsys.readouterr().out == f"{tmp_path / 'quiet'}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "which table"),
        (["{file}", "two"], "which table"),
        (["{file}", "runs=3"], "add \\+scenario=NAME"),
        (["{file}", "era=concrt"], "no era 'concrt'"),
        (["{file}", "eras=1816"], "eras are typed"),
        (["{file}", "columns.yaer=x"], "no column 'yaer'"),
        (["{file}", "columns.year=x"], "has no column x"),
        (["{file}", "out={folder}"], "exists already"),
        (["{file}", "+scenario=anarchy", "runs=0"], "runs must lie"),
    ],
)
def test_the_command_refuses(table, tmp_path, arguments, words):
    table(pair("A", "B", 1816, "..."))
    place = SimpleNamespace(file=tmp_path / "disputes.csv", folder=tmp_path)
    with pytest.raises(InputError, match=words):
        run_command(*(word.format(**vars(place)) for word in arguments))

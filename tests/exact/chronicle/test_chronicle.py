"""A chronicle says what happened, when, to whom and why: worlds in which a known thing must happen."""

import math

import numpy as np
import pytest

from regimesim.chronicle import chronicle
from regimesim.chronicle.entries import ENTRY_KINDS, date_text, share_text, signed, span
from regimesim.chronicle.happenings import prevails, wars
from regimesim.chronicle.institutions import regime_spells
from regimesim.chronicle.reasons import Bench
from regimesim.chronicle.replay import replay
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError, listed
from regimesim.scenario.reading import read_scenario

CERTAIN = 52.0
"""A rate per year that makes an event certain in a round, if rounds are years."""


def world(start=1900, years=10, per_year=1, states=("North_Land", "South"), strategy="", **groups):
    groups.setdefault("shadow", {})["rounds_per_year"] = per_year
    tree = {"about": {"start": start}, "years": years, "strategy": strategy or "always_cooperate", **groups}
    tree["states"] = states if isinstance(states, dict) else {name: {} for name in states}
    return read_scenario(tree, "made")


def told(scenario, kind, replicate=0):
    return [entry for entry in chronicle(scenario, 0, replicate).entries if entry.kind == kind]


def busy(rule="none"):
    """A world in which everything may happen."""
    return world(
        years=60, per_year=4, strategy="prudent",
        states={"A": {"capability": 3, "veto": True}, "B": {"ideology": 0.9},
                "C": {"revisionism": 0.4}, "D": {}},
        buffers={"K": {"between": [["A", "B"], ["A", "C"]]}, "L_L": {"between": [["C", "D"]]}},
        affinity={"default": 0.1, "A-B": 0.8}, choice={"temperature": 0.4, "tremble": 0.01},
        shadow={"discount_factor": 0.85, "punishment_rounds": 6},
        transparency={"level": 0.3, "miss_rate": 0.4, "false_alarm_rate": 0.15, "publicity": 0.5},
        diplomacy={"conference": 0.4, "cleavage": 0.5, "renegotiation": 0.4, "agreement_trust": 0.7},
        norms={"restraint": 1.5, "half_life": 20, "institutionalization": 0.6},
        domestic={"turnover": 0.1, "reset": 0.3, "revolution": 0.06, "nationalism": 0.3,
                  "preoccupation": 0.7},
        geography={"absorption": 0.1, "absorption_gain": 0.02}, periphery={"rate": 0.3, "insulation": 0.5},
        war={"unilateral": 0.05, "mutual": 0.3, "cost": 8, "capability_loss": 0.1, "resentment": 0.3,
             "restoration": 0.6, "contagion": 0.4},
        sanctions={"rule": rule, "pledge": 0.5, "exit": 0.1}, power={"volatility": 0.02},
        epochs=[{"year": 1930, "because": "The stakes rise", "payoffs": {"temptation": 5.5}},
                {"year": 1940, "domestic": {"turnover": 0.0, "revolution": 0.0}}],
    )  # fmt: skip


RULES = ("none", "decentralized", "centralized", "collective", "balancing")


# ---- what must happen is told ----


def test_a_certain_war_is_told_with_its_cause_its_end_and_what_was_lost():
    scenario = world(
        per_year=4, years=4, strategy="always_defect",
        war={"mutual": CERTAIN, "years": 2, "capability_loss": 0.4, "resentment": 0.5,
             "settlement_trust": 0.6},
    )  # fmt: skip
    war = told(scenario, "war")[0]
    assert (war.round, war.year, war.date) == (0, 1900.0, "1900 Q1")
    assert war.text == "War between North Land and South."
    assert war.detail == ("It grows out of exploitation by both, which had only just begun.",)
    peace = told(scenario, "peace")[0]
    assert peace.date == "1902 Q1"
    ended = replay(scenario, 0, 0).ended
    winner, loser = ("North Land", "South") if ended.capability[8, 0] > 0.5 else ("South", "North Land")
    assert peace.text == f"Peace between North Land and South: {winner} prevails."
    # .5 gives up .2, the winner gains .1; shares of .9 in all
    assert f"Shares of capability: {winner} .50 -> .67, {loser} .50 -> .33." in peace.detail
    assert f"{loser} resents its defeat: revisionism +0.50." in peace.detail
    assert "Trust on both sides is .60; restraint does not return." in peace.detail


def test_third_states_join_the_side_they_prefer():
    scenario = world(
        states={"A": {"strategy": "always_defect"}, "B": {}, "C": {}, "D": {}}, affinity={"C-B": 1, "D-A": 1},
        war={"unilateral": CERTAIN, "contagion": 1.0, "years": 3},
    )  # fmt: skip
    war = told(scenario, "war")[0]
    assert war.text == "War between A and B."
    assert war.detail == (
        "It grows out of A's exploitation of B, which had only just begun.",
        "D joins A; C joins B: 4 of 4 great powers fight, a systemic war.",
    )


def test_a_buffer_absorbed_with_certainty():
    scenario = world(
        states={"A": {"strategy": "always_defect"}, "B": {}, "C": {}},
        buffers={"Low_Lands": {"between": [["A", "B"], ["A", "C"]]}},
        geography={"absorption": CERTAIN, "absorption_gain": 0.5},
    )  # fmt: skip
    (lost,) = told(scenario, "buffer lost")
    assert (lost.date, lost.text) == ("1900", "A absorbs Low Lands while exploiting B.")
    # a third, and a half of everything on top, of one and a half
    assert lost.detail == ("It had lain between A-B and A-C.", "Share of capability .33 -> .56.")


def test_a_leader_every_round():
    scenario = world(
        domestic={"turnover": CERTAIN}, norms={"restraint": 1.0, "institutionalization": 0.5}, years=3
    )
    leaders = told(scenario, "new leader")
    assert leaders[0].text == "A new leader in North Land keeps .50 of the old restraint (norm 1 -> .50)."
    assert {entry.date for entry in leaders} <= {"1900", "1901", "1902"}


def test_a_fall_of_the_norm_is_no_news_where_norms_have_no_weight():
    scenario = world(domestic={"turnover": CERTAIN}, norms={"institutionalization": 0.5}, years=3)
    assert told(scenario, "new leader") == []


def test_a_revolution_everywhere():
    scenario = world(
        years=1, domestic={"revolution": CERTAIN, "spread": 1.0, "turmoil_years": 0, "nationalism": 0.75},
        norms={"restraint": 1.0, "institutionalization": 0.65},
    )  # fmt: skip
    (revolution,) = told(scenario, "revolution")
    assert revolution.text == "Revolutions: North Land and South. New leaders keep .65 of the old restraint."
    assert revolution.detail == (
        "Norm: North Land 1 -> .65, South 1 -> .65.", "It leaves nationalism: revisionism +0.75.",
    )  # fmt: skip


def accused(rule, **states):
    powers = {name: {"veto": name in states.get("veto", ())} for name in "ABC"}
    powers["A"]["strategy"] = "always_defect"
    powers["A"]["capability"] = 1.0 if rule != "balancing" else 3.0
    return world(
        states=powers, years=1, affinity=states.get("affinity", {}),
        sanctions={"rule": rule, "enforcement_value": 5.0, "cost": 0.1, "credibility": 0.5,
                   "alliance_weight": 0.0},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text", "detail"),
    [
        ("decentralized", "B and C publicly accuse A. B and C join the sanction (M 1).", ()),
        ("collective", "B and C publicly accuse A. B and C stand with the victim (M 1).",
         ("What it gained is undone.",)),
        ("centralized",
         "B and C publicly accuse A. The vote passes: all other members sanction it (M 1).", ()),
        ("balancing", "A (.60 of all capability) exploits B and C. B and C balance against it (M 1).", ()),
    ],
)  # fmt: skip
def test_an_accusation_under_every_rule(rule, text, detail):
    (sanction,) = told(accused(rule), "sanction")
    assert (sanction.date, sanction.text) == ("1900", text)
    assert sanction.detail == (*detail, "Credibility of enforcement .50 -> .55.")


def test_a_veto_stops_the_vote():
    (sanction,) = told(accused("centralized", veto="C", affinity={"C-to-A": 0.9}), "sanction")
    assert sanction.text.endswith("The vote fails: C objects (veto).")


def test_a_sanctioned_member_leaves():
    tree = accused("decentralized").with_parameters({"sanctions.exit": 1.0})
    (left,) = told(tree, "membership")
    assert (left.text, left.detail) == ("A, sanctioned, leaves the institution.", ("Two members remain.",))


def test_credibility_that_falls_says_why():
    scenario = accused("decentralized").with_parameters(
        {"sanctions.enforcement_value": 0.0, "sanctions.cost": 5.0, "sanctions.credibility_learning": 0.5}
    )
    (fall,) = told(scenario, "credibility")
    assert fall.text == "Credibility of enforcement falls to .25: too little was done about A."


def test_restraint_taken_for_exploitation():
    scenario = world(transparency={"level": 0.0, "false_alarm_rate": 1.0}, years=1, trust={"initial": 0.83})
    texts = [entry.text for entry in told(scenario, "mis-seen")]
    assert "North Land takes South's restraint for exploitation (mis-seen). Trust .83 -> .75." in texts


def test_a_quarrel_abroad_is_told_from_a_doubt_at_home():
    scenario = world(periphery={"rate": CERTAIN, "insulation": 0.0}, years=1)
    texts = [entry.text for entry in told(scenario, "mis-seen")]
    text = "A quarrel abroad looks to South like exploitation by North Land (mis-seen). Trust 1 -> .90."
    assert text in texts


def test_a_doubt_talked_through():
    scenario = world(
        transparency={"level": 0.0, "false_alarm_rate": 1.0}, diplomacy={"conference": 1.0},
        trust={"initial": 0.8}, years=1,
    )  # fmt: skip
    found = told(scenario, "talked through")
    assert found[0].text == (
        "North Land doubts South; the two talk it through (conference). No harm: trust is .82."
    )
    assert found[0].detail == ("Without it North Land's trust would have fallen, .80 -> .72.",)


def fading(half_life=10.0, **more):
    """margin = -2 + 1 + 2.2 n, and n = 2^(-(t+1)/10): below 0 from the 12th round on."""
    return world(
        strategy="prudent", years=30, norms={"restraint": 2.2, "half_life": half_life},
        shadow={"discount_factor": 0.5, "punishment_rounds": 1}, **more,
    )  # fmt: skip


def test_a_break_by_fading_memory_is_dated_and_explained():
    lead = told(fading(), "break")[0]
    assert (lead.round, lead.date) == (11, "1911")
    assert lead.text == (
        "North Land and South stop restraining themselves towards each other, after eleven years."
    )
    then, now = 2.0**-0.7, 2.0**-1.2
    assert lead.detail[0] == (
        f"1911  now -2.0   future +1.0   law 0      norm {signed(2.2 * now)}  sum {signed(2.2 * now - 1)}"
    )
    assert lead.detail[1].startswith(f"1906  now -2.0   future +1.0   law 0      norm {signed(2.2 * then)}")
    assert lead.detail[2] == (
        f"What changed most: norm ({signed(2.2 * (now - then))}): memory of the war has faded in North Land "
        f"(norm {share_text(then)} -> {share_text(now)})."
    )


def test_a_break_by_a_new_leader_is_told_from_fading():
    scenario = fading(math.inf, domestic={"turnover": 0.0}, epochs=[
        {"year": 1908, "because": "A year of changes", "domestic": {"turnover": CERTAIN},
         "norms": {"institutionalization": 0.3}},
        {"year": 1909, "domestic": {"turnover": 0.0}},
    ])  # fmt: skip
    lead = told(scenario, "break")[0]
    assert lead.date == "1908"
    why = "North Land had a new leader (1908) who kept less of the old restraint (norm 1 -> .30)"
    assert why in lead.detail[2]
    epoch = told(scenario, "epoch")[0]
    assert (epoch.date, epoch.text) == ("1908", "A year of changes.")


def test_a_break_by_a_change_of_what_holds():
    scenario = fading(math.inf, epochs=[
        {"year": 1906, "because": "New weapons", "payoffs": {"temptation": 5.9}}
    ])  # fmt: skip
    assert told(scenario, "break") == []  # restraint is still worth 2.2 - 1.9
    scenario = fading(math.inf, payoffs={"game": "any"}, epochs=[
        {"year": 1906, "because": "New weapons", "payoffs": {"temptation": 6.5}}
    ])  # fmt: skip
    why = "What changed most: now (-1.5): what holds has changed (New weapons)."
    assert why in told(scenario, "break")[0].detail


def test_an_automaton_follows_its_strategy():
    scenario = world(
        states={"A": {"strategy": "always_cooperate"}, "B": {"strategy": "grim"}}, years=12,
        epochs=[{"year": 1905, "choice": {"tremble": 1.0}}, {"year": 1906, "choice": {"tremble": 0.0}}],
    )  # fmt: skip
    lead = told(scenario, "break")[0]
    assert lead.date in ("1905", "1906")
    assert any("It follows its strategy, grim" in line for line in lead.detail)


def test_an_agreement_brings_restraint_back():
    scenario = fading(math.inf, payoffs={"game": "any"}, epochs=[
        {"year": 1905, "payoffs": {"temptation": 6.5}},
        {"year": 1912, "payoffs": {"temptation": 5.0}, "norms": {"restraint": 1.15},
         "diplomacy": {"renegotiation": CERTAIN, "agreement_trust": 0.9}},
    ])  # fmt: skip
    # at the trust of 1912, .9**7, the margin is -1.48 + .22 + 1.15 < 0; at .9 it is -1.9 + .85 + 1.15 > 0
    (agreed,) = told(scenario, "agreement")
    assert agreed.date == "1912"
    assert agreed.text == (
        "North Land and South come to terms: trust on both sides .90. "
        "From 1913 both restrain themselves, after eight years without."
    )


def test_when_nothing_breaks_it_says_so():
    story = chronicle(world(years=40))
    assert story.summary == (
        "The regime held for 39 years, from 1901 to the end of the record, and there was no war."
    )
    assert story.entries[-1].kind == "end"
    assert story.entries[-1].detail[0].startswith("Nothing broke: in 40 years no state")


def test_a_war_that_is_told_is_told_to_its_end():
    for replicate in range(6):
        entries = chronicle(busy(), 0, replicate).entries
        kinds = [entry.kind for entry in entries]
        unfinished = sum(1 for entry in entries if entry.kind == "war" and entry.year > 1958 - 0.5)
        assert kinds.count("peace") >= kinds.count("war") - unfinished
        assert not kinds.count("peace") or kinds.index("war") < kinds.index("peace")


def test_the_end_of_a_regime_in_one_sentence():
    assert chronicle(fading()).summary == (
        "The regime held ten years, 1901 to 1911; it ended when the two no longer reliably restrained "
        "each other (what had fallen most: norm); there was no war."
    )


# ---- it is the same run, and the same every time ----


@pytest.mark.parametrize("rule", RULES)
def test_the_world_is_that_of_the_batch(rule):
    scenario = busy(rule)
    history = replay(scenario, 3, 5)
    batch = Lanes(history.design, np.zeros(8, np.intp), np.arange(8), 3)
    batch.play(history.rounds)
    for kind in ("world", "tally"):
        for name, ours in getattr(history.lanes, kind)._asdict().items():
            theirs = getattr(getattr(batch, kind), name)
            lane = theirs[5] if name == "side" else theirs[..., 5]
            assert np.array_equal(ours[0] if name == "side" else ours[..., 0], lane), name


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("replicate", range(6))
def test_what_is_told_agrees_with_what_was_counted(rule, replicate):
    history = replay(busy(rule), 0, replicate)
    tally = history.lanes.tally
    assert len(wars(history)) == tally.wars[0]
    spells, window = regime_spells(history)
    high, low = (np.array([float(history.scenario[f"measure.{x}"])]) for x in ("onset", "collapse"))
    spell = history.lanes.regimes(high, low, window)
    assert len(spells) == spell.number[0]
    if spells:
        assert spells[0] == (spell.onset[0], spell.end[0], spell.ended[0])
    story = chronicle(busy(rule), 0, replicate)
    assert story == chronicle(busy(rule), 0, replicate)
    rounds = [entry.round for entry in story.entries]
    assert rounds == sorted(rounds) and all(entry.kind in ENTRY_KINDS for entry in story.entries)
    lost = [entry for entry in story.entries if entry.kind == "buffer lost"]
    assert len(lost) <= tally.buffers_lost[0]
    assert 10 <= len(story.text().splitlines()) <= 110


def test_the_loser_is_the_one_who_resents():
    for replicate in range(10):
        history = replay(busy(), 0, replicate)
        for t in range(1, history.rounds):
            settled = [(i, j) for i, j in history.pairs if history.ended.at_war[t - 1, i, j] == 1]
            if len(settled) == 1:
                i, j = settled[0]
                loser = j if prevails(history, t, i, j) else i
                assert history.ended.revisionism[t, loser] > history.decided.revisionism[t, loser]


def test_the_bench_gives_the_terms_of_the_run():
    history = replay(busy("collective"), 0, 1)
    bench = Bench(history)
    for t in range(0, history.rounds, 7):
        assert np.array_equal(bench.terms(t), history.terms[t])
        assert np.array_equal(bench.alarms(t), history.risks.alarm[t])


def test_frame_and_width():
    story = chronicle(busy(), 1, 2)
    frame = story.frame()
    assert list(frame.columns) == ["round", "year", "date", "kind", "text", "detail"]
    assert len(frame) == len(story.entries)
    assert max(len(line) for line in story.text(80).splitlines()) <= 80
    assert "L_L" not in story.text()


@pytest.mark.parametrize("states", [2, 3, 7])
@pytest.mark.parametrize("per_year", [1, 2, 12, 52])
def test_any_number_of_states_and_of_rounds(states, per_year):
    scenario = world(
        states=tuple("ABCDEFG"[:states]), years=6, per_year=per_year, strategy="prudent",
        choice={"temperature": 0.5}, war={"mutual": 0.5, "years": 0.5}, diplomacy={"renegotiation": 1.0},
    )  # fmt: skip
    assert chronicle(scenario, 0, 4).entries[0].kind == "start"


@pytest.mark.parametrize(
    ("seed", "replicate"), [(-1, 0), (0, -1), (2**64, 0), (0, 2**32), (True, 0), (0, 1.5)]
)
def test_refusals(seed, replicate):
    with pytest.raises(InputError, match=r"seed|replicate"):
        chronicle(world(), seed, replicate)


# ---- words ----


@pytest.mark.parametrize(
    ("start", "per_year", "t", "text"),
    [
        (1848, 4, 0, "1848 Q1"), (1815, 4, 153, "1853 Q2"), (1848.5, 4, 0, "1848 Q3"),
        (1848, 12, 14, "1849 Mar"), (1848, 1, 3, "1851"), (1848, 26, 28, "1849 3/26"),
        (-431, 4, 1, "431 BC Q2"),
        (0, 4, 50, "year 12 Q3"),
    ],
)  # fmt: skip
def test_dates(start, per_year, t, text):
    assert date_text(start, per_year, t) == text


def test_numbers_and_lists():
    assert [share_text(x) for x in (0.834, 0.0, 1.0, 0.999)] == [".83", "0", "1", "1"]
    assert [signed(x) for x in (2.14, -0.633, 0.0, -0.001)] == ["+2.1", "-0.63", "0", "0"]
    assert [listed(x) for x in ((), ("A",), ("A", "B"), "ABC")] == ["", "A", "A and B", "A, B and C"]
    spans = ["one round", "half a year", "one year", "2.5 years", "13 years"]
    assert [span(r, 4) for r in (1, 2, 4, 10, 52)] == spans


def test_a_survey_is_of_how_things_stand_before_what_happens_in_its_round():
    scenario = world(
        years=21, strategy="always_defect", buffers={"K": {"between": [["North_Land", "South"]]}},
        epochs=[{"year": 1905, "geography": {"absorption": CERTAIN}}],
    )  # fmt: skip
    of_that_year = [entry for entry in chronicle(scenario).entries if entry.year == 1905]
    kinds = [entry.kind for entry in of_that_year]
    assert kinds.index("epoch") < kinds.index("survey") < kinds.index("buffer lost")
    assert "1 of 1 buffer states stand" in of_that_year[kinds.index("survey")].text

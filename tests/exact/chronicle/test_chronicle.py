"""A chronicle says what happened, when, to whom and why: worlds in which a known thing must happen."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from eventful import busy

from regimesim.chronicle import chronicle
from regimesim.chronicle.entries import ENTRY_KINDS, date_text, share_text, signed, span
from regimesim.chronicle.estrangements import estrangements
from regimesim.chronicle.happenings import prevails, wars
from regimesim.chronicle.institutions import regime_spells
from regimesim.chronicle.reasons import Bench, main_reason
from regimesim.chronicle.replay import replay
from regimesim.core.lanes import Lanes
from regimesim.scenario.messages import InputError, listed
from regimesim.scenario.reading import read_scenario
from regimesim.simulation.columns import ACCUSED, BREACHED, EXCLUDED, MISUNDERSTOOD, WITHHELD

CERTAIN = 52.0
"""A rate per year that makes an event certain in a round, if rounds are years."""


def world(start=1900, years=10, per_year=1, states=("North_Land", "South"), strategy="", **groups):
    groups.setdefault("shadow", {})["rounds_per_year"] = per_year
    groups.setdefault("measure", {}).setdefault("window", 1)
    tree = {"about": {"start": start}, "years": years, "strategy": strategy or "always_cooperate", **groups}
    tree["states"] = states if isinstance(states, dict) else {name: {} for name in states}
    return read_scenario(tree, "made")


def told(scenario, kind, replicate=0):
    return [entry for entry in chronicle(scenario, 0, replicate).entries if entry.kind == kind]


RULES = ("none", "decentralized", "centralized", "collective", "balancing")


# ---- what must happen is told ----


def test_a_certain_war_is_told_with_its_cause_its_end_and_what_was_lost():
    scenario = world(
        per_year=4, years=4, strategy="always_defect",
        war={"unilateral": CERTAIN, "years": 2, "capability_loss": 0.4, "resentment": 0.5,
             "settlement_trust": 0.6},
    )  # fmt: skip
    war = told(scenario, "war")[0]
    assert (war.round, war.year, war.date) == (0, 1900.0, "1900 Q1")
    assert war.text == "War between North Land and South."
    assert war.detail == ("It grows out of defection by both in the same round.",)
    peace = told(scenario, "peace")[0]
    assert peace.date == "1902 Q1"
    ended = replay(scenario, 0, 0).ended
    winner, loser = ("North Land", "South") if ended.capability[8, 0] > 0.5 else ("South", "North Land")
    assert peace.text == f"Peace between North Land and South: {winner} prevails."
    # .5 gives up .2, the winner gains .1; shares of .9 in all
    assert f"Shares of capability: {winner} .50 -> .67, {loser} .50 -> .33." in peace.detail
    assert f"{loser} resents its defeat: revisionism +0.50." in peace.detail
    assert "Trust on both sides is .60; cooperation does not return." in peace.detail


def offences(accident=False, years=8, punishment=3, **more):
    """Prudent states whose norm makes them cooperate; in 1900 something estranges them, later nothing can.

    ``accident``: in 1900 everybody defects by accident, and everybody sees it.
    """
    shadow = {"punishment_years": punishment, **more.pop("shadow", {})}
    first, then = {"choice": {"tremble": 1.0}} if accident else {}, more.pop("then", {})
    return world(
        strategy="prudent", years=years, norms={"restraint": 3.0}, shadow=shadow, **first, **more,
        epochs=[{"year": 1901, "choice": {"tremble": 0.0}, "transparency": {"false_alarm_rate": 0.0},
                 "periphery": {"rate": 0.0}, **then}],
    )  # fmt: skip


def test_a_true_accusation_estranges_until_it_has_run_out():
    (one,) = told(offences(accident=True), "estrangement")
    assert (one.date, one.text) == (
        "1900",
        "North Land and South accuse each other of defection, rightly. The two are estranged (breach) until "
        "1904, its full time.",
    )
    assert one.detail == (
        "South's defection is an accident: it had meant to cooperate.",
        "North Land's defection is an accident: it had meant to cooperate.",
    )
    history = replay(offences(accident=True), 0, 0)
    assert history.decided.open[:, 0, 1].tolist() == [1, 0, 0, 0, 1, 1, 1, 1]  # 1900 and from 1904 on


def test_a_false_accusation_is_told_as_one_and_what_it_did_to_trust():
    """Both are certain to err. At a trust of .8 guilt has the odds .2 to .8, and half of it is lost: .72."""
    scenario = offences(False, transparency={"level": 0.0, "false_alarm_rate": CERTAIN},
                        trust={"initial": 0.8, "shock": 0.5})  # fmt: skip
    (one,) = told(scenario, "estrangement")
    assert one.text == (
        "North Land accuses South of defection, wrongly: it had cooperated (misperception); South accuses "
        "North Land of defection, wrongly: it had cooperated (misperception). The two are estranged (breach) "
        "until 1904, its full time."
    )
    assert one.detail == ("Trust: North Land in South .80 -> .72, South in North Land .80 -> .72.",)


def test_a_charge_that_is_cleared_leaves_a_misunderstanding_and_no_distrust():
    """Every second doubt becomes a charge, and every second charge is cleared: some runs show it."""
    scenario = offences(False, transparency={"level": 0.0, "false_alarm_rate": CERTAIN},
                        diplomacy={"conference": 0.5}, trust={"initial": 0.8, "shock": 0.5})  # fmt: skip
    texts = {entry.text: entry.detail for k in range(8) for entry in told(scenario, "estrangement", k)}
    cleared = "takes South's cooperation for defection; the two confer and clear it up"
    found = [text for text in texts if cleared in text]
    assert found and all("The two are estranged (misunderstanding) until 1904" in text for text in found)
    assert all(texts[text] == () for text in found)


def test_a_quarrel_abroad_and_one_that_is_talked_over():
    quarrel = {"periphery": {"rate": CERTAIN, "insulation": 0.0}}
    (one,) = told(offences(**quarrel), "estrangement")
    assert one.text == (
        "A quarrel abroad spoils the relationship of North Land and South. The two are estranged "
        "(misunderstanding) until 1904, its full time."
    )
    # one quarrel in ten is felt, and nine in ten of those are talked over in the first year
    talking = offences(**quarrel, diplomacy={"renegotiation": CERTAIN, "conference": 0.9})
    found = [entry.text for k in range(40) for entry in told(talking, "estrangement", k)]
    assert any(text.endswith("until 1902, when it is talked over.") for text in found)
    assert all("talked over" in text or "full time" in text for text in found)


def test_a_state_in_a_game_of_chicken_gives_in():
    """A war comes with .63 a year and costs 40: to be estranged pays 1 - .63 * 40, to yield 0."""
    scenario = offences(accident=True, war={"mutual": 1.0, "cost": 40.0})
    texts = [told(scenario, "estrangement", k)[0].text for k in range(20)]
    yielded = [text for text in texts if text.endswith("(breach) until 1902, when one side gives in.")]
    fought = [text for text in texts if text.endswith("(breach) until war breaks out, 1901.")]
    assert yielded and fought and len(yielded) + len(fought) == 20


def test_an_offence_that_is_let_pass():
    scenario = offences(accident=True, shadow={"resolve": 0.0}, trust={"shock": 0.5})
    assert told(scenario, "estrangement") == []
    texts = {entry.text for entry in told(scenario, "forgiven")}
    assert "North Land sees a defection by South and lets it pass (leniency). Trust 1 -> .50." in texts


def test_repeated_estrangements_are_one_episode():
    """Accidents for six years, each answered for a year: 1900, 1902, 1904; open again in 1906."""
    scenario = world(
        strategy="prudent", years=10, choice={"tremble": 1.0}, shadow={"punishment_years": 1},
        norms={"restraint": 3.0}, epochs=[{"year": 1906, "choice": {"tremble": 0.0}}],
    )  # fmt: skip
    (one,) = told(scenario, "estrangement")
    assert one.date == "1900"
    assert one.text == (
        "North Land and South are estranged three times by 1904, for three years in all (three breaches)."
    )
    assert one.detail == ("All six accusations are right.", "The last lasts until 1906, its full time.")


@pytest.mark.parametrize("fourth", ["prudent", "always_cooperate"])
def test_war_out_of_an_estrangement_that_nobody_joins(fourth):
    """All are estranged from all, so that nobody is open with the foe of its foe; but an automaton is never
    estranged. Before the first peace nobody can join."""
    states = {"A": {}, "B": {}, "C": {}, "D": {"strategy": fourth}}
    scenario = offences(accident=True, states=states, punishment=6,
                        war={"mutual": 0.4, "contagion": 1.0, "years": 3})  # fmt: skip
    fought = 0
    for replicate in range(10):
        begun = wars(replay(scenario, 0, replicate))
        for war, entry in zip(begun, told(scenario, "war", replicate), strict=True):
            if war.t < begun[0].t + 3:
                assert entry.detail[0] == "It grows out of an estrangement (breach) that began in 1900."
                assert war.joined == ()
                fought += 1
    assert fought > 10


def test_a_third_state_joins_against_the_one_it_is_estranged_from():
    """A's grievance makes it defect against both in 1905. So B and C are estranged from A, and open to each
    other: when war comes between A and B, C joins it against A."""
    scenario = world(
        strategy="prudent", years=12, states={"A": {}, "B": {}, "C": {}}, shadow={"punishment_years": 9},
        war={"contagion": 1.0, "years": 5}, payoffs={"game": "any"},
        epochs=[{"year": 1905, "states": {"A": {"revisionism": 99.0}}},
                {"year": 1906, "war": {"mutual": CERTAIN}}],
    )  # fmt: skip
    begun = wars(replay(scenario, 0, 0))
    assert [(war.t, war.i, war.j, war.joined) for war in begun] == [(6, 0, 1, ((2, 0),))]
    (war,) = told(scenario, "war")
    assert war.detail == (
        "It grows out of an estrangement (breach) that began in 1905.",
        "C, estranged from A, joins against it: 3 of 3 great powers fight.",
        "With those already at war it is a systemic war.",
    )


def test_a_buffer_absorbed_by_one_of_two_estranged_states():
    scenario = offences(
        accident=True,
        states={"A": {"capability": 1e9}, "B": {}, "C": {}}, geography={"absorption_gain": 0.5},
        buffers={"Low_Lands": {"between": [["A", "B"], ["B", "C"]]}},
        then={"geography": {"absorption": CERTAIN}},
    )  # fmt: skip
    (lost,) = told(scenario, "buffer lost")
    assert (lost.date, lost.text) == ("1901", "A absorbs Low Lands while it is estranged from B.")
    # all but nothing, and a half of everything on top, of one and a half
    assert lost.detail == ("It had lain between A-B and B-C.", "Share of capability 1 -> 1.")


def test_a_leader_every_round():
    scenario = world(
        domestic={"turnover": CERTAIN}, norms={"restraint": 1.0, "institutionalization": 0.5}, years=3
    )
    leaders = told(scenario, "new leader")
    assert leaders[0].text == "A new leader in North Land keeps .50 of the old norm (1 -> .50)."
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
    assert revolution.text == "Revolutions: North Land and South. New leaders keep .65 of the old norm."
    assert revolution.detail == (
        "Norm: North Land 1 -> .65, South 1 -> .65.", "It leaves nationalism: revisionism +0.75.",
    )  # fmt: skip


def accused(rule, **more):
    """A's grievance makes it defect against everybody from 1901 on. C and D let what is done to them pass, as
    their resolve is 0. So B accuses A, and C and D are asked."""
    powers = {name: {"veto": name in more.get("veto", ())} for name in "ABCD"}
    powers["C"]["resolve"] = powers["D"]["resolve"] = 0.0
    powers["A"]["capability"] = 3.0
    sanctions = {"rule": rule, "enforcement_value": 50.0, "cost": 0.5, "credibility": 0.5, "severity": 2.0}
    return world(
        states=powers, years=6, strategy="prudent", affinity=more.get("affinity", {}),
        shadow={"punishment_years": 2, "discount_factor": 0.5}, payoffs={"game": "any"},
        norms={"restraint": 5.0},
        sanctions={**sanctions, "alliance_weight": 0.0, **more.get("sanctions", {})},
        epochs=[{"year": 1901, "states": {"A": {"revisionism": 999.0}}}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("decentralized", "B publicly accuses A. C and D join the sanction and exclude it (M 1)."),
        ("collective", "B publicly accuses A. C and D stand with the victim and exclude it (M 1)."),
        ("centralized", "B publicly accuses A. The vote passes: C and D exclude it (M 1)."),
    ],
)
def test_an_accusation_under_every_rule(rule, text):
    scenario = accused(rule, sanctions={"quorum": 0.4})
    sanction = told(scenario, "sanction")[0]
    assert (sanction.date, sanction.text) == ("1901", text)
    history = replay(scenario, 0, 0)
    own = {float(history.reckoned.excluded[1, k, 0]) for k in (2, 3)}
    (price,) = own  # C and D stand alike
    assert sanction.detail[0] == (
        f"What joining costs: C and D {0.5 + price:.1f} each ({price:.1f} of it in dealings with A)."
    )
    assert sanction.detail[1].endswith("it is excluded until 1904.")  # 1902 and 1903
    assert ("and pays 2 a year" in sanction.detail[1]) == (rule == "centralized")
    assert sanction.detail[2] == "Credibility of enforcement .50 -> .55."
    assert history.decided.open[:, 0, 2].tolist()[:4] == [1, 1, 0, 0]


def test_balancing_asks_whoever_is_not_a_victim():
    """In 1901 A defects against all: nobody is left to be asked. From 1902 on B, estranged, is no victim."""
    (sanction,) = told(accused("balancing", sanctions={"balance_weight": 99.0}), "sanction")
    assert sanction.date == "1902"
    assert sanction.text == (
        "A is opposed for its strength in four rounds by 1905. Against it act B four times (M 1 on average)."
    )


def test_nobody_acts_where_nobody_gains_by_it():
    changes = {"enforcement_value": 0.0, "cost": 9.0}
    sanction = told(accused("decentralized", sanctions=changes), "sanction")[0]
    assert sanction.text == "B publicly accuses A. Nobody acts against it (M 0)."
    assert sanction.detail == ("Credibility of enforcement .50 -> .45.",)


def test_a_veto_stops_the_vote():
    sanction = told(accused("centralized", veto="C", affinity={"C-to-A": 0.9}), "sanction")[0]
    assert sanction.text == "B publicly accuses A. The vote fails: C objects (veto)."


def test_a_sanctioned_member_leaves():
    (left,) = told(accused("decentralized", sanctions={"exit": 1.0}), "membership")
    assert (left.text, left.detail) == ("A, sanctioned, leaves the institution.", ("Three members remain.",))


def test_credibility_that_falls_says_why():
    changes = {"enforcement_value": 0.0, "cost": 9.0, "credibility_learning": 0.5}
    fall = told(accused("decentralized", sanctions=changes), "credibility")[0]
    assert fall.text == "Credibility of enforcement falls to .25: too little was done about A."


def test_a_doubt_talked_through():
    """Half of what would have been false alarms comes before a conference; the first such doubt is told."""
    scenario = world(
        strategy="prudent", years=20, transparency={"level": 0.0, "false_alarm_rate": 0.5},
        diplomacy={"conference": 0.9}, norms={"restraint": 3.0}, shadow={"punishment_years": 0.5},
    )  # fmt: skip
    texts = [entry.text for k in range(5) for entry in told(scenario, "talked through", k)]
    assert texts and set(texts) <= {
        f"{a} doubts {b}; the two talk it through (conference), and no charge comes of it."
        for a, b in (("North Land", "South"), ("South", "North Land"))
    }


def fading(half_life=10.0, **more):
    """margin = -2 + 1 + 2.2 n, and n = 2^(-(t+1)/10): below 0 from the 12th round on.

    Open dealings are worth 3 / (1 - .5) = 6; a year without them pays 1 and halves the rest, a loss of 2.
    """
    return world(
        strategy="prudent", years=30, norms={"restraint": 2.2, "half_life": half_life},
        shadow={"discount_factor": 0.5, "punishment_years": 1}, **more,
    )  # fmt: skip


def test_a_break_by_fading_memory_is_dated_and_explained():
    lead = told(fading(), "break")[0]
    assert (lead.round, lead.date) == (11, "1911")
    assert lead.text == ("North Land and South stop cooperating with each other, after eleven years.")
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
    why = "North Land had a new leader (1908) who kept less of the old norm (norm 1 -> .30)"
    assert why in lead.detail[2]
    epoch = told(scenario, "epoch")[0]
    assert (epoch.date, epoch.text) == ("1908", "A year of changes.")


def test_a_break_by_a_change_of_what_holds():
    scenario = fading(math.inf, epochs=[
        {"year": 1906, "because": "New weapons", "payoffs": {"temptation": 5.9}}
    ])  # fmt: skip
    assert told(scenario, "break") == []  # cooperation is still worth 2.2 - 1.9
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


def test_cooperation_comes_back_when_it_pays_again_and_the_two_are_open():
    """Defection in 1905, 1907, 1909 and 1911, each answered for a year; the temptation is gone in 1912."""
    scenario = fading(math.inf, payoffs={"game": "any"}, epochs=[
        {"year": 1905, "payoffs": {"temptation": 6.5}},
        {"year": 1912, "because": "The prize is gone", "payoffs": {"temptation": 5.0}},
    ])  # fmt: skip
    (back,) = told(scenario, "restoration")
    assert (back.date, back.text) == ("1913", "North Land and South cooperate, after eight years without.")
    assert back.detail == (
        "Their last estrangement ended in 1913.",
        "What changed most: now (+1.5): what holds has changed (The prize is gone).",
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


@pytest.mark.parametrize("replicate", [12, 16, 17])
def test_regimes_that_are_told_begin_and_end_in_turn(replicate):
    """Also where there are many; and the last of them agrees with what is said at the end."""
    entries = chronicle("concert", 0, replicate).entries
    turns = [entry.kind for entry in entries if entry.kind.startswith("regime ")]
    assert turns[::2] == ["regime begins"] * len(turns[::2])
    assert turns[1::2] == ["regime collapses"] * len(turns[1::2])
    assert entries[-1].text.endswith("; the regime stands.") == (turns[-1] == "regime begins")


def test_the_end_of_a_regime_in_one_sentence():
    assert chronicle(fading()).summary == (
        "The regime held ten years, 1901 to 1911; it ended when the two no longer reliably cooperated "
        "(what had fallen most: norm); there was no war."
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
            lane = theirs[5] if name == "reach" else theirs[..., 5]
            assert np.array_equal(ours[0] if name == "reach" else ours[..., 0], lane), name


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
    kinds = Counter(one.kind for one in estrangements(history) if one.kind != WITHHELD)
    assert [kinds[kind] for kind in (MISUNDERSTOOD, BREACHED, EXCLUDED)] == tally.estrangements[:, 0].tolist()
    false = sum(all(charge.kind != ACCUSED for charge in one.charges) for one in estrangements(history)
                if one.kind == BREACHED)  # fmt: skip
    assert false == tally.false_breaches[0]
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
        alarms = bench.alarms(t)  # without conferences there are more
        assert (alarms >= history.reckoned.alarm[t]).all() and (alarms > history.reckoned.alarm[t]).any()


def busy_at_home(wanted=0.0):
    """A wave strikes both in 1901 for three years, in which half of what tempts them is put aside.

    ``wanted``: what North Land wants more from 1904 on, when the turmoil is over.
    """
    return world(
        strategy="prudent", years=6, trust={"initial": 1.0},
        domestic={"turmoil_years": 3, "preoccupation": 0.5, "spread": 1.0},
        epochs=[
            {"year": 1901, "domestic": {"revolution": CERTAIN}},
            {"year": 1902, "domestic": {"revolution": 0.0}},
            {"year": 1904, "states": {"North_Land": {"revisionism": wanted}}},
        ],
    )  # fmt: skip


def test_a_revolution_keeps_a_state_busy_until_it_is_over():
    """T - R is 2: 1 less tempts while the turmoil lasts."""
    bench = Bench(replay(busy_at_home(), 0, 0))
    struck, over = main_reason(bench, 0, 1, 1, 0, sign=1), main_reason(bench, 0, 1, 4, 3)
    assert (struck.term, struck.change, struck.because) == (
        "now", pytest.approx(1), "a revolution keeps North Land busy at home",
    )  # fmt: skip
    assert (over.term, over.change) == ("now", pytest.approx(-1))
    assert over.because == (
        "the revolution in North Land is over, and there is time for temptations abroad again"
    )


@pytest.mark.parametrize(("wanted", "told"), [(0.4, False), (0.6, False), (0.7, True), (0.9, True)])
def test_a_second_cause_is_told_if_it_did_at_least_half_as_much(wanted, told):
    """With ``wanted`` more, the end of the turmoil did (2 + wanted) / 2 and the grievance ``wanted``: half as
    much at 2/3."""
    found = main_reason(Bench(replay(busy_at_home(wanted), 0, 0)), 0, 1, 4, 3)
    assert found.change == pytest.approx(-1 - wanted)
    assert found.because.startswith("the revolution in North Land is over")
    assert ("wants more than before" in found.because) == told


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
        shadow={"punishment_years": 0.5},
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
    scenario = offences(
        accident=True, years=21, punishment=20, buffers={"K": {"between": [["North_Land", "South"]]}},
    )  # fmt: skip
    scenario = replace(scenario, phases=(
        *scenario.phases,
        replace(scenario.phases[-1], year=5.0, because="Greed", parameters={
            **scenario.phases[-1].parameters, "geography.absorption": CERTAIN})))  # fmt: skip
    of_that_year = [entry for entry in chronicle(scenario).entries if entry.year == 1905]
    kinds = [entry.kind for entry in of_that_year]
    assert kinds.index("epoch") < kinds.index("survey") < kinds.index("buffer lost")
    assert "1 of 1 buffer states stand" in of_that_year[kinds.index("survey")].text

"""Worlds and orders: files are merged as Hydra merges them, and a swap changes nothing of what is kept."""

import re
from itertools import pairwise, product

import pytest
import yaml

import regimesim as rs
from regimesim.scenario.compose import load_scenario, settled, sweep_request
from regimesim.scenario.composition import combination, combined_name, composition, part_tree
from regimesim.scenario.files import configs_folder, names_of
from regimesim.scenario.messages import InputError, prompt
from regimesim.scenario.parameters import BY_NAME, ORDER, STATE, WORLD
from regimesim.scenario.reading import read_scenario
from regimesim.scenario.remarks import remarks
from regimesim.scenario.scenario import tree_of

SCENARIOS = sorted(path.stem for path in (configs_folder() / "scenario").glob("*.yaml"))
WORLDS = sorted(path.stem for path in (configs_folder() / "world").glob("*.yaml"))
ORDERS = sorted(path.stem for path in (configs_folder() / "order").glob("*.yaml"))
TWO = "superpowers_1946"


def hydras(folder, *overrides):
    """The same files composed by Hydra itself."""
    hydra, core, omegaconf = (
        pytest.importorskip("hydra"),
        pytest.importorskip("hydra.core.global_hydra"),
        pytest.importorskip("omegaconf"),
    )
    core.GlobalHydra.instance().clear()
    with hydra.initialize_config_dir(str(folder), version_base="1.3"):
        return omegaconf.OmegaConf.to_container(hydra.compose(None, list(overrides)), resolve=False)


def ours(name, **choices):
    """Our own merge, without the names of the choices, which Hydra keeps elsewhere."""
    tree = composition(name, choices).tree
    for group in (WORLD, ORDER):
        del tree["about"][group]["name"]
    return tree


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A working directory with a folder of one's own; call it with a path and a text."""
    monkeypatch.chdir(tmp_path)

    def write(path, text):
        file = tmp_path / "configs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    return write


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_merge_is_hydras(name):
    assert ours(name) == hydras(configs_folder(), f"+scenario={name}")


@pytest.mark.parametrize(("name", "order"), [("concert", "collective_security"), ("league", "self_help")])
def test_a_swap_is_hydras(name, order):
    mine, theirs = ours(name, order=order), hydras(configs_folder(), f"+scenario={name}", f"order={order}")
    for key in ("title", "represents", "claims", "source"):  # true of the scenario's own combination only
        del theirs["about"][key]
    assert mine == theirs


@pytest.mark.parametrize(("world", "order"), [(TWO, "concert"), ("trade", "league")])
def test_a_combination_is_hydras(world, order):
    mine = ours(combined_name(world, order))
    assert mine == hydras(configs_folder(), f"+world={world}", f"+order={order}")


def test_overrides_and_bases_are_hydras(own, tmp_path):
    for folder in ("world", "order", "assumptions", "scenario"):
        for path in (configs_folder() / folder).glob("*.yaml"):
            own(f"{folder}/{path.name}", path.read_text("utf-8"))
    head = "# @package _global_\n"
    own("scenario/first.yaml", head + "defaults: [concert, {override /order: league}]\nyears: 50\n")
    own("scenario/second.yaml", head + "defaults: [_self_, first, {override /world: trade}]\nyears: 20\n")
    for name in ("first", "second"):
        mine, theirs = composition(name).tree, hydras(tmp_path / "configs", f"+scenario={name}")
        assert mine["years"] == theirs["years"] == 50
        for group in (WORLD, ORDER):
            del mine["about"][group]["name"]
        for key in ("title", "represents", "claims", "source"):
            theirs["about"].pop(key)
        assert mine == theirs
    assert load_scenario("first").title == "Europe 1816 under the League of Nations"
    assert load_scenario("second").world.name == "trade"


@pytest.mark.parametrize(("world", "order"), list(product(WORLDS, ORDERS)))
def test_every_combination_reads_or_says_why_not(world, order):
    if world == TWO and order.startswith("balance"):
        with pytest.raises(InputError, match="needs at least 3 states; Superpowers 1946 has 2"):
            load_scenario("", [f"world={world}", f"order={order}"])
        return
    scenario = load_scenario("", [f"world={world}", f"order={order}"])
    assert (scenario.world.name, scenario.order.name) == (world, order)
    assert scenario.name == combined_name(world, order)
    assert scenario.title == f"{scenario.world.title} under {scenario.order.title}"
    assert scenario.represents and scenario.source
    assert read_scenario(tree_of(scenario), scenario.name) == scenario


@pytest.mark.parametrize("world", WORLDS)
def test_a_swapped_order_changes_nothing_of_the_world(world):
    """Whatever belongs to the world is the same number at every moment under every order."""
    orders = [order for order in ORDERS if not (world == TWO and order.startswith("balance"))]
    kept = [_of_the_world(load_scenario("", [f"world={world}", f"order={order}"])) for order in orders]
    assert all(one == kept[0] for one in kept)


@pytest.mark.parametrize("order", ORDERS)
def test_a_swapped_world_changes_nothing_of_the_order(order):
    worlds = [world for world in WORLDS if not (world == TWO and order.startswith("balance"))]
    kept = [_of_the_order(load_scenario("", [f"world={world}", f"order={order}"])) for world in worlds]
    assert all(one == kept[0] for one in kept)


def _of_the_world(scenario):
    """Everything of a scenario that belongs to its world, each time that any of it changes."""
    moments = [
        (
            phase.year,
            {name: value for name, value in phase.parameters.items() if BY_NAME[name].belongs == WORLD},
            [(s.name, {p.name: s[p.name] for p in STATE if p.belongs == WORLD}) for s in phase.states],
            phase.buffers,
            phase.affinity,
        )
        for phase in scenario.phases
    ]
    changed = [now for before, now in pairwise(moments) if before[1:] != now[1:]]
    return scenario.start, scenario.years, scenario.prior, [moments[0], *changed]


def _of_the_order(scenario):
    moments = [
        (phase.year, {name: v for name, v in phase.parameters.items() if BY_NAME[name].belongs == ORDER})
        for phase in scenario.phases
    ]
    changed = [now for before, now in pairwise(moments) if before[1] != now[1]]
    return [moments[0], *changed]


@pytest.mark.parametrize("group", [WORLD, ORDER])
def test_the_tree_of_a_swap_differs_in_nothing_else(group):
    """What `show` prints: each key of the kept part is there, with the same value."""
    kept = part_tree(group, "europe_1816" if group == WORLD else "concert")
    swap = {"order": "collective_security"} if group == WORLD else {"world": "trade"}
    tree = composition("concert", swap).tree
    for name, value in _leaves(kept):
        here = tree
        for key in name:
            here = here[key]
        assert here == value, name


def _leaves(tree, path=()):
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_moves_no_number(name):
    tree = yaml.safe_load((configs_folder() / "scenario" / f"{name}.yaml").read_text("utf-8"))
    assert set(tree) == {"defaults", "about"}
    assert set(tree["about"]) == {"title", "represents", "claims", "source"}


def test_a_swap_says_so_in_its_title():
    assert (
        load_scenario("concert", ["order=collective_security"]).title
        == "Europe 1816 under collective security"
    )
    assert load_scenario("concert", ["world=trade"]).title == "Five trading partners under the Concert"
    assert load_scenario("concert", ["order=concert"]) == load_scenario("concert")
    assert load_scenario("concert").title == "Concert of Europe, 1816"
    assert load_scenario("europe_1816_under_concert") == load_scenario(
        "", ["world=europe_1816", "order=concert"]
    )
    assert combination("concert") is None


def test_a_sweep_takes_several_orders_and_worlds():
    from regimesim.sweeps.design import expand

    points = expand(sweep_request(["world=trade,equals_five", "order=self_help,concert"], {}), [])
    assert [world.name for world in points.worlds] == [
        "trade_under_self_help", "trade_under_concert",
        "equals_five_under_self_help", "equals_five_under_concert",
    ]  # fmt: skip
    points = expand(sweep_request(["+scenario=concert", "order=self_help,concert"], {}), [])
    assert [world.name for world in points.worlds] == ["europe_1816_under_self_help", "concert"]


WORLD_FILE = """# @package _global_
defaults: [/assumptions/world, _self_]
about: {start: 1900, world: {title: Rivals}}
states: {Ruritania: {capability: 2}, Graustark: {}, Strelsau: {}}
"""
ORDER_FILE = """# @package _global_
defaults: [/assumptions/order, _self_]
about: {order: {title: a directorate}}
members: {strongest: 2}
"""


def test_files_of_ones_own_in_either_group(own):
    world, order = own("world/rivals.yaml", WORLD_FILE), own("order/directorate.yaml", ORDER_FILE)
    mine = load_scenario("", ["world=rivals", "order=directorate"])
    assert mine.title == "Rivals under a directorate" and mine.start == 1900
    assert [s["member"] for s in mine.phases[0].states] == [True, True, False]
    assert mine["payoffs.temptation"] == load_scenario("concert")["payoffs.temptation"]
    assert load_scenario("concert", ["order=directorate"]).states == load_scenario("concert").states
    assert load_scenario("concert", ["world=rivals"]).order.name == "concert"
    by_path = load_scenario("", [f"world={world}", f"order={order}"])
    assert by_path.phases == mine.phases and by_path.name == "rivals_under_directorate"
    assert "rivals" in names_of("world") and "directorate" in names_of("order")


def test_a_flat_file_is_a_scenario_as_before(own):
    own("scenario/flat.yaml", "about: {title: Flat}\nstates: {A: {veto: true}, B: {}}\nwar: {cost: 3}\n")
    flat = load_scenario("flat", ["war.cost=4"])
    assert flat["war.cost"] == 4 and not flat.world and not flat.order
    with pytest.raises(
        InputError, match=r"configs/scenario/flat.yaml has no order of its own that order=concert"
    ):
        load_scenario("flat", ["order=concert"])


def test_a_scenario_of_ones_own_may_move_numbers(own):
    own(
        "scenario/inspected.yaml",
        "defaults: [{/world: europe_1816}, {/order: concert}, _self_]\n"
        "about: {title: Inspected}\ntransparency: {level: 0.7}\nmeasure: {window: 1}\n"
        "epochs: {inspections: [{year: 1820, because: Inspections, transparency: {level: 0.9}}]}\n",
    )
    mine, concert = load_scenario("inspected"), load_scenario("concert")
    assert (mine.title, mine["transparency.level"], mine["measure.window"]) == ("Inspected", 0.7, 1)
    assert len(mine.phases) == len(concert.phases) + 1
    swapped = load_scenario("inspected", ["order=self_help"])
    assert (swapped.title, swapped["transparency.level"]) == ("Europe 1816 under self-help", 0.7)


def test_what_is_shown_is_read_as_the_same(own):
    for name, changes in (("league", []), ("concert", ["order=deterrence", "war.cost=3", "years=20"])):
        tree, scenario = settled(name, changes)
        path = own("scenario/copy.yaml", yaml.safe_dump(tree, sort_keys=False))
        copy = load_scenario(str(path))
        assert scenario == load_scenario(name, changes)
        assert (copy.phases, copy.title, copy.world) == (scenario.phases, scenario.title, scenario.world)


WRONG = {
    "an order's setting in a world": (
        "world",
        "sanctions: {rule: collective}",
        "sanctions.rule belongs to an order (a file in configs/order)",
    ),
    "a world's setting in an order": (
        "order",
        "war: {cost: 3}",
        "war.cost belongs to a world (a file in configs/world), and this is an order",
    ),
    "how a run is measured": (
        "order",
        "measure: {window: 1}",
        "measure.window belongs to neither world nor order (a scenario's file or the",
    ),
    "a veto in a world": (
        "world",
        "states: {A: {veto: true}, B: {}}",
        "and this is a world; write it as its vetoes",
    ),
    "a strategy in a world": (
        "world",
        "states: {A: {strategy: grim}, B: {}}",
        "states.A.strategy belongs to an order",
    ),
    "an order's setting in an epoch": (
        "world",
        "epochs: {a: [{year: 1905, norms: {restraint: 1}}]}",
        "norms.restraint belongs to an order",
    ),
    "a world's setting in a reform": (
        "order",
        "reforms: [{year: 5, power: {weight: 1}}]",
        "power.weight belongs to a world",
    ),
    "a state in a reform": ("order", "reforms: [{year: 5, states: {A: {}}}]", "states belongs to a world"),
    "states in an order": ("order", "states: {A: {}}", "states belongs to a world"),
    "epochs in an order": ("order", "epochs: []", "epochs belongs to a world"),
    "reforms in a world": ("world", "reforms: []", "reforms belongs to an order"),
    "members in a world": ("world", "members: all", "members belongs to an order"),
    "a title of the scenario's": (
        "world",
        "about: {title: X}",
        "about.title is a scenario's; here write about: {world: ",
    ),
    "a start of an order": (
        "order",
        "about: {start: 1900}",
        "about.start is a scenario's; here write about: {order: ",
    ),
    "a misspelt key": ("order", "membres: all", "no key 'membres'. Did you mean 'members'?"),
    "a choice in a world": (
        "world",
        "defaults: [{/order: concert}]",
        "only a scenario chooses a world and an order; got '/order'",
    ),
    "a relative choice": (
        "scenario",
        "defaults: [{world: trade}]",
        "defaults choose a /world or an /order; got 'world'; write /world",
    ),
    "a file that is a choice": (
        "scenario",
        "defaults: [/world/trade]",
        "write {/world: trade} in defaults, not /world/trade",
    ),
    "a file from elsewhere": (
        "world",
        "defaults: [/engine/local]",
        "defaults name files of world or /assumptions; got",
    ),
    "a path": ("world", "defaults: [../order/concert]", "defaults name files of world or /assumptions; got"),
    "no such world": (
        "scenario",
        "defaults: [{/world: traed}]",
        "defaults: no world 'traed'. Did you mean 'trade'?",
    ),
    "two worlds": (
        "scenario",
        "defaults: [{/world: trade}, {/world: trade}]",
        "defaults choose a world twice; override it",
    ),
    "an override of nothing": (
        "scenario",
        "defaults: [{override /world: trade}]",
        "defaults override /world, but no file named there chooses",
    ),
    "a circle": ("scenario", "defaults: [mine]", "defaults go round in a circle"),
    "a list of worlds": (
        "scenario",
        "defaults: [{/world: [trade, x]}]",
        "defaults, /world takes one name; got",
    ),
    "no list": ("scenario", "defaults: trade", "defaults is a list such as"),
    "a number": ("scenario", "defaults: [3]", "an entry of defaults is NAME or {/world: NAME}; got 3"),
    "itself twice": ("scenario", "defaults: [_self_, _self_]", "defaults name _self_ twice"),
    "a value out of bounds in an order": (
        "order",
        "defaults: [/assumptions/order]\ntransparency: {level: 4}",
        "transparency.level must lie in [0, 1]; got 4",
    ),
    "a value out of bounds in a world": (
        "world",
        "defaults: [trade]\nstates: {A: {unrest: 4}}",
        "states.A: unrest must lie in [0, 1]; got 4",
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_one_sentence_with_its_place(mistake, own):
    group, text, words = WRONG[mistake]
    own(f"{group}/mine.yaml", text + "\n")
    chosen = {
        "world": "world=mine order=concert",
        "order": "world=trade order=mine",
        "scenario": "scenario=mine",
    }
    with pytest.raises(InputError) as refused:
        load_scenario("", chosen[group].split())
    assert words in str(refused.value)
    assert f"configs/{group}/mine.yaml" in str(refused.value)


TYPED = {
    "order=concrt": "no order 'concrt'. Did you mean 'concert'?",
    "order=": "order takes a name: order=NAME (command line)",
    "~order": "order takes a name: order=NAME (command line)",
    "world=nowhere.yaml": "no world file 'nowhere.yaml'",
    "members=some": "command line: members: must be all, none,",
    "vetoes={named:[Spain]}": "command line: vetoes: Spain not in this world; add a rule for other worlds",
    "~epochs.unificatio": "Did you mean 'epochs.unification'?",
    "membrs=all": "Did you mean 'members'?",
}


@pytest.mark.parametrize("typed", TYPED)
def test_a_mistake_on_the_command_line(typed):
    with prompt(), pytest.raises(InputError, match=re.escape(TYPED[typed])):
        load_scenario("concert", [typed])


def test_what_has_no_effect_is_said():
    def said(*chosen):
        return remarks(load_scenario("", list(chosen)))

    two = said(f"world={TWO}", "order=collective_security")
    assert two == (
        "sanctions.rule=collective has no effect between two states: "
        "there is no third state to join a sanction.",
    )
    (unarmed,) = said("world=europe_1816", "order=deterrence")
    assert unarmed == "deterrence.prudence has no effect: no state of this world has nuclear arms."
    (alone,) = said("world=trade", "order=concert", "members={strongest:1}", "diplomacy.conference=.5")
    assert alone.startswith("diplomacy.conference=0.5 has no effect: fewer than two states are members")
    for name in SCENARIOS:
        assert remarks(load_scenario(name)) == ()


def test_what_has_an_effect_at_some_time_is_not_said_to_have_none():
    """Three states are enough for a sanction; two members are, if only later; and so is an arm."""
    three = {"states": {name: {} for name in "ABC"}, "sanctions": {"rule": "collective"}}
    assert remarks(read_scenario(three, "three")) == ()
    later = {"states": {name: {"member": True} for name in "AB"}}
    outside = {"states": {name: {"member": False} for name in "AB"}, "diplomacy": {"conference": 0.5}}
    assert len(remarks(read_scenario(outside, "outside"))) == 1
    assert remarks(read_scenario({**outside, "epochs": [{"year": 5, **later}]}, "later")) == ()
    unarmed = {"states": {"A": {}, "B": {}}, "deterrence": {"prudence": 0.5}}
    assert len(remarks(read_scenario(unarmed, "unarmed"))) == 1
    armed = {"year": 5, "states": {"A": {"nuclear": True}}}
    assert remarks(read_scenario({**unarmed, "epochs": [armed]}, "armed later")) == ()


@pytest.mark.parametrize("world", ["europe_1816", "powers_1920"])
def test_leaders_and_revolutions_are_the_same_bit_for_bit(world):
    """On the same seed, the same leaders fall and the same waves strike under every order."""
    histories = {
        order: _home_fronts(world, order) for order in ("self_help", "concert", "collective_security")
    }
    first = histories.pop("self_help")
    assert len(first) > 20 and {kind for kind, *_ in first} == {"leader", "revolution"}
    for history in histories.values():
        assert history == first


def _home_fronts(world, order):
    """New leaders and revolutions of three runs, read from the model round by round."""
    scenario = load_scenario("", [f"world={world}", f"order={order}", "years=60"])
    found = []
    for replicate in range(3):
        model = rs.RegimeModel(scenario, seed=7, replicate=replicate)
        for t in range(scenario.rounds):
            model.step()
            struck, fallen = model.lanes.world.revolted[:, 0], model.lanes.world.new_leader[:, 0]
            found += [("revolution", replicate, t, int(i)) for i in struck.nonzero()[0]]
            found += [("leader", replicate, t, int(i)) for i in fallen.nonzero()[0]]
    return found

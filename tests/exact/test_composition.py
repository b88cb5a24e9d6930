"""Worlds and orders: files are merged as Hydra merges them, and a swap changes nothing of what is kept."""

from itertools import pairwise, product

import pytest
import yaml

from regimesim.scenario.compose import load_scenario, sweep_request
from regimesim.scenario.composition import combination, combined_name, composition, part_tree
from regimesim.scenario.files import configs_folder
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME, ORDER, STATE, WORLD
from regimesim.scenario.reading import read_scenario
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

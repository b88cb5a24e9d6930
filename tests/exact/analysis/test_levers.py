"""Levers: moves stay in the declared ranges, and a moved order is the same in arrays and as a scenario."""

import numpy as np
import pytest
from handmade import world

import regimesim as rs
from regimesim.analysis.levers import BUFFERS, LEVER_KINDS, Lever, all_levers, levers_of, moved
from regimesim.scenario.messages import InputError
from regimesim.scenario.parameters import BY_NAME
from regimesim.scenario.scenario import check_phases
from regimesim.simulation.assumptions import design_of_draws
from regimesim.simulation.lowering import lower

NAMES = ("concert", "bipolar", "collective_security", "anarchy")
HALF = Lever("transparency.level", 0.2, 0.6)


@pytest.mark.parametrize(
    ("own", "move", "value"),
    [
        (0.4, 0.5, 0.5),
        (0.4, -0.5, 0.3),
        (0.4, 1, 0.6),
        (0.4, -1, 0.2),
        (0.4, 0, 0.4),
        (0.6, 1, 0.6),
        (0.7, 1, 0.7),
    ],
)
def test_a_move_is_a_share_of_the_way_to_an_end_of_the_range(own, move, value):
    """And what lies outside the range stays."""
    assert float(HALF.to(np.array(own), move)) == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_no_move_leaves_the_declared_range(name):
    made = rs.load_scenario(name)
    for lever in levers_of(made, together=True).levers:
        ends = BY_NAME[lever.name].range if lever.name != BUFFERS else (0.0, 1.0)
        for move in np.linspace(-1, 1, 17):
            after = moved(made, {lever: float(move)})
            check_phases(after, "")
            values = np.concatenate([lever.values(phase) for phase in after.phases])
            assert (values >= ends[0]).all() and (values <= ends[1]).all()


@pytest.mark.parametrize("name", NAMES)
def test_arrays_and_scenarios_are_moved_alike(name):
    made = rs.load_scenario(name)
    levers = levers_of(made, together=True).levers
    moves = np.random.default_rng(1).uniform(-1, 1, (3, len(levers)))
    design = design_of_draws(made, {}, 3)
    for lever, column in zip(levers, moves.T, strict=True):
        lever.write(design, np.arange(3), column)
    for row, move in enumerate(moves):
        one = lower(moved(made, dict(zip(levers, map(float, move), strict=True))))
        assert np.array_equal(one.parameters[0], design.parameters[row])
        assert np.array_equal(one.strength[0], design.strength[row])


def test_a_value_can_be_held_against_what_other_points_have():
    made = rs.load_scenario("concert")
    (lever,) = levers_of(made, ["shadow.resolve"]).levers
    design = design_of_draws(made, {"shadow.resolve": np.array([0.3, 0.9])}, 2)
    lever.hold(design, made, 0.5, since=2)
    assert np.allclose(design.parameters["shadow"]["resolve"][:, 2:], 0.25 + 0.5 * 0.75)
    assert np.allclose(design.parameters["shadow"]["resolve"][:, :2], [[0.3], [0.9]])


def test_every_lever_is_of_a_kind_and_belongs_to_the_order():
    assert {lever.kind for lever in all_levers()} == set(LEVER_KINDS)
    for lever in all_levers():
        assert lever.name == BUFFERS or BY_NAME[lever.name].belongs == "order"


def test_levers_that_can_do_nothing_are_left_out_with_the_reason():
    found = levers_of(rs.load_scenario("anarchy"))
    assert found.left_out["sanctions.cost"] == "no third state answers a charge (sanctions.rule=none)"
    assert found.left_out[BUFFERS] == "there is no buffer state"
    assert found.left_out["norms.half_life"] == "norms.restraint is 0"
    assert any("norms.half_life" in sentence for sentence in found.sentences())


def test_where_several_are_moved_one_may_make_room_for_another():
    anarchy = rs.load_scenario("anarchy")
    names = [lever.name for lever in levers_of(anarchy, together=True).levers]
    assert "norms.half_life" in names and "norms.restraint" in names and "sanctions.cost" not in names


def test_a_value_outside_the_range_is_not_moved():
    """A neutral world punishes for ever: its punishment_years lie outside 0.25 to 3."""
    found = levers_of(world(2))
    assert found.left_out["shadow.punishment_years"] == "its value lies outside its range, 0.25 to 3"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["transparency.levl"], "no lever 'transparency.levl'. Did you mean 'transparency.level'?"),
        (["war.cost"], "war.cost is no lever: it belongs to the world, not to the order"),
        (["measure.window"], "measure.window is no lever: it belongs to how runs are measured"),
        (["sanctions.rule"], "sanctions.rule is no lever: it has no declared range"),
        (["sanctions.severity"], "no lever of concert can be moved (sanctions.severity: used under"),
        ([], "levers=[] names none"),
    ],
)
def test_what_is_no_lever_is_refused(names, message):
    with pytest.raises(InputError) as refusal:
        levers_of(rs.load_scenario("concert"), names)
    assert message in str(refusal.value)

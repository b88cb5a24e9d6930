"""The Concert of Europe as one would write it for Mesa: an agent a state, a dictionary a relation.

The rules are those of ``docs/model.md`` as far as the scenario uses them; what it leaves neutral is left
out, and random numbers are the model's own. Effective games are worked out in every round, as the rules
read, or with ``keep`` only when something has happened.
"""

from __future__ import annotations

import math

import mesa


class Power(mesa.Agent):
    """A great power."""

    def __init__(self, model: Concert, number: int, state, trust: dict[int, float]) -> None:
        super().__init__(model)
        self.number = number
        self.capability = state["capability"]
        self.ideology = state["ideology"]
        self.revisionism = state["revisionism"]
        self.norm = model.get("norms.initial")
        self.turmoil = 0
        self.trust = trust
        self.games: dict[int, Dealings] = {}
        self.intends: dict[int, bool] = {}
        self.action: dict[int, bool] = {}
        self.seen: dict[int, bool] = {}
        self.payoff = 0.0

    def remember(self) -> None:
        """Turmoil runs out, memory fades, leaders change."""
        model = self.model
        if self.turmoil > 0:
            self.turmoil -= 1
            if self.turmoil == 0:
                self.revisionism += model.get("domestic.nationalism")
                model.changed = True
        self.norm *= model.fade
        if model.random.random() < model.turnover:
            self.norm *= model.get("norms.institutionalization")

    def revolt(self) -> None:
        """Struck by a wave of revolution."""
        self.turmoil = model_rounds(self.model, "domestic.turmoil_years")
        self.norm *= self.model.get("norms.institutionalization")
        self.model.changed = True

    def decide(self) -> None:
        """What it intends towards each other power that it is not at war with."""
        model = self.model
        norm = model.get("norms.restraint") * self.norm
        temperature = model.get("choice.temperature")
        self.intends = {}
        for other, game in self.games.items():
            if (self.number, other) in model.wars_on:
                continue
            trust = self.trust[other]
            v_c = trust * game.reward + (1 - trust) * game.u_cd
            v_d = trust * game.u_dc + (1 - trust) * game.u_dd
            future = game.patience * max(0.0, v_c - game.u_dd)
            margin = v_c - v_d + future + norm
            self.intends[other] = model.random.random() < 1 / (1 + math.exp(-margin / temperature))

    def act(self) -> None:
        """Do as intended."""
        self.action = dict(self.intends)

    def observe(self) -> None:
        """See what the others did, more or less."""
        self.seen = {}
        for other in self.action:
            exploits = not self.model.powers[other].action[self.number]
            chance = self.model.hit if exploits else self.games[other].alarm
            self.seen[other] = self.model.random.random() >= chance

    def be_paid(self) -> None:
        """Add up what the others' actions and its own were worth."""
        self.payoff = 0.0
        for other, own in self.action.items():
            game, theirs = self.games[other], self.model.powers[other].action[self.number]
            if own:
                self.payoff += game.reward if theirs else game.loss
            else:
                self.payoff += game.gain if theirs else game.u_punishment

    def learn(self) -> None:
        """Trust moves towards what was seen."""
        pace = self.model.get("trust.learning_rate")
        for other, seen in self.seen.items():
            self.trust[other] += pace * (seen - self.trust[other])


class Dealings:
    """The effective game of one power with another."""

    def __init__(self, model: Concert, own: Power, other: Power) -> None:
        get = model.get
        standing = 1.0
        for buffer in model.between[min(own.number, other.number), max(own.number, other.number)]:
            if buffer.sovereign:
                standing *= 1 - buffer.strength
        exposure = 1 - get("geography.buffer_effectiveness") * (1 - standing)
        weight = get("power.weight")
        both = own.capability + other.capability
        w_own = 1 - weight + weight * 2 * own.capability / both
        w_other = 1 - weight + weight * 2 * other.capability / both
        appetite = (get("payoffs.temptation") - get("payoffs.reward")) * exposure * w_own + own.revisionism
        if own.turmoil > 0:
            appetite *= 1 - get("domestic.preoccupation")
        self.reward, self.u_punishment = get("payoffs.reward"), get("payoffs.punishment")
        self.gain = self.reward + appetite
        self.loss = self.u_punishment - (self.u_punishment - get("payoffs.sucker")) * exposure * w_other
        calm = 1 - get("diplomacy.mediation") * get("diplomacy.conference")
        self.war_one, self.war_both = model.unilateral * calm, model.mutual * calm
        self.cost = get("war.cost") * w_other
        self.u_dc = self.gain - self.war_one * self.cost
        self.u_cd = self.loss - self.war_one * self.cost
        self.u_dd = self.u_punishment - self.war_both * self.cost
        apart = abs(own.ideology - other.ideology)
        alarm = get("transparency.false_alarm_rate") * (1 - get("transparency.level"))
        alarm *= (1 - get("diplomacy.conference")) * (1 + get("diplomacy.cleavage") * apart)
        self.alarm = 1 - (1 - min(alarm, 1.0)) * (1 - model.spill)
        delta, rounds = model.discount, get("shadow.punishment_rounds")
        kept = delta**rounds
        self.patience = delta * (model.hit - self.alarm) * (1 - kept)
        self.patience /= 1 - delta * (1 - self.alarm) - self.alarm * kept * delta


class Buffer(mesa.Agent):
    """A buffer state."""

    def __init__(self, model: Concert, strength: float, between) -> None:
        super().__init__(model)
        self.strength, self.between, self.sovereign = strength, between, True


class Concert(mesa.Model):
    """The powers, the buffers between them, and a round of their dealings as a step."""

    def __init__(self, scenario, seed: int, keep: bool) -> None:
        super().__init__(seed=seed)
        self.scenario, self.time, self.keep = scenario, 0, keep
        self.phases = dict(zip(scenario.phase_rounds(), scenario.phases, strict=True))
        self.enter(self.phases[0])
        self.buffers = [Buffer(self, b.strength, b.between) for b in scenario.phases[0].buffers]
        states = scenario.phases[0].states
        self.powers = [
            Power(self, i, state, {j: scenario.prior[i][j] for j in range(len(states)) if j != i})
            for i, state in enumerate(states)
        ]
        self.pairs = [(i, j) for i in range(len(states)) for j in range(i + 1, len(states))]
        self.between = {pair: [b for b in self.buffers if pair in b.between] for pair in self.pairs}
        self.wars_on: dict[tuple[int, int], int] = {}
        self.cooperating: list[int] = []
        self.wars = self.buffers_lost = 0
        self.datacollector = mesa.DataCollector(
            {"cooperating": lambda model: model.cooperating[-1], "wars": "wars"},
            agenttype_reporters={Power: {"payoff": "payoff", "norm": "norm"}},
        )

    def get(self, name: str):
        """A parameter's value in the present phase."""
        return self.parameters[name]

    def enter(self, phase) -> None:
        """What holds from now on."""
        self.parameters, self.changed = phase.parameters, True
        per_year = self.scenario.rounds_per_year

        def chance(rate: float) -> float:
            return 1 - math.exp(-rate / per_year)

        get = self.get
        self.discount = get("shadow.discount_factor") ** (1 / per_year)
        self.hit = 1 - get("transparency.miss_rate") * (1 - get("transparency.level"))
        self.fade = 2 ** (-1 / (get("norms.half_life") * per_year))
        self.turnover, self.wave = chance(get("domestic.turnover")), chance(get("domestic.revolution"))
        self.unilateral, self.mutual = chance(get("war.unilateral")), chance(get("war.mutual"))
        self.talk, self.absorb = chance(get("diplomacy.renegotiation")), chance(get("geography.absorption"))
        self.spill = (1 - get("periphery.insulation")) * chance(get("periphery.rate"))

    def step(self) -> None:
        """A round."""
        if self.time > 0 and self.time in self.phases:
            self.enter(self.phases[self.time])
        powers = self.agents_by_type[Power]
        powers.do("remember")
        if self.random.random() < self.wave:
            for power in self.powers:
                if self.random.random() < self.get("domestic.spread"):
                    power.revolt()
        if self.changed or not self.keep:
            self.appraise()
        powers.do("decide")
        powers.do("act")
        powers.do("observe")
        powers.do("be_paid")
        self.cooperating.append(sum(self.restrained(i, j) == (True, True) for i, j in self.pairs))
        self.end_wars()
        self.begin_wars()
        self.absorb_buffers()
        powers.do("learn")
        self.negotiate()
        self.time += 1
        self.datacollector.collect(self)

    def appraise(self) -> None:
        """Everybody's game with everybody."""
        for own in self.powers:
            own.games = {
                other.number: Dealings(self, own, other) for other in self.powers if other is not own
            }
        self.changed = False

    def restrained(self, i: int, j: int) -> tuple[bool, bool] | None:
        """Whether i and j restrained themselves; None if they were at war."""
        if j not in self.powers[i].action:
            return None
        return self.powers[i].action[j], self.powers[j].action[i]

    def end_wars(self) -> None:
        """Wars run out, and are settled."""
        for i, j in self.pairs:
            if (i, j) not in self.wars_on:
                continue
            left = self.wars_on[i, j] - 1
            self.wars_on[i, j] = self.wars_on[j, i] = left
            if left == 0:
                del self.wars_on[i, j], self.wars_on[j, i]
                first, second = self.powers[i], self.powers[j]
                first.trust[j] = second.trust[i] = self.get("war.settlement_trust")
                first.norm = second.norm = 1.0
                self.changed = True

    def begin_wars(self) -> None:
        """Exploitation may turn to war."""
        for i, j in self.pairs:
            done = self.restrained(i, j)
            if done in (None, (True, True)):
                continue
            game = self.powers[i].games[j]
            if self.random.random() < (game.war_both if done == (False, False) else game.war_one):
                self.wars_on[i, j] = self.wars_on[j, i] = model_rounds(self, "war.years")
                self.powers[i].payoff -= game.cost
                self.powers[j].payoff -= self.powers[j].games[i].cost
                self.wars += 1

    def absorb_buffers(self) -> None:
        """Who exploits another across a buffer may swallow it."""
        for i, j in self.pairs:
            done = self.restrained(i, j)
            if done in (None, (True, True)):
                continue
            for restrained in done:
                for buffer in self.between[i, j]:
                    if not restrained and buffer.sovereign and self.random.random() < self.absorb:
                        buffer.sovereign = False
                        self.buffers_lost += 1
                        self.changed = True

    def negotiate(self) -> None:
        """Pairs that exploit each other may come to an agreement."""
        for i, j in self.pairs:
            hostile = self.restrained(i, j) == (False, False) and (i, j) not in self.wars_on
            if hostile and self.random.random() < self.talk:
                agreed = self.get("diplomacy.agreement_trust")
                self.powers[i].trust[j] = self.powers[j].trust[i] = agreed


def model_rounds(model: Concert, name: str) -> int:
    """A duration in rounds."""
    return math.floor(model.get(name) * model.scenario.rounds_per_year + 0.5)

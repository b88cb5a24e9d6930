"""The Concert of Europe as one would write it for Mesa: an agent a power, an object a relation.

The rules are those of ``docs/model.md`` as far as the scenario uses them; what it leaves neutral is left
out, and random numbers are the model's own. All that a power reckons with is worked out in every round, as
the rules read; with ``keep``, what only a phase or the loss of a buffer can move is worked out again only
after one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import mesa

WAR, ESTRANGED, OPEN = "war", "estranged", "open"
MISUNDERSTANDING, BREACH, SANCTION = "misunderstanding", "breach", "sanction"
KINDS = (MISUNDERSTANDING, BREACH, SANCTION)
PURSUED, CLEARED = "pursued", "cleared"


def logistic(x: float) -> float:
    """Chance whose log-odds are ``x``."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


class Rates:
    """Parameters of a phase, and what they come to in a round."""

    def __init__(self, parameters, rounds_per_year: int) -> None:
        self.per_year = rounds_per_year
        self.temptation, self.reward = parameters["payoffs.temptation"], parameters["payoffs.reward"]
        self.punishment, self.sucker = parameters["payoffs.punishment"], parameters["payoffs.sucker"]
        self.discount = parameters["shadow.discount_factor"] ** (1 / rounds_per_year)
        self.learning = 1 - (1 - parameters["trust.learning_rate"]) ** (1 / rounds_per_year)
        self.shock, self.resolve = parameters["trust.shock"], parameters["shadow.resolve"]
        self.temperature = parameters["choice.temperature"]
        self.power_weight = parameters["power.weight"]
        self.rounds = self.length(parameters["shadow.punishment_years"])
        self._set_sight(parameters)
        self._set_home_fronts(parameters)
        self._set_conflict(parameters)
        self._set_institution(parameters)

    def chance(self, rate: float) -> float:
        """Probability in a round of what comes at a yearly rate."""
        return 1 - math.exp(-rate / self.per_year)

    def length(self, years: float) -> int:
        """A duration in rounds."""
        return max(1, math.floor(years * self.per_year + 0.5)) if years else 0

    def _set_sight(self, parameters) -> None:
        hidden = 1 - parameters["transparency.level"]
        self.hit = 1 - (parameters["transparency.miss_rate"] * hidden) ** (4 / self.per_year)
        self.alarm_rate = parameters["transparency.false_alarm_rate"] * hidden
        self.cleavage, self.publicity = parameters["diplomacy.cleavage"], parameters["transparency.publicity"]
        self.meeting = parameters["diplomacy.conference"]
        abroad = (1 - parameters["periphery.insulation"]) * parameters["periphery.rate"]
        self.quarrel = self.chance(abroad) * (1 - self.meeting)

    def _set_home_fronts(self, parameters) -> None:
        self.fade = 2 ** (-1 / (parameters["norms.half_life"] * self.per_year))
        self.forget = self.chance(math.log(2) / parameters["domestic.grievance_half_life"])
        self.restraint = parameters["norms.restraint"]
        self.institutionalization = parameters["norms.institutionalization"]
        self.turnover = self.chance(parameters["domestic.turnover"])
        self.wave = self.chance(parameters["domestic.revolution"])
        self.spread = parameters["domestic.spread"]
        self.turmoil = self.length(parameters["domestic.turmoil_years"])
        self.preoccupation = parameters["domestic.preoccupation"]
        self.nationalism = parameters["domestic.nationalism"]

    def _set_conflict(self, parameters) -> None:
        mutual, mediation = parameters["war.mutual"], parameters["diplomacy.mediation"]
        self.war_open = self.chance(parameters["war.unilateral"])
        self.war_estranged = {
            MISUNDERSTANDING: self.chance(mutual * (1 - mediation * self.meeting)),
            BREACH: self.chance(mutual),
            SANCTION: self.chance(parameters["sanctions.escalation"] * mutual),
        }
        self.war_cost, self.war_rounds = parameters["war.cost"], self.length(parameters["war.years"])
        self.after_war = self.discount ** (self.war_rounds + 1)
        self.contagion, self.satisfaction = parameters["war.contagion"], parameters["war.satisfaction"]
        self.settlement_trust = parameters["war.settlement_trust"]
        self.agreement_trust = parameters["diplomacy.agreement_trust"]
        self.talk = self.chance(parameters["diplomacy.renegotiation"])
        self.absorb = self.chance(parameters["geography.absorption"])
        self.buffering = parameters["geography.buffer_effectiveness"]

    def _set_institution(self, parameters) -> None:
        self.sanctions = parameters["sanctions.rule"] == "decentralized"
        self.enforcement = parameters["sanctions.enforcement_value"]
        self.joining = parameters["sanctions.cost"]
        self.inquiry = parameters["sanctions.inquiry"]
        self.lesson = parameters["sanctions.credibility_learning"]


class Power(mesa.Agent):
    """A great power."""

    def __init__(self, model: Concert, setting) -> None:
        super().__init__(model)
        self.setting = setting
        self.capability = setting["capability"]
        self.revisionism = setting["revisionism"]
        self.norm = model.scenario["norms.initial"]
        self.turmoil = 0
        self.relations: dict[Power, Relation] = {}
        self.dues = self.payoff = 0.0

    @property
    def fresh_grievance(self) -> float:
        """Grievance above what the setting says."""
        return max(0.0, self.revisionism - self.setting["revisionism"])

    def enter(self, setting) -> None:
        """Change with a new phase."""
        self.revisionism = max(0.0, self.revisionism + setting["revisionism"] - self.setting["revisionism"])
        self.capability *= setting["capability"] / self.setting["capability"]
        self.setting = setting

    def remember(self) -> None:
        """Turmoil runs out, memory fades, and so do grievances."""
        rates = self.model.rates
        if self.turmoil > 0:
            self.turmoil -= 1
            if self.turmoil == 0:
                self.revisionism += rates.nationalism
        self.norm *= rates.fade
        self.revisionism -= rates.forget * self.fresh_grievance

    def change_leader(self) -> None:
        """Now and then a new leader comes, to whom the past says less."""
        if self.model.random.random() < self.model.rates.turnover:
            self.norm *= self.model.rates.institutionalization

    def face_revolution(self) -> None:
        """A wave of revolution may strike."""
        rates = self.model.rates
        if self.model.random.random() < rates.spread * self.setting["unrest"]:
            self.turmoil = rates.turmoil
            self.norm *= rates.institutionalization
            self.model.revolutions += 1

    def expect_sanctions(self) -> None:
        """Weigh what a case that each other power brings would cost."""
        relations = self.relations.values()
        total = sum(relation.lost_through_sanction() for relation in relations)
        for relation in relations:
            relation.expect_sanction(max(0.0, total - relation.lost_through_sanction()))

    def reckon(self) -> None:
        """Work out what dealings with each other power are worth."""
        for relation in self.relations.values():
            relation.reckon()

    def decide(self) -> None:
        """Cooperate or defect towards each other power, where there are dealings."""
        self.dues = 0.0
        for relation in self.relations.values():
            if relation.pair.standing == OPEN:
                relation.decide()

    def observe(self) -> None:
        """See what the others did, more or less, and accuse them of it."""
        for relation in self.relations.values():
            if relation.pair.standing == OPEN:
                relation.observe()

    def be_paid(self) -> None:
        """Add up what dealings brought."""
        flow = sum(relation.flow() for relation in self.relations.values())
        self.payoff = flow / self.model.rates.per_year - self.dues

    def learn(self) -> None:
        """Trust follows what was seen."""
        for relation in self.relations.values():
            if relation.pair.standing == OPEN:
                relation.learn()

    def be_satisfied(self) -> None:
        """A success takes away a part of what is fresh of a grievance."""
        self.revisionism -= self.model.rates.satisfaction * self.fresh_grievance


class Relation:
    """One power's side of a pair: what it wants, believes and does."""

    def __init__(self, own: Power, other: Power, pair: Pair, trust: float) -> None:
        self.model, self.own, self.other, self.pair, self.trust = own.model, own, other, pair, trust
        self.cooperates = self.sees_cooperation = True
        self.charge: str | None = None
        self.joins = self.law = 0.0

    @property
    def mirror(self) -> Relation:
        """The other's side."""
        return self.other.relations[self.own]

    def appraise(self) -> None:
        """Work out the effective game: what buffers and strength leave of temptation and of danger."""
        rates = self.model.rates
        exposure = 1 - rates.buffering * self.pair.buffering
        both, weight = self.own.capability + self.other.capability, rates.power_weight
        own_weight = 1 - weight + weight * 2 * self.own.capability / both
        other_weight = 1 - weight + weight * 2 * self.other.capability / both
        self.appetite = (rates.temptation - rates.reward) * exposure * own_weight
        self.loss = rates.punishment - (rates.punishment - rates.sucker) * exposure * other_weight
        self.cost = rates.war_cost * other_weight
        self.toll = rates.per_year * rates.war_open * self.cost
        self.u_cd, self.both = self.loss - self.toll, rates.punishment - self.toll
        self.u_dd = rates.punishment - rates.per_year * rates.war_estranged[BREACH] * self.cost

    def stays(self) -> float:
        """Chance in a round that it does not give in to end an estrangement."""
        if self.u_cd <= self.u_dd:
            return 1.0
        rates = self.model.rates
        return logistic((self.u_dd - self.u_cd) / rates.temperature) ** (1 / rates.per_year)

    def look_ahead(self) -> None:
        """Work out what estrangements and open dealings come to, at full trust."""
        rates, pair = self.model.rates, self.pair
        outside = {kind: self.outside(kind) for kind in KINDS}
        self.paid = {kind: paid for kind, (paid, _, _) in outside.items()}
        self.span = {kind: span for kind, (_, _, span) in outside.items()}
        (paid_m, end_m, _), (paid_b, end_b, span_b) = outside[MISUNDERSTANDING], outside[BREACH]
        delta, hit, r, f, g = rates.discount, rates.hit, rates.resolve, pair.alarm, rates.quarrel
        calm = (1 - r * f) ** 2
        a = 1 - calm * (1 - g)
        self.a_b = (1 - rates.meeting) * (1 - calm)
        self.a_m = a - self.a_b
        self.open_value = (rates.reward + delta * (self.a_m * paid_m + self.a_b * paid_b)) / (
            1 - delta * (1 - a) - delta * (self.a_m * end_m + self.a_b * end_b)
        )
        dread = delta * r * (hit - f) * (1 - r * f) * (1 - g) * max(0.0, self.open_value * span_b - paid_b)
        self.distrust = (rates.reward - self.u_cd + dread) / (1 - delta * (1 - rates.learning) * (1 - a))
        self.d_b = r * hit + (1 - r * hit) * (1 - rates.meeting) * r * f
        self.d_m = 1 - (1 - r * hit) * (1 - r * f) * (1 - g) - self.d_b

    def outside(self, kind: str) -> tuple[float, float, float]:
        """An estrangement of a kind: what it pays, the discount at its end, what open dealings lose."""
        rates = self.model.rates
        delta, h, nu = rates.discount, rates.war_estranged[kind], self.pair.ends_early[kind]
        factor = delta * (1 - h) * (1 - nu)
        last = factor**rates.rounds
        total = (1 - last) / (1 - factor)
        end = last + (h * rates.after_war + delta * (1 - h) * nu) * total
        return (rates.punishment - rates.per_year * h * self.cost) * total, end, 1 - end

    def reckon(self) -> None:
        """Work out what grievance and trust make of it now, and whether to join a sanction."""
        rates, own = self.model.rates, self.own
        wanted = self.appetite + own.revisionism
        if own.turmoil > 0:
            wanted *= 1 - rates.preoccupation
        self.gain = rates.reward + wanted
        self.value = self.open_value - (1 - self.trust) * self.distrust
        self.costs = {kind: max(0.0, self.value * self.span[kind] - self.paid[kind]) for kind in KINDS}
        if not rates.sanctions or self.pair.standing == WAR:
            self.joins = 0.0
            return
        net = rates.enforcement * self.model.credibility + rates.restraint * own.norm - rates.joining
        if self.pair.standing == OPEN:
            net -= self.costs[SANCTION] / rates.per_year
        self.joins = logistic(net / rates.temperature)

    def lost_through_sanction(self) -> float:
        """Reckon what it loses if the other is asked to join a sanction against it."""
        return self.mirror.joins * self.costs[SANCTION] if self.pair.standing == OPEN else 0.0

    def expect_sanction(self, excluded: float) -> None:
        """Set what a case of the other's weighs in a decision."""
        rates = self.model.rates
        wrong = self.pair.alarm * (1 - rates.meeting) * (1 - rates.inquiry)
        self.law = rates.discount * rates.resolve * rates.publicity * (rates.hit - wrong) * excluded

    def margin(self) -> float:
        """The gain of cooperation over one defection."""
        rates, trust = self.model.rates, self.trust
        cost_m, cost_b = self.costs[MISUNDERSTANDING], self.costs[BREACH]
        v_c = trust * rates.reward + (1 - trust) * self.u_cd
        v_d = trust * (self.gain - self.toll) + (1 - trust) * self.both
        risk = trust * rates.war_open
        broken = (1 - risk) * (self.d_m * cost_m + self.d_b * cost_b) - self.a_m * cost_m - self.a_b * cost_b
        war = risk * (rates.discount - rates.after_war) * self.value
        return v_c - v_d + rates.discount * broken + war + self.law + rates.restraint * self.own.norm

    def decide(self) -> None:
        """Do what is better, but for a slip."""
        rates, margin = self.model.rates, self.margin()
        steady = logistic(abs(margin) / rates.temperature)
        slips = (1 - self.model.random.random()) ** rates.per_year > steady
        self.cooperates = (margin >= 0) != slips

    def observe(self) -> None:
        """See the other's action, and accuse it or let it go."""
        rates, random = self.model.rates, self.model.random
        chance = self.pair.alarm if self.mirror.cooperates else rates.hit
        self.sees_cooperation = random.random() >= chance
        accuses = not self.sees_cooperation and random.random() < rates.resolve
        self.charge = PURSUED if accuses else None

    def flow(self) -> float:
        """Payoff of the round, as a flow."""
        rates = self.model.rates
        if self.pair.standing == WAR:
            return 0.0
        if self.pair.standing == ESTRANGED:
            return rates.punishment
        if self.cooperates:
            return rates.reward if self.mirror.cooperates else self.loss
        return self.gain if self.mirror.cooperates else rates.punishment

    def learn(self) -> None:
        """Trust rises with what was seen, and falls with what was believed to be guilt."""
        rates, trust = self.model.rates, self.trust
        if self.sees_cooperation:
            self.trust += rates.learning * (1 - trust)
        elif self.charge != CLEARED:
            guilty, innocent = (1 - trust) * rates.hit, trust * self.pair.alarm
            guilt = guilty / (guilty + innocent) if guilty + innocent > 0 else 1.0
            self.trust = trust * (1 - rates.shock * guilt)


class Pair:
    """Two powers: whether they deal with each other, are estranged, or are at war."""

    def __init__(self, model: Concert, first: Power, second: Power, trust: tuple[float, float]) -> None:
        self.model, self.first, self.second = model, first, second
        self.sides = Relation(first, second, self, trust[0]), Relation(second, first, self, trust[1])
        first.relations[second], second.relations[first] = self.sides
        self.buffers: list[Buffer] = []
        self.left = self.at_war = 0
        self.kind: str | None = None
        self.standing, self.extended = OPEN, False

    @property
    def estranged(self) -> bool:
        """Tell whether they are, at this moment."""
        return self.left > 0

    def stand(self) -> None:
        """Set how the two stand for this round."""
        self.standing = WAR if self.at_war else ESTRANGED if self.left else OPEN
        self.extended = False
        for side in self.sides:
            side.charge = None

    def appraise(self) -> None:
        """Work out the effective game of both, and what they can expect of each other."""
        rates = self.model.rates
        open_ways = math.prod(1 - buffer.strength for buffer in self.buffers if buffer.sovereign)
        self.buffering = 1 - open_ways
        apart = abs(self.first.setting["ideology"] - self.second.setting["ideology"])
        self.alarm = rates.chance(rates.alarm_rate * (1 - rates.meeting) * (1 + rates.cleavage * apart))
        for side in self.sides:
            side.appraise()
        stay = self.sides[0].stays() * self.sides[1].stays()
        talked_over = 1 - stay * (1 - rates.meeting * rates.talk)
        self.ends_early = {MISUNDERSTANDING: talked_over, BREACH: 1 - stay, SANCTION: 0.0}
        for side in self.sides:
            side.look_ahead()

    def settle_charges(self) -> None:
        """Charges are cleared or stand; these, or a quarrel abroad, estrange the two."""
        rates, random = self.model.rates, self.model.random
        quarrel = random.random() < rates.quarrel
        if self.standing != OPEN:
            return
        confer = random.random() < rates.meeting
        for side in self.sides:
            if side.charge and side.mirror.cooperates and confer:
                side.charge = CLEARED
        charges = {side.charge for side in self.sides}
        if PURSUED in charges:
            self.estrange(BREACH)
        elif CLEARED in charges or quarrel:
            self.estrange(MISUNDERSTANDING)

    def estrange(self, kind: str) -> None:
        """From the next round on they withhold cooperation from each other."""
        self.left, self.kind = self.model.rates.rounds, kind
        self.model.estrangements[kind] += 1

    def exclude(self) -> None:
        """One joins a sanction against the other."""
        if not self.estranged:
            self.estrange(SANCTION)
        elif self.left <= self.model.rates.rounds:
            self.left, self.extended = self.model.rates.rounds, True

    def go_to_war(self) -> None:
        """War begins; both pay for it, and what stood between them ends."""
        self.at_war, self.left, self.kind = self.model.rates.war_rounds, 0, None
        for side in self.sides:
            side.own.payoff -= side.cost

    def end_war(self) -> None:
        """War runs out, and is settled."""
        if not self.at_war:
            return
        self.at_war -= 1
        if not self.at_war:
            self.stronger(self.model.random.random()).be_satisfied()
            for side in self.sides:
                side.trust, side.own.norm = self.model.rates.settlement_trust, 1.0

    def stronger(self, luck: float) -> Power:
        """The one that prevails, by strength and luck."""
        share = self.first.capability / (self.first.capability + self.second.capability)
        return self.first if luck < share else self.second

    def war_risk(self) -> float:
        """Chance that a war begins in this round."""
        if self.standing == WAR or self.at_war:
            return 0.0
        if self.standing == ESTRANGED:
            return self.model.rates.war_estranged[self.kind]
        peaceful = all(side.cooperates for side in self.sides)
        return 0.0 if peaceful else self.model.rates.war_open

    def reconcile(self) -> None:
        """An estrangement runs out, or is talked over."""
        if self.standing != ESTRANGED or not self.estranged or self.extended:
            return
        ends = self.model.random.random() < self.ends_early[self.kind]
        self.left = 0 if ends else self.left - 1
        if self.left == 0:
            self.kind = None
            for side in self.sides:
                side.trust = max(side.trust, self.model.rates.agreement_trust)


class Buffer(mesa.Agent):
    """A buffer state, and the pairs that it separates."""

    def __init__(self, model: Concert, strength: float, pairs: Sequence[Pair]) -> None:
        super().__init__(model)
        self.strength, self.pairs, self.sovereign = strength, pairs, True
        for pair in pairs:
            pair.buffers.append(self)

    def be_contested(self) -> None:
        """One of two estranged powers may swallow it."""
        absorb = self.model.rates.absorb
        for pair in self.pairs:
            if self.sovereign and pair.standing == ESTRANGED and pair.estranged:
                luck = self.model.random.random()
                if luck < absorb:
                    self.sovereign, self.model.changed = False, True
                    self.model.buffers_lost += 1
                    pair.stronger(luck / absorb).be_satisfied()


class Concert(mesa.Model):
    """Powers, the buffers between them, and a round of their dealings as a step."""

    def __init__(self, scenario, seed: int, keep: bool = False) -> None:
        super().__init__(seed=seed)
        self.scenario, self.time, self.keep = scenario, 0, keep
        self.phases = dict(zip(scenario.phase_rounds(), scenario.phases, strict=True))
        begin = self.phases[0]
        powers = [Power(self, setting) for setting in begin.states]
        prior = scenario.prior
        self.pairs = {
            (i, j): Pair(self, powers[i], powers[j], (prior[i][j], prior[j][i]))
            for i, j in combinations(range(len(powers)), 2)
        }
        for buffer in begin.buffers:
            Buffer(self, buffer.strength, [self.pairs[pair] for pair in sorted(buffer.between)])
        self.powers, self.buffers = self.agents_by_type[Power], self.agents_by_type.get(Buffer, ())
        self.credibility = scenario["sanctions.credibility"]
        self.cooperating: list[int] = []
        self.trusted: list[float] = []
        self.wars = self.buffers_lost = self.revolutions = self.cases = self.joined = 0
        self.estrangements = dict.fromkeys(KINDS, 0)
        self.enter(begin)
        self.datacollector = mesa.DataCollector(
            {"cooperating": lambda model: model.cooperating[-1], "wars": "wars"},
            agenttype_reporters={Power: {"payoff": "payoff", "norm": "norm"}},
        )

    @property
    def trust(self) -> float:
        """Mean trust."""
        sides = [side.trust for pair in self.pairs.values() for side in pair.sides]
        return sum(sides) / len(sides)

    def measures(self) -> dict[str, float]:
        """Measure the run as regimesim does."""
        kinds = {f"estrangements_{kind}": count for kind, count in self.estrangements.items()}
        return kinds | {
            "cooperation_rate": sum(self.cooperating) / (len(self.cooperating) * len(self.pairs)),
            "trust": sum(self.trusted) / len(self.trusted),
            "wars": self.wars,
            "buffers_lost": self.buffers_lost,
            "revolutions": self.revolutions,
            "sanctions_invoked": self.cases,
            "sanctions_joined": self.joined,
        }

    def enter(self, phase) -> None:
        """Take over what holds from now on."""
        self.rates, self.changed = Rates(phase.parameters, self.scenario.rounds_per_year), True
        for power, setting in zip(self.powers, phase.states, strict=True):
            power.enter(setting)
        total = sum(self.powers.get("capability"))
        for power in self.powers:
            power.capability /= total
        for buffer, setting in zip(self.buffers, phase.buffers, strict=True):
            buffer.strength = setting.strength

    def step(self) -> None:
        """One round."""
        self.change()
        self.appraise()
        self.trusted.append(self.trust)
        self.powers.do("decide")
        self.powers.do("observe")
        for pair in self.pairs.values():
            pair.settle_charges()
        responses = [self.try_case(power) for power in self.powers] if self.rates.sanctions else []
        self.powers.do("be_paid")
        self.cooperating.append(sum(self.cooperates(pair) for pair in self.pairs.values()))
        self.escalate()
        self.powers.do("learn")
        for pair in self.pairs.values():
            pair.reconcile()
        self.learn_from(responses)
        self.time += 1
        self.datacollector.collect(self)

    def change(self) -> None:
        """Phases, memory, leaders and revolutions."""
        if self.time > 0 and self.time in self.phases:
            self.enter(self.phases[self.time])
        self.powers.do("remember")
        self.powers.do("change_leader")
        if self.random.random() < self.rates.wave:
            self.powers.do("face_revolution")

    def appraise(self) -> None:
        """Work out everybody's game with everybody."""
        for pair in self.pairs.values():
            pair.stand()
            if self.changed or not self.keep:
                pair.appraise()
        self.changed = False
        self.powers.do("reckon")
        if self.rates.sanctions:
            self.powers.do("expect_sanctions")

    @staticmethod
    def cooperates(pair: Pair) -> bool:
        """Tell whether the two deal with each other and both cooperate."""
        return pair.standing == OPEN and all(side.cooperates for side in pair.sides)

    def try_case(self, power: Power) -> float | None:
        """Bring a case against a power, and give the share that joined; none where there is no case."""
        views = [relation.mirror for relation in power.relations.values()]
        asked = [view for view in views if view.charge is None and view.pair.standing != WAR]
        if not any(self.is_public(view) for view in views) or not asked:
            return None
        joining = [view for view in asked if self.random.random() < view.joins]
        for view in joining:
            view.pair.exclude()
            view.own.dues += self.rates.joining
        self.cases += 1
        self.joined += bool(joining)
        return sum(view.own.capability for view in joining) / sum(view.own.capability for view in asked)

    def is_public(self, view: Relation) -> bool:
        """Tell whether a charge becomes public, and no inquiry finds it false."""
        if view.charge != PURSUED or self.random.random() >= self.rates.publicity:
            return False
        return not view.mirror.cooperates or self.random.random() >= self.rates.inquiry

    def escalate(self) -> None:
        """Wars end and begin, and buffers are swallowed."""
        for pair in self.pairs.values():
            pair.end_war()
        for pair in self.pairs.values():
            if self.random.random() < pair.war_risk():
                self.wars += 1
                pair.go_to_war()
                self.spread(pair)
        for buffer in self.buffers:
            buffer.be_contested()

    def spread(self, war: Pair) -> None:
        """Others join against a side that they are estranged from, if they are open with the other."""
        for power in self.powers:
            if power in (war.first, war.second):
                continue
            for foe, friend in ((war.first, war.second), (war.second, war.first)):
                hostile, friendly = power.relations[foe].pair, power.relations[friend].pair
                if hostile.estranged and not friendly.estranged and not friendly.at_war:
                    if self.random.random() < self.rates.contagion:
                        hostile.go_to_war()
                    break

    def learn_from(self, responses: Sequence[float | None]) -> None:
        """Credibility follows what enforcement did."""
        for response in responses:
            if response is not None:
                self.credibility += self.rates.lesson * (response - self.credibility)

/* Designs for the kernel from what the page was given (app/worlds.py), what was changed, and what was taken away. */

const real = (value) => (typeof value === "string" ? Number(value.replace("inf", "Infinity")) : value);

/** The declarations of parameters by name, and what is neutral. */
export class Catalogue {
  constructor(data) {
    this.data = data;
    this.parameters = new Map(
      data.parameters.map((p) => [
        p.name,
        {
          ...p,
          default: real(p.default),
          least: real(p.least),
          most: real(p.most),
        },
      ]),
    );
    this.settings = new Map(
      data.settings.map((p) => [
        p.name,
        { ...p, default: real(p.default), least: real(p.least), most: real(p.most) },
      ]),
    );
    this.neutral = Object.fromEntries([...this.parameters].map(([name, p]) => [name, p.default]));
  }

  /** The key of a world under an order; null where the order needs more states. */
  key(world, order) {
    const key = `${world} ${order}`;
    return key in this.data.designs ? key : null;
  }

  /**
   * A design as `Lanes` takes it.
   *
   * @param {string} key of `data.designs`
   * @param {object} changes values by full name, as the kernel stores them; and `years`
   * @param {string[]} removed names of arrangements
   */
  compose(key, changes = {}, removed = []) {
    const given = this.data.designs[key];
    const { years = given.years, ...others } = changes;
    const [parameters, ofStates] = this.parted(given, others);
    let values = { ...this.neutral };
    const phases = given.phases.map((phase, k) => {
      values = { ...values, ...mapped(phase.set), ...(k === 0 ? parameters : {}) };
      if (k > 0) for (const [i, setting] of phase.own) ofStates.delete(`${i} ${setting}`);
      return this.phase({ ...phase, states: changed(phase.states, ofStates) }, values, removed);
    });
    const perYear = phases[0].parameters["shadow.rounds_per_year"];
    for (const phase of phases) phase.round = Math.floor(phase.year * perYear + 0.5);
    return {
      key,
      years,
      perYear,
      phases,
      title: given.title,
      start: given.start,
      states: given.states,
      buffers: given.buffers,
      rounds: Math.max(1, Math.floor(years * perYear + 0.5)),
      links: given.buffers.flatMap(({ between }, k) => between.map(([i, j]) => [k, i, j])),
      prior: this.prior(given, parameters),
      rules: this.parameters.get("sanctions.rule").choices,
      ...this.automata(given.strategies),
    };
  }

  /** What a name like `states.Austria.capability` stands for in a world: a state and a setting; null for others. */
  ofState(key, name) {
    const [, state, setting] = /^states\.(.+)\.(\w+)$/.exec(name) ?? [];
    const i = this.data.designs[key].states.indexOf(state);
    return i >= 0 && this.settings.has(setting) ? { i, state, setting: this.settings.get(setting) } : null;
  }

  /** Changes of parameters, and those of states by `state setting`, both by number. */
  parted({ states }, changes) {
    const [parameters, ofStates] = [{}, new Map()];
    const settings = [...this.settings.keys()];
    for (const [name, value] of Object.entries(changes)) {
      const [, state, setting] = /^states\.(.+)\.(\w+)$/.exec(name) ?? [];
      if (state === undefined) parameters[name] = value;
      else ofStates.set(`${states.indexOf(state)} ${settings.indexOf(setting)}`, value);
    }
    return [parameters, ofStates];
  }

  prior(given, parameters) {
    const level = parameters["trust.initial"];
    return level === undefined ? given.prior : given.prior.map((row) => row.map(() => level));
  }

  automata(strategies) {
    const names = [...new Set(strategies)].filter((name) => name !== "prudent");
    return {
      strategies: strategies.map((name) => names.indexOf(name)),
      automata: names.map((name) => this.data.strategies[name]),
    };
  }

  phase({ year, because, states, strength, affinity }, values, removed) {
    const gone = this.data.arrangements.filter(({ name }) => removed.includes(name));
    const parameters = gone.reduce(withoutOne, values);
    const barred = removed.includes("buffers");
    return {
      year,
      because,
      parameters,
      affinity,
      states: states.map((row) =>
        Object.fromEntries(row.map((value, k) => [this.data.settings[k].name, real(value)])),
      ),
      strength: barred ? strength.map(() => 0) : strength,
    };
  }

  /** Names of the arrangements whose absence changes a design. */
  present(key, changes) {
    const seen = ({ phases }) =>
      JSON.stringify(phases.map(({ parameters, strength }) => [parameters, strength]));
    const whole = seen(this.compose(key, changes));
    return this.data.arrangements
      .map(({ name }) => name)
      .filter((name) => seen(this.compose(key, changes, [name])) !== whole && this.acts(name, key, changes));
  }

  /** Whether there is anything that an arrangement acts on, in some phase: `analysis.arrangements`. */
  acts(name, key, changes) {
    const needs = this.data.arrangements.find((a) => a.name === name).needs;
    return this.compose(key, changes).phases.some(({ parameters }) =>
      needs.every((any) => any.some((parameter) => parameters[parameter] > 0)),
    );
  }
}

/** Rows of states with what was changed in them. */
function changed(rows, ofStates) {
  return rows.map((row, i) => row.map((value, k) => ofStates.get(`${i} ${k}`) ?? value));
}

function mapped(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, real(value)]));
}

/** Parameters without an arrangement. */
function withoutOne(values, { absent, only, unless }) {
  const rule = values["sanctions.rule"];
  if ((only !== undefined && rule !== only) || rule === unless) return values;
  const found = { ...values };
  for (const [name, how, value] of absent) {
    if (how === "at most") found[name] = Math.min(found[name], value);
    else if (how === "at least") found[name] = Math.max(found[name], value);
    else found[name] = value;
  }
  return found;
}

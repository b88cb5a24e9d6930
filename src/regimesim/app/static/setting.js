// The setting that the page shows, and how it is written into a link.

export const setting = {
  scenario: "concert", yaml: null, set: {}, without: [], runs: 300, seed: 0, replicate: null,
  view: "watch", state: null, length: 20, luck: 0, moves: [],
};

const LONGEST_YAML = 6000;

/** What every question to the server says of the setting. */
export function question(more = {}) {
  const { scenario, yaml, set, without, runs, seed } = setting;
  const world = yaml === null ? { scenario } : { yaml };
  return { ...world, set, without, runs, seed, ...more };
}

/** The setting as the part of an address behind #, which never leaves the browser. */
export function link() {
  const parts = new URLSearchParams();
  if (setting.yaml === null) parts.set("scenario", setting.scenario);
  else if (setting.yaml.length <= LONGEST_YAML) parts.set("yaml", setting.yaml);
  else return null;
  for (const [name, value] of Object.entries(setting.set)) parts.set(name, String(value));
  if (setting.without.length) parts.set("without", setting.without.join(","));
  if (setting.runs !== 300) parts.set("runs", setting.runs);
  if (setting.seed !== 0) parts.set("seed", setting.seed);
  if (setting.replicate !== null) parts.set("replicate", setting.replicate);
  if (setting.view === "play") {
    parts.set("view", "play");
    if (setting.state) parts.set("state", setting.state);
    parts.set("length", setting.length);
    parts.set("luck", setting.luck);
    if (setting.moves.length) parts.set("moves", setting.moves.join("."));
  }
  return `#${parts.toString()}`;
}

/** Take the setting out of a link. Values are checked by the server, like all others. */
export function follow(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  Object.assign(setting, {
    yaml: null, set: {}, without: [], runs: 300, seed: 0, replicate: null,
    view: "watch", state: null, length: 20, luck: 0, moves: [],
  });
  for (const [name, text] of parts) {
    if (name === "scenario" || name === "yaml" || name === "state") setting[name] = text;
    else if (name === "view") setting.view = text === "play" ? "play" : "watch";
    else if (["runs", "seed", "replicate", "length", "luck"].includes(name)) setting[name] = typed(text);
    else if (name === "without") setting.without = text.split(",").filter(Boolean);
    else if (name === "moves") setting.moves = text.split(".").filter(Boolean);
    else setting.set[name] = typed(text);
  }
}

function typed(text) {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

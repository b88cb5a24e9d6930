// Asking the server. A refusal is an Error whose message is the server's sentence.

export async function ask(question, body, signal) {
  const asked = body === undefined
    ? { signal }
    : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal };
  let response;
  try {
    response = await fetch(`/api/${question}`, asked);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer: was it ended? Start it again: python -m regimesim demo");
  }
  const found = await response.json().catch(() => ({ error: "the server gave no answer that can be read" }));
  if (!response.ok) throw new Error(found.error || "something went wrong on the server; its terminal says more");
  return found;
}

/** Runs a task again and again as it is asked for, one at a time; of many requests only the latest counts. */
export function latest(task, wait = 40) {
  let running = false;
  let wanted = null;
  let timer = 0;
  async function go() {
    if (running || wanted === null) return;
    running = true;
    const now = wanted;
    wanted = null;
    try {
      await task(...now);
    } finally {
      running = false;
      if (wanted !== null) go();
    }
  }
  return (...values) => {
    wanted = values;
    clearTimeout(timer);
    timer = setTimeout(go, wait);
  };
}

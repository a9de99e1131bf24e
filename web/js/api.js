// The HTTP API: one call a method, errors as problem details (RFC 9457), the token from whoever holds it.

const PATIENCE_MS = 35_000; // the API's own limit is 29 s

/** What an API call, or an upload, failed with. `status` 0: no answer at all. */
export class Problem extends Error {
  constructor(status, title, detail = "", retryAfterSeconds = null) {
    super(detail || title);
    Object.assign(this, { status, title, detail, retryAfterSeconds });
  }

  /** Whether the same call may go well later, without anybody doing anything about it. */
  get isPassing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  /** `base` is a path, `/api`; `person` answers the token to send, or null, and is told of a 401. */
  constructor(base, person) {
    this.base = base;
    this.person = person;
  }

  models() {
    return this.#json("GET", "/models").then((answer) => answer.models ?? []);
  }

  createUpload(model, contentType) {
    return this.#json("POST", "/images", { model, content_type: contentType });
  }

  /** What became of it; `retryAfterSeconds`, where it is worth asking again. */
  async image(id) {
    const answer = await this.#call("GET", `/images/${encodeURIComponent(id)}`);
    return { ...(await content(answer)), retryAfterSeconds: retryAfter(answer.headers.get("Retry-After")) };
  }

  power(model, to, minutes) {
    return this.#json("POST", `/models/${encodeURIComponent(model)}/${to}`, to === "auto" ? {} : { minutes });
  }

  /** All pages of results.csv as texts, the first with its header line. */
  async *results() {
    let query = "";
    for (let page = 0; page < 1000; page += 1) {
      const answer = await this.#call("GET", `/results.csv${query}`);
      yield await answer.text();
      const next = /<([^>]*)>\s*;[^,]*rel="?next"?/i.exec(answer.headers.get("Link") ?? "");
      if (!next) return;
      query = new URL(next[1], location.href).search;
    }
  }

  async #json(method, path, body) {
    return content(await this.#call(method, path, body));
  }

  async #call(method, path, body) {
    const token = await this.person.token();
    const headers = { Accept: "application/json, text/csv, application/problem+json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const wish = { method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit" };
    const answer = await fetch(this.base + path, { ...wish, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
      throw new Problem(0, "No answer");
    });
    if (answer.ok) return answer;
    if (answer.status === 401) this.person.refused();
    throw await problem(answer);
  }
}

async function content(answer) {
  try {
    return await answer.json();
  } catch {
    throw new Problem(502, "The answer is no JSON");
  }
}

/** The seconds of a Retry-After header (seconds or a date), or null. */
export function retryAfter(header, now = Date.now()) {
  if (!header) return null;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}

async function problem(answer) {
  const told = await answer.json().catch(() => null);
  const text = (value) => (typeof value === "string" ? value : "");
  const title = text(told?.title) || text(told?.message) || `The service answered ${answer.status}`;
  return new Problem(answer.status, title, text(told?.detail), retryAfter(answer.headers.get("Retry-After")));
}

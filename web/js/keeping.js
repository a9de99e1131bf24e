// Keeps the list on this device, so that whoever drops pictures in the evening finds them in the morning: a small copy of
// each, its number, its result. Nobody else's list is ever shown: it is kept by person.

const STORE = "pictures";
const LONGEST_MS = 14 * 86_400_000; // as long as a queue keeps an image
const MOST = 300;
const FIELDS = ["id", "name", "model", "family", "bytes", "thumb", "phase", "readBy", "wakesAt", "result", "reason", "sentAt"];

export class Keeping {
  #opening = null;

  constructor(subject) {
    this.subject = subject;
  }

  /** What was kept, the oldest first; what is too old is forgotten. */
  async load() {
    const all = ((await this.#do("readonly", (store) => store.getAll())) ?? []).filter((kept) => kept.subject === this.subject);
    all.sort((a, b) => a.sentAt - b.sentAt);
    const young = all.filter((kept) => Date.now() - kept.sentAt < LONGEST_MS).slice(-MOST);
    for (const kept of all) if (!young.includes(kept)) await this.forget(kept);
    return young.map((kept) => Object.fromEntries(FIELDS.map((field) => [field, kept[field]])));
  }

  /** Writes down a picture that was sent. */
  keep(one) {
    const kept = { subject: this.subject, ...Object.fromEntries(FIELDS.map((field) => [field, one[field]])) };
    return this.#do("readwrite", (store) => store.put(kept));
  }

  forget(one) {
    return one.id ? this.#do("readwrite", (store) => store.delete([this.subject, one.id])) : null;
  }

  /** Everything of this person. */
  async clear() {
    for (const kept of await this.load()) await this.forget(kept);
  }

  /** Where the browser keeps nothing (a private window), the page works without. */
  async #do(mode, what) {
    try {
      const base = await (this.#opening ??= open());
      return await answered(what(base.transaction(STORE, mode).objectStore(STORE)));
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  }
}

function open() {
  const request = indexedDB.open("dayshift", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["subject", "id"] });
  return answered(request);
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

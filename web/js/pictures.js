// The pictures of this page and what is known of each; whoever watches is told of every change.

/** Which filter group a phase belongs to. */
export const GROUPS = {
  line: "waiting", sending: "waiting", queued: "waiting", asleep: "waiting",
  found: "found", empty: "empty", rejected: "refused", gone: "refused", failed: "refused", unsent: "refused",
};

let last = 0;

/** A new picture. `file` is null for one that was sent in an earlier visit. */
export function picture(fields) {
  last += 1;
  return {
    key: last, file: null, thumb: null, name: "", model: "", family: "", bytes: 0, phase: "line", progress: 0, note: "",
    id: null, readBy: null, wakesAt: null, result: null, reason: "", sentAt: null, isHopeless: false, ...fields,
  };
}

export class Pictures {
  #all = new Map();
  #watchers = [];

  /** `watcher(picture, what)`, what: added, changed, removed. */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  add(one) {
    this.#all.set(one.key, one);
    this.#tell(one, "added");
  }

  /** Merges what is new; nobody is told of nothing. */
  update(one, news) {
    if (!this.has(one) || Object.entries(news).every(([name, value]) => one[name] === value)) return;
    const before = one.phase;
    Object.assign(one, news);
    this.#tell(one, "changed", before);
  }

  remove(one) {
    if (this.#all.delete(one.key)) this.#tell(one, "removed");
  }

  has(one) {
    return this.#all.has(one.key);
  }

  /** All, the newest first. */
  list() {
    return [...this.#all.values()].reverse();
  }

  /** How many there are of each group, and in all. */
  counts() {
    const counts = { all: this.#all.size, waiting: 0, found: 0, empty: 0, refused: 0 };
    for (const one of this.#all.values()) counts[GROUPS[one.phase]] += 1;
    return counts;
  }

  #tell(one, what, before = one.phase) {
    for (const watcher of this.#watchers) watcher(one, what, before);
  }
}

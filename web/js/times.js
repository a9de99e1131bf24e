// Instants in the words of the person's own clock and calendar.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en", { weekday: "long" });
const DATE = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" });
const DAY_MS = 86_400_000;

/** The instant of an RFC 3339 text, or null. */
export function instant(text) {
  const at = typeof text === "string" ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : new Date(at);
}

/** "09:30" */
export function clock(at) {
  return CLOCK.format(at);
}

/** "at 09:30", "tomorrow at 09:30", "on Monday at 09:30", "on 3 December at 09:30"; or with another word than "at" */
export function when(at, word = "at", now = new Date()) {
  const midnight = (of) => new Date(of.getFullYear(), of.getMonth(), of.getDate());
  const days = Math.round((midnight(at) - midnight(now)) / DAY_MS);
  const time = `${word} ${CLOCK.format(at)}`.trim();
  if (days === 0) return time;
  if (days === 1) return `tomorrow ${time}`;
  const day = days > 1 && days < 7 ? WEEKDAY.format(at) : DATE.format(at);
  return word ? `on ${day} ${time}` : `${day} ${time}`;
}

/** After so many milliseconds; ends early, without an error, when the signal is aborted. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

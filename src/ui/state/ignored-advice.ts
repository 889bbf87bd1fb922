/** Advice that a person does not want to see again, by its SQL; kept in this browser where it lets us. */

/** "Reset everything" takes all names that begin like this. */
const KEY = 'headroom-ignored-advice';
const KEPT_MAX = 200;

export function readIgnored(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []);
  } catch {
    // Without storage, or with what another hand wrote there, nothing is ignored.
    return new Set();
  }
}

export function keepIgnored(ignored: ReadonlySet<string>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...ignored].slice(-KEPT_MAX)));
  } catch {
    // It stays ignored for this visit.
  }
}

/** Amounts in words, for the reasons that the cache gives. */

const UNITS = [
  { ms: 86_400_000, one: 'day', many: 'days' },
  { ms: 3_600_000, one: 'h', many: 'h' },
  { ms: 60_000, one: 'min', many: 'min' },
  { ms: 1000, one: 's', many: 's' },
  { ms: 1, one: 'ms', many: 'ms' },
] as const;

/** `1 day`, `6 h`, `2.5 s`, `0.4 ms`: the largest unit of which there is one, to two or three digits. */
export function duration(ms: number): string {
  const unit = UNITS.find((each) => ms >= each.ms) ?? UNITS[UNITS.length - 1];
  const count = rounded(ms / unit.ms);
  return `${count} ${count === 1 ? unit.one : unit.many}`;
}

/** `3 writes`, `1 write`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${rounded(count).toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Enough digits to compare by: 0.042, 4.2, 42, 420. */
function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
}

/** `32.8 %`. */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

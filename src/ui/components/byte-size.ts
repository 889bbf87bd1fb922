/** Sizes as a person types them, `64 MiB` or `10,000 B`, and as they are written back: exact, so that reading gives the same bytes. */

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  // Thousands by the letter of the standard; what a person sees afterwards is in KiB.
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
};
const WRITTEN = ['TiB', 'GiB', 'MiB', 'KiB'] as const;

/** Bytes, not necessarily whole; null for what is no size. Without a unit they are bytes. A comma groups thousands, or is a decimal point. */
export function parseBytes(text: string): number | null {
  const [, digits, unit] = /^\s*([-+]?[\d.,]+(?:e[-+]?\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  const plain = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(digits) ? digits.replaceAll(',', '') : digits.replace(',', '.');
  const factor = UNITS[unit.toLowerCase() || 'b'];
  const value = Number(plain);
  return factor === undefined || !Number.isFinite(value) ? null : value * factor;
}

/** In the largest unit in which two decimals say it exactly, else in bytes. */
export function writeBytes(bytes: number): string {
  for (const unit of WRITTEN) {
    const value = bytes / UNITS[unit.toLowerCase()];
    if (value >= 1 && Number(value.toFixed(2)) === value) return `${value} ${unit}`;
  }
  return `${String(bytes).replace(/\B(?=(\d{3})+(?!\d))/g, ',')} B`;
}

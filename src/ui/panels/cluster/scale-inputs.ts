/** The readings of a scale decision in words, whatever the policy put into them. Pure. */
import { formatBytes, formatMs, formatPercent, NOTHING, threeDigits } from '../../format.ts';

/** `CPU ratio 81 %, queue depth 12`: names split at capitals, values with the unit that their name ends in. */
export function inputsInWords(inputs: Readonly<Record<string, number | null>>): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${words(name)} ${value === null ? NOTHING : withUnit(name, value)}`)
    .join(', ');
}

function withUnit(name: string, value: number): string {
  if (/ratio/i.test(name)) return formatPercent(value);
  if (/Ms/.test(name)) return formatMs(value);
  if (/bytes/i.test(name)) return formatBytes(value);
  return threeDigits(value);
}

function words(name: string): string {
  return name
    .replace(/(Ms|Bytes|Ratio)(?=[A-Z]|$)/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/^cpu/, 'CPU');
}

/** One figure of `measure browser`, with its target, and what a group of figures is given to measure with. */
import type { Host } from '../../browser-host.ts';
import type { Progress } from '../../command.ts';
import { rounded } from '../../figures.ts';

export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 'µs' | 'kB' | 'MB' | 'rows/s' | 'queries/s';
  /** What it was measured beside, in the same run, and that one's value in the same unit; null for an absolute figure. */
  peer: string | null;
  peerValue: number | null;
  /** How many times better than the peer: peerValue / value for times and sizes, value / peerValue for rates. */
  ratio: number | null;
  /** The least ratio, or for an absolute figure the largest value; null where the figure only stands beside another. */
  target: number | null;
  met: boolean | null;
  note?: string;
}

export interface Bench {
  host: Host;
  /** Folders: the product's page as shipped, and the page of `bench/browser`. */
  product: string;
  page: string;
  rounds: number;
  progress: Progress;
}

export type Group = (bench: Bench) => Promise<Figure[]>;

/** `target` is the largest value that will do; null where it is only told. */
export function absolute(name: string, value: number, unit: Figure['unit'], target: number | null): Figure {
  const met = target === null ? null : value <= target;
  return { name, value: rounded(value), unit, peer: null, peerValue: null, ratio: null, target, met };
}

/** `target` is the least ratio that will do; null where it is only told. */
export function beside(
  name: string,
  value: number,
  unit: Figure['unit'],
  peer: string,
  peerValue: number,
  target: number | null,
): Figure {
  const ratio = unit.endsWith('/s') ? value / peerValue : peerValue / value;
  const met = target === null ? null : ratio >= target;
  return { name, value: rounded(value), unit, peer, peerValue: rounded(peerValue), ratio: rounded(ratio), target, met };
}

/** Answers that were compared and are not equal: then there is no figure. */
export function sameAnswers(differences: number, what: string): void {
  if (differences > 0) throw new Error(`${what}: ${differences} answers differ, so there is nothing to compare`);
}

export function told({ name, value, unit, peer, peerValue, ratio, met }: Figure): string {
  const compared = peer === null ? '' : `; ${peer}: ${peerValue} ${unit}, ${ratio} times`;
  return `  ${name}: ${value} ${unit}${compared}${met === false ? ' (short of the target)' : ''}`;
}

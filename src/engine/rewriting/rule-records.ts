/** What became of each rule's proposals on this database: tried, proved, refused by which guard, no gain, and what was gained. */
import type { GuardId, OptimizeReport } from '../../optimizer/protocol.ts';

export interface RuleRecord {
  ruleId: string;
  /** Rewrites whose last rule this was, by what became of them. */
  tried: number;
  proved: number;
  refused: number;
  notFaster: number;
  notTried: number;
  /** Of the refused, by the guard that did. */
  refusedBy: Partial<Record<GuardId, number>>;
  /** Statements whose chosen sequence this rule is in, and the greatest gain among them: original / rewritten, measured on the fork. */
  chosen: number;
  bestGain: number | null;
  /** Runs of those in the pool, and what they spared: the difference as measured on the fork, not in the pool. */
  runs: number;
  savedMs: number;
  /** Taken back, being slower in practice. */
  dropped: number;
}

const OUTCOMES = { proved: 'proved', refused: 'refused', 'not-faster': 'notFaster', 'not-tried': 'notTried' } as const;

export class RuleRecords {
  #records = new Map<string, RuleRecord>();

  note(report: OptimizeReport): void {
    for (const { ruleId, outcome, verdicts, rewrittenSql } of report.attempts) {
      if (rewrittenSql === null || !(outcome in OUTCOMES)) continue;
      const record = this.#of(ruleId);
      record.tried++;
      record[OUTCOMES[outcome as keyof typeof OUTCOMES]]++;
      const guard = outcome === 'refused' ? verdicts.find(({ pass }) => !pass)?.guard : undefined;
      if (guard) record.refusedBy[guard] = (record.refusedBy[guard] ?? 0) + 1;
    }
    const gain = report.chosen?.measurement?.ratioWarm ?? null;
    for (const ruleId of report.ruleIds) {
      const record = this.#of(ruleId);
      record.chosen++;
      if (gain !== null) record.bestGain = Math.max(record.bestGain ?? 0, gain);
    }
  }

  /** The proved text ran in place of the typed one. */
  ran({ ruleIds, chosen }: OptimizeReport): void {
    const race = chosen?.measurement;
    for (const ruleId of ruleIds) {
      const record = this.#of(ruleId);
      record.runs++;
      if (race) record.savedMs += Math.max(0, race.originalMs - race.rewrittenMs);
    }
  }

  dropped({ ruleIds }: OptimizeReport): void {
    for (const ruleId of ruleIds) this.#of(ruleId).dropped++;
  }

  /** In the order in which they were first tried. */
  all(): RuleRecord[] {
    return [...this.#records.values()].map((record) => ({ ...record, refusedBy: { ...record.refusedBy } }));
  }

  restore(records: readonly RuleRecord[]): void {
    this.#records = new Map(records.map((record) => [record.ruleId, { ...record }]));
  }

  clear(): void {
    this.#records.clear();
  }

  #of(ruleId: string): RuleRecord {
    let record = this.#records.get(ruleId);
    if (!record) {
      const none = { tried: 0, proved: 0, refused: 0, notFaster: 0, notTried: 0, refusedBy: {} };
      record = { ruleId, ...none, chosen: 0, bestGain: null, runs: 0, savedMs: 0, dropped: 0 };
      this.#records.set(ruleId, record);
    }
    return record;
  }
}

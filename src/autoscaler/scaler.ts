/**
 * The scaler: from readings to a number of workers, with the reason in one sentence. It remembers its target, so that a lost
 * worker is replaced and a reading without data changes nothing.
 */
import { clampWorkers, Cooldown, grow, shrink } from './guardrails.ts';
import { judge, type Verdict } from './policies/thresholds.ts';
import { duration, signalRules, type ScaleSignals, type SignalName } from './signals.ts';
import type { ScalerSettings } from './settings.ts';

/** `replace`: the target stands, but workers are missing. */
export type ScaleAction = 'up' | 'down' | 'hold' | 'replace';

export interface ScaleDecision {
  atMs: number;
  /** How many workers there should be, starting ones included. */
  desired: number;
  /** The target before this decision. */
  before: number;
  action: ScaleAction;
  /** One plain sentence with the numbers. */
  reason: string;
  /** The readings that it was made from. */
  inputs: Record<SignalName | 'ready' | 'starting', number | null>;
}

type Choice = Pick<ScaleDecision, 'desired' | 'action' | 'reason'>;

export interface Scaler {
  decide(signals: ScaleSignals, nowMs: number): ScaleDecision;
}

export class ThresholdScaler implements Scaler {
  #settings: ScalerSettings;
  #target: number;
  /** Holds since all asked-for workers were ready. */
  readonly #settled = new Cooldown();
  /** Holds since all readings are low. */
  readonly #low = new Cooldown();
  /** The first growth need not wait for an earlier change to settle. */
  #hasChanged = false;

  /** Begins at `minWorkers`. */
  constructor(settings: ScalerSettings) {
    this.#settings = settings;
    this.#target = settings.minWorkers;
  }

  get target(): number {
    return this.#target;
  }

  configure(settings: ScalerSettings): void {
    this.#settings = settings;
    this.#target = clampWorkers(this.#target, settings);
  }

  /** Sets the number of workers by hand, inside min and max. */
  setTarget(count: number): void {
    this.#target = clampWorkers(count, this.#settings);
  }

  /** When the next change may come at the earliest; null when nothing holds it back. */
  cooldownUntilMs(nowMs: number): number | null {
    const settledMs = this.#settled.heldMs(nowMs);
    if (settledMs === null || !this.#hasChanged) return null;
    const leftMs = this.#settings.cooldownUpMs - settledMs;
    return leftMs > 0 ? nowMs + leftMs : null;
  }

  decide(signals: ScaleSignals, nowMs: number): ScaleDecision {
    const before = this.#target;
    this.#settled.watch(signals.starting === 0 && signals.ready >= before, nowMs);
    const verdict = judge(signals, this.#settings);
    this.#low.watch(verdict.wish === 'fewer', nowMs);
    const choice = this.#choose(signals, verdict, nowMs);
    this.#target = choice.desired;
    if (choice.action === 'up' || choice.action === 'down') this.#hasChanged = true;
    const { ready, starting, cpuRatio, memoryRatio, responseMs, queueDepth } = signals;
    const inputs = { ready, starting, cpuRatio, memoryRatio, responseMs, queueDepth };
    return { atMs: nowMs, before, ...choice, inputs };
  }

  #choose(signals: ScaleSignals, verdict: Verdict, nowMs: number): Choice {
    const target = this.#target;
    const present = signals.ready + signals.starting;
    if (present < target) {
      const reason = `${present} of ${target} workers are there: ${target - present} to start.`;
      return { desired: target, action: 'replace', reason };
    }
    if (!this.#settings.enabled) return hold(target, 'the auto-scaler is off');
    if (verdict.signal === null) return hold(target, 'no readings yet');
    const reading = this.#reading(verdict.signal, signals);
    if (verdict.wish === 'more') {
      return this.#more(`${reading}, above ${this.#bound(verdict.signal)}`, verdict.pressure, signals.starting, nowMs);
    }
    if (verdict.wish === 'fewer') {
      return this.#fewer(`all readings under half their bounds (highest: ${reading})`, nowMs);
    }
    return hold(target, `${reading}, within the bound of ${this.#bound(verdict.signal)}`);
  }

  #more(high: string, pressure: number, starting: number, nowMs: number): Choice {
    const target = this.#target;
    const desired = grow(target, pressure, this.#settings);
    if (desired <= target) return hold(target, `${high}, but ${target} is the most`);
    const settledMs = this.#settled.heldMs(nowMs);
    if (settledMs === null) return hold(target, `${high}, but ${starting} still starting`);
    const leftMs = this.#settings.cooldownUpMs - settledMs;
    if (leftMs > 0 && this.#hasChanged) {
      return hold(target, `${high}, but the last change settles for another ${duration(leftMs)}`);
    }
    return { desired, action: 'up', reason: `${capital(high)}: ${target} to ${desired} workers.` };
  }

  #fewer(low: string, nowMs: number): Choice {
    const target = this.#target;
    const desired = shrink(target, this.#settings);
    if (desired >= target) return hold(target, `${low}, but ${target} is the least`);
    const heldMs = Math.min(this.#low.heldMs(nowMs) ?? 0, this.#settled.heldMs(nowMs) ?? 0);
    const leftMs = this.#settings.cooldownDownMs - heldMs;
    if (leftMs > 0) return hold(target, `${low}; fewer workers after another ${duration(leftMs)} of this`);
    this.#low.restart(nowMs); // the next one leaves after another full cooldown
    const reason = `${capital(low)} for ${duration(heldMs)}: ${target} to ${desired} workers.`;
    return { desired, action: 'down', reason };
  }

  #reading(name: SignalName, signals: ScaleSignals): string {
    return `${signalRules[name].title} ${signalRules[name].show(signals[name]!)}`;
  }

  #bound(name: SignalName): string {
    return signalRules[name].show(signalRules[name].bound(this.#settings));
  }
}

function hold(target: number, why: string): Choice {
  return { desired: target, action: 'hold', reason: `Hold at ${target}: ${why}.` };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

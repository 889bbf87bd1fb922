/**
 * A cache of keys alone: what a strategy would hold and hit on a stream of key hashes and weights. It costs a few dozen bytes an entry
 * beside results of kilobytes, so several run beside the real content. Keys that share a hash count as one, which a shadow can bear.
 */
import { HashIndex } from '../structures/hash-index.ts';
import { grown } from '../structures/slot-lists.ts';
import { SlotPool } from '../structures/slot-pool.ts';
import type { Strategy } from './strategy.ts';

export class ShadowCache {
  readonly strategy: Strategy;
  #capacity: number;
  #weight = 0;
  readonly #index = new HashIndex();
  readonly #pool = new SlotPool();
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  readonly #onEvict: (keyHash: number) => void;

  /** `onEvict` hears of each key that leaves for want of room. */
  constructor(strategy: Strategy, capacity: number, onEvict: (keyHash: number) => void = () => {}) {
    this.strategy = strategy;
    this.#capacity = capacity;
    this.#onEvict = onEvict;
    strategy.setCapacity(capacity, 0);
  }

  get size(): number {
    return this.#index.size;
  }

  /** Sum of the weights held; never above the capacity. */
  get weight(): number {
    return this.#weight;
  }

  has(keyHash: number): boolean {
    return this.#index.get(keyHash) >= 0;
  }

  /**
   * One request: true for a hit; a miss takes the key in if the strategy and its weight allow. `expiresMs` is for strategies that go by
   * it: unless told, all live equally long.
   */
  access(keyHash: number, weight: number, costMs: number, nowMs: number, expiresMs = nowMs): boolean {
    const held = this.#index.get(keyHash);
    if (held >= 0) {
      this.strategy.onHit(held, nowMs);
      return true;
    }
    this.strategy.onMiss(keyHash);
    if (weight > this.#capacity || !this.strategy.admit(keyHash, weight, costMs, nowMs)) return false;
    this.#makeRoom(weight, nowMs);
    const slot = this.#pool.take();
    if (slot >= this.#hashes.length) {
      this.#hashes = grown(this.#hashes, slot * 2);
      this.#weights = grown(this.#weights, slot * 2);
    }
    this.#hashes[slot] = keyHash;
    this.#weights[slot] = weight;
    this.#weight += weight;
    this.#index.set(keyHash, slot);
    this.strategy.onInsert(slot, keyHash, weight, costMs, nowMs, expiresMs);
    return false;
  }

  /** The key left for a reason that holds for every strategy: it was invalidated, expired or removed by hand. */
  remove(keyHash: number): void {
    const slot = this.#index.get(keyHash);
    if (slot < 0) return;
    this.strategy.onRemove(slot, 'explicit');
    this.#release(slot);
  }

  reweigh(keyHash: number, weight: number, nowMs: number): void {
    const slot = this.#index.get(keyHash);
    if (slot < 0) return;
    this.#weight += weight - this.#weights[slot];
    this.#weights[slot] = weight;
    this.strategy.onReweigh(slot, weight, nowMs);
    this.#makeRoom(0, nowMs);
  }

  setCapacity(capacity: number, nowMs: number): void {
    this.#capacity = capacity;
    this.strategy.setCapacity(capacity, nowMs);
    this.#makeRoom(0, nowMs);
  }

  #makeRoom(weight: number, nowMs: number): void {
    while (this.#weight + weight > this.#capacity && this.#index.size > 0) {
      const slot = this.strategy.victim(nowMs);
      const keyHash = this.#hashes[slot];
      this.strategy.onRemove(slot, 'size');
      this.#release(slot);
      this.#onEvict(keyHash);
    }
  }

  #release(slot: number): void {
    this.#index.delete(this.#hashes[slot]);
    this.#weight -= this.#weights[slot];
    this.#pool.give(slot);
  }
}

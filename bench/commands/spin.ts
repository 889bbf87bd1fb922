/**
 * The spin control: how much more pure computing two threads get done than one, on this machine, now. Absolute
 * figures are quoted beside it, because a shared machine that gives less than 2 here gives less everywhere.
 */
import { Worker } from 'node:worker_threads';
import { number, UsageError, type Command, type Progress } from '../command.ts';
import { median } from '../figures.ts';

export interface SpinReport {
  seconds: number;
  rounds: number;
  oneThreadPerS: number;
  twoThreadsPerS: number;
  /** 2 on a machine with two free cores. */
  ratio: number;
}

export const command: Command = {
  name: 'spin',
  summary: 'parallel capacity of this machine: one computing thread against two',
  options: [
    { name: 'seconds', type: 'number', default: 1, help: 'length of each run, 0.05 to 60' },
    { name: 'rounds', type: 'number', default: 3, help: 'runs of each kind, interleaved; the median counts, 1 to 99' },
  ],
  async run(options, progress) {
    const seconds = number(options, 'seconds');
    const rounds = number(options, 'rounds');
    if (!(seconds >= 0.05 && seconds <= 60)) throw new UsageError(`--seconds must be in [0.05, 60], got ${seconds}.`);
    if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 99)) {
      throw new UsageError(`--rounds must be an integer in [1, 99], got ${rounds}.`);
    }
    return spin(seconds, rounds, progress);
  },
};

/** Runs of one thread and of two, interleaved; medians. */
export async function spin(seconds: number, rounds: number, progress: Progress): Promise<SpinReport> {
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    one.push(await turnsPerSecond(1, seconds));
    two.push(await turnsPerSecond(2, seconds));
    progress(`round ${round} of ${rounds}: ${(two[round - 1] / one[round - 1]).toFixed(2)}`);
  }
  const oneThreadPerS = median(one);
  const twoThreadsPerS = median(two);
  return { seconds, rounds, oneThreadPerS, twoThreadsPerS, ratio: twoThreadsPerS / oneThreadPerS };
}

/** Turns of a loop that all threads together did in a second. Threads start together, at a time told beforehand. */
async function turnsPerSecond(threads: number, seconds: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(SPIN, { eval: true }));
  try {
    await Promise.all(workers.map((worker) => once(worker)));
    const startAt = Date.now() + 20;
    const counts = workers.map((worker) => {
      const counted = once(worker);
      worker.postMessage({ startAt, seconds });
      return counted;
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0) / seconds;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function once(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Runs in each thread: integer arithmetic only, so that nothing is shared, allocated or collected. */
const SPIN = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ startAt, seconds }) => {
  while (Date.now() < startAt);
  const end = performance.now() + seconds * 1000;
  let turns = 0;
  let x = 1;
  while (performance.now() < end) {
    for (let i = 0; i < 10000; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
    turns += 10000;
  }
  parentPort.postMessage(turns + (x & 1));
});
parentPort.postMessage(0);
`;

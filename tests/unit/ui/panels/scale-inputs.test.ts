import { describe, expect, it } from 'vitest';
import { inputsInWords } from '../../../../src/ui/panels/cluster/scale-inputs.ts';

describe('readings of a scale decision', () => {
  it('carry the unit that their name ends in', () => {
    expect(
      inputsInWords({
        ready: 2,
        cpuRatio: 0.813,
        memoryRatio: null,
        responseMs: 12.34,
        queueDepth: 101,
        heapBytes: 2048,
      }),
    ).toBe('ready 2, CPU 81.3 %, memory –, response 12.3 ms, queue depth 101, heap 2 KiB');
  });
});

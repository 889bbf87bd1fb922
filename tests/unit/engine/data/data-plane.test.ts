import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import type { PageRecord } from '../../../../src/database/protocol.ts';
import { foldInSteps, materialize } from '../../../../src/database/file/records.ts';
import { DataPlane } from '../../../../src/engine/data/data-plane.ts';
import { FirstPage } from '../../../../src/engine/data/first-page.ts';

const PAGE = 4096;

function firstPage(pageCount: number, counter: number, cookie: number): Uint8Array {
  const page = new Uint8Array(PAGE);
  const view = new DataView(page.buffer);
  view.setUint16(16, PAGE);
  view.setUint32(28, pageCount);
  const first = new FirstPage(page);
  first.changeCounter = counter;
  first.schemaCookie = cookie;
  return page;
}

function createPlane(pageCount: number): DataPlane {
  let ids = 0;
  const plane = new DataPlane({ newId: () => `id${++ids}`, shared: false });
  const base = new Uint8Array(pageCount * PAGE).fill(7);
  base.set(firstPage(pageCount, 10, 3));
  plane.open(base, PAGE);
  return plane;
}

/** Page 1 with these numbers, and other pages filled with a byte each. */
function record(
  plane: DataPlane,
  pageCount: number,
  counter: number,
  cookie: number,
  fill: Record<number, number> = {},
) {
  const numbers = [1, ...Object.keys(fill).map(Number)];
  const pages = new Uint8Array(numbers.length * PAGE);
  pages.set(firstPage(pageCount, counter, cookie));
  numbers.slice(1).forEach((page, index) => pages.fill(fill[page], (index + 1) * PAGE, (index + 2) * PAGE));
  const { epoch } = plane;
  const pageNumbers = Uint32Array.from(numbers);
  const made: PageRecord = {
    logNumber: 0,
    epoch,
    pageSize: PAGE,
    pageCount,
    pageNumbers,
    pages,
    tablesWritten: null,
    schemaCookie: cookie,
  };
  return made;
}

describe('the way back', () => {
  it('bears a change counter and a schema cookie other than those that every connection has', () => {
    const plane = createPlane(3);
    const { id } = plane.mark('start', false, 0);
    plane.append(record(plane, 3, 11, 40, { 2: 1 }));
    plane.append(record(plane, 3, 12, 5, { 2: 2 }));
    const back = plane.recordOfWayBack(id)!;
    const first = new FirstPage(back.pages);
    expect([first.changeCounter, first.schemaCookie, back.schemaCookie]).toEqual([13, 6, 6]);
    expect(new DataView(back.pages.buffer).getUint32(92)).toBe(13);
    plane.goBack(back);
    const again = new FirstPage(plane.recordOfWayBack(id)!.pages);
    expect([again.changeCounter, again.schemaCookie]).toEqual([14, 7]);
  });

  it('goes on where those numbers come to their end', () => {
    const plane = createPlane(3);
    const { id } = plane.mark('start', false, 0);
    plane.append(record(plane, 3, 0xffffffff, 0x7fffffff, { 2: 1 }));
    const seen = Array.from({ length: 4 }, () => {
      const back = plane.goBack(plane.recordOfWayBack(id)!);
      return [new FirstPage(back.pages).changeCounter, back.schemaCookie];
    });
    expect(new Set(seen.map(([counter]) => counter)).size).toBe(4);
    expect(seen.map(([, cookie]) => cookie)).toEqual([1, 2, 3, 4]);
  });

  it('begins a history and an epoch: what the former primary still has is refused', () => {
    const plane = createPlane(3);
    const { id } = plane.mark('start', false, 0);
    plane.append(record(plane, 3, 11, 3, { 2: 1 }));
    const late = record(plane, 3, 12, 3, { 2: 2 });
    const { historyId, logNumber } = plane.version;
    const back = plane.recordOfWayBack(id)!;
    plane.goBack(back);
    expect(() => plane.append(late)).toThrow('no longer the primary');
    expect(plane.version.historyId).not.toBe(historyId);
    expect(plane.version.logNumber).toBe(logNumber + 1);
    expect(
      plane
        .file()
        .subarray(PAGE)
        .every((byte) => byte === 7),
    ).toBe(true);
  });

  it('leads over pages that were cut off and came back', () => {
    const plane = createPlane(5);
    const { id } = plane.mark('five pages', false, 0);
    plane.append(record(plane, 2, 11, 3));
    const between = plane.mark('two pages', false, 0);
    plane.append(record(plane, 6, 12, 3, { 3: 1, 4: 1, 5: 1, 6: 1 }));
    expect([...plane.points.wayBack(between.id).images.keys()]).toEqual([1]);
    plane.points.drop(between.id);
    const { pageCount, images } = plane.points.wayBack(id);
    expect([pageCount, [...images.keys()].sort()]).toEqual([5, [1, 3, 4, 5]]);
    expect(images.get(4)!.every((byte) => byte === 7)).toBe(true);
  });
});

describe('points', () => {
  it('made by the lab leave by their number and by their bytes, and older ones stay right', () => {
    const plane = createPlane(4);
    const own = plane.mark('own', false, 0);
    for (let step = 1; step <= 4; step++) {
      plane.mark(`before ${step}`, true, 0);
      plane.append(record(plane, 4, 10 + step, 3, { [2 + (step % 3)]: step }));
    }
    plane.points.trim({ automaticMax: 3, automaticBytesMax: Infinity });
    expect(plane.points.points.map(({ name }) => name)).toEqual(['own', 'before 2', 'before 3', 'before 4']);
    plane.points.trim({ automaticMax: 3, automaticBytesMax: 4 * PAGE });
    expect(plane.points.points.map(({ name }) => name)).toEqual(['own', 'before 3', 'before 4']);
    plane.points.trim({ automaticMax: 0, automaticBytesMax: 0 });
    expect(plane.points.points).toEqual([own]);
    for (const [page, image] of plane.points.wayBack(own.id).images) {
      if (page > 1) expect(image.every((byte) => byte === 7)).toBe(true);
    }
  });
});

describe('folding in steps', () => {
  it('gives what laying all at once gives, whatever comes and goes, at any size of step', () => {
    const random = createRandom(3);
    for (let trial = 0; trial < 20; trial++) {
      const plane = createPlane(4);
      for (let step = 0; step < 8; step++) {
        const pageCount = 1 + random.below(6);
        const fill: Record<number, number> = {};
        for (let page = 2; page <= pageCount; page++) if (random.below(2) === 0) fill[page] = random.below(256);
        plane.append(record(plane, pageCount, 11 + step, 3, fill));
      }
      const whole = materialize(plane.snapshot);
      const steps = foldInSteps(
        plane.snapshot,
        (byteLength) => new Uint8Array(byteLength),
        500 + random.below(3 * PAGE),
      );
      let step = steps.next();
      while (!step.done) step = steps.next();
      expect(Buffer.compare(step.value, whole)).toBe(0);
      const { version } = plane;
      const folding = plane.fold(version.logNumber - random.below(3));
      folding.next();
      plane.append(record(plane, 6, 30, 3, { 6: 9 }));
      const after = materialize(plane.snapshot);
      for (const _ of folding);
      expect(plane.version.logNumber).toBe(version.logNumber + 1);
      expect(Buffer.compare(plane.file(), after)).toBe(0);
    }
  });
});

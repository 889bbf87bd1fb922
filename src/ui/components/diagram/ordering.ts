/**
 * Within the layers of a diagram: who stands above whom, so that few lines cross, and how high, so that lines run level.
 * Order by the barycentre method, sweeping to and fro; heights by isotonic regression, which finds the places nearest to those
 * wished for that keep order and distance (pool adjacent violators).
 */

/** A box, or a line's lane through a layer. */
export interface Slot {
  id: string;
  width: number;
  height: number;
}

/** A piece of a line between neighbouring layers; heights are within the slots. */
export interface Tie {
  left: string;
  leftY: number;
  right: string;
  rightY: number;
}

export interface Layers {
  /** From the left; within a layer from the top. */
  slots: Slot[][];
  ties: Tie[];
}

const SWEEPS = 12;
const ALIGN_ROUNDS = 16;

/** The same layers in the order with the fewest crossings that the sweeps came upon. */
export function bestOrder({ slots, ties }: Layers): Layers {
  const [leftTies, rightTies] = [group(ties, 'right'), group(ties, 'left')];
  let present = slots.map((layer) => [...layer]);
  let best = present;
  let fewest = crossings(present, ties);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const toTheRight = sweep % 2 === 0;
    const next = present.map((layer) => [...layer]);
    const layers = next.map((_, index) => (toTheRight ? index : next.length - 1 - index));
    const place = places(next);
    for (const index of layers) {
      const wish = new Map(
        next[index].map((slot, at) => {
          const near = (toTheRight ? leftTies : rightTies).get(slot.id) ?? [];
          const sum = near.reduce((total, tie) => {
            const [id, y] = toTheRight ? [tie.left, tie.leftY] : [tie.right, tie.rightY];
            // Ends lower down in the same box come lower: hundredths of a place.
            return total + (place.get(id) ?? 0) + y / 10_000;
          }, 0);
          return [slot.id, near.length > 0 ? sum / near.length : at];
        }),
      );
      next[index].sort((one, other) => (wish.get(one.id) ?? 0) - (wish.get(other.id) ?? 0));
      next[index].forEach(({ id }, at) => place.set(id, at));
    }
    present = next;
    const count = crossings(present, ties);
    if (count < fewest) [best, fewest] = [present, count];
  }
  return { slots: best, ties };
}

/** Pairs of pieces between the same two layers that cross. */
export function crossings(slots: readonly (readonly Slot[])[], ties: readonly Tie[]): number {
  const place = places(slots);
  const layer = new Map(slots.flatMap((each, index) => each.map(({ id }) => [id, index] as const)));
  const at = (id: string, y: number): number => (place.get(id) ?? 0) + y / 10_000;
  const byLayer = new Map<number, [number, number][]>();
  for (const { left, leftY, right, rightY } of ties) {
    const index = layer.get(left) ?? 0;
    byLayer.set(index, [...(byLayer.get(index) ?? []), [at(left, leftY), at(right, rightY)]]);
  }
  let count = 0;
  for (const pieces of byLayer.values()) {
    pieces.forEach(([left, right], index) => {
      for (const [otherLeft, otherRight] of pieces.slice(index + 1)) {
        if ((left - otherLeft) * (right - otherRight) < 0) count++;
      }
    });
  }
  return count;
}

/** The top of every slot, 0 for the highest: order kept, `gap` between neighbours, ends of lines as level as that allows. */
export function align({ slots, ties }: Layers, gap: number): Map<string, number> {
  const tops = new Map<string, number>();
  for (const layer of slots) {
    let y = 0;
    for (const slot of layer) {
      tops.set(slot.id, y);
      y += slot.height + gap;
    }
  }
  const near = new Map<string, { id: string; shift: number }[]>();
  const add = (id: string, other: string, shift: number): void => {
    near.set(id, [...(near.get(id) ?? []), { id: other, shift }]);
  };
  for (const { left, leftY, right, rightY } of ties) {
    add(left, right, rightY - leftY);
    add(right, left, leftY - rightY);
  }
  for (let round = 0; round < ALIGN_ROUNDS; round++) {
    const layers = round % 2 === 0 ? slots : [...slots].reverse();
    for (const layer of layers) {
      const wished = layer.map(({ id }) => {
        const wishes = (near.get(id) ?? []).map((one) => (tops.get(one.id) ?? 0) + one.shift);
        return wishes.length > 0 ? wishes.reduce((sum, each) => sum + each, 0) / wishes.length : (tops.get(id) ?? 0);
      });
      const placed = nearest(
        wished,
        layer.map(({ height }) => height + gap),
      );
      layer.forEach(({ id }, index) => tops.set(id, placed[index]));
    }
  }
  const highest = Math.min(...tops.values());
  for (const [id, top] of tops) tops.set(id, top - highest);
  return tops;
}

/** Places nearest to those wished for (least squares), each at least `room` of its predecessor below it. */
export function nearest(wished: readonly number[], room: readonly number[]): number[] {
  // Without the room that each needs, the task is to find the nearest rising sequence.
  const offsets: number[] = [];
  wished.forEach((_, index) => offsets.push(index === 0 ? 0 : offsets[index - 1] + room[index - 1]));
  const blocks: { sum: number; count: number }[] = [];
  wished.forEach((wish, index) => {
    let block = { sum: wish - offsets[index], count: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.count > block.sum / block.count; last = blocks.at(-1)) {
      blocks.pop();
      block = { sum: last.sum + block.sum, count: last.count + block.count };
    }
    blocks.push(block);
  });
  return blocks
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((value, index) => value + offsets[index]);
}

function places(slots: readonly (readonly Slot[])[]): Map<string, number> {
  return new Map(slots.flatMap((layer) => layer.map(({ id }, at) => [id, at] as const)));
}

function group(ties: readonly Tie[], end: 'left' | 'right'): Map<string, Tie[]> {
  const found = new Map<string, Tie[]>();
  for (const tie of ties) {
    const id = tie[end];
    const list = found.get(id);
    if (list) list.push(tie);
    else found.set(id, [tie]);
  }
  return found;
}

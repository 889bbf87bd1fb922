import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/core/random.ts';
import { layOut, type Box, type Link, type Picture } from '../../../../../src/ui/components/diagram/layered.ts';
import { controls } from '../../../../../src/ui/components/diagram/line.ts';
import { crossings, nearest } from '../../../../../src/ui/components/diagram/ordering.ts';

const box = (id: string, height = 60): Box => ({ id, width: 180, height });
const link = (from: string, to: string, fromY = 40, toY = 30): Link => ({ from, to, fromY, toY });

/** A schema of `count` tables: mostly trees, some rings, self-references, double links, hubs and loners. */
function randomSchema(seed: string, count: number): { boxes: Box[]; links: Link[] } {
  const random = createRandom(seed);
  const boxes = Array.from({ length: count }, (_, at) => box(`t${at}`, 40 + 20 * random.below(7)));
  const links: Link[] = [];
  for (let at = 0; at < count; at++) {
    for (let more = random.below(4); more > 0; more--) {
      const to = random.below(10) === 0 ? random.below(count) : random.below(at + 1);
      links.push(link(`t${at}`, `t${random.below(4) ? to : 0}`, 30 + random.below(10), 30));
    }
  }
  return { boxes, links };
}

/** A chain with twigs, keys to itself and to a table two and three before: it has few lines at any place, and many columns. */
function twigs(count: number): { boxes: Box[]; links: Link[] } {
  const boxes = Array.from({ length: count }, (_, at) => box(`t${at}`, 60 + 20 * (at % 3)));
  const links = boxes.flatMap((_, at) => [
    ...(at > 0 ? [link(`t${at}`, `t${at - 1}`)] : []),
    ...(at % 5 === 4 ? [link(`t${at}`, `t${at - 3}`, 50), link(`t${at - 2}`, `t${at}`, 50)] : []),
    ...(at % 7 === 0 ? [link(`t${at}`, `t${at}`)] : []),
  ]);
  return { boxes, links };
}

const rectangles = (boxes: readonly Box[], picture: Picture): (Box & { x: number; y: number })[] =>
  boxes.map((one) => ({ ...one, ...picture.boxes.get(one.id)! }));

/** Points of a route, curves included, close enough to see a box between them. */
function trace(points: readonly { x: number; y: number }[]): { x: number; y: number }[] {
  return points.slice(1).flatMap((to, index) => {
    const from = points[index];
    return Array.from({ length: 41 }, (_, step) => {
      const t = step / 40;
      const isCurve = index % 2 === 0;
      const ease = isCurve ? t * t * (3 - 2 * t) : t;
      const middle = controls(points, index)[0].x;
      const x = isCurve
        ? (1 - t) ** 3 * from.x + 3 * (1 - t) ** 2 * t * middle + 3 * (1 - t) * t * t * middle + t ** 3 * to.x
        : from.x + t * (to.x - from.x);
      return { x, y: from.y + ease * (to.y - from.y) };
    });
  });
}

describe('the layered diagram', () => {
  it.each([1, 2, 7, 20, 40, 60])('of %i tables: no box lies on another, no line runs through one', (count) => {
    for (const seed of ['a', 'b', 'c', 'd', 'narrow']) {
      const { boxes, links } = seed === 'narrow' ? twigs(count) : randomSchema(`${seed}${count}`, count);
      const picture = layOut(boxes, links, seed === 'narrow' ? 600 : 1200);
      const placed = rectangles(boxes, picture);
      placed.forEach((one, index) => {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.y).toBeGreaterThanOrEqual(0);
        expect(one.x + one.width).toBeLessThanOrEqual(picture.width);
        expect(one.y + one.height).toBeLessThanOrEqual(picture.height);
        const touched = placed
          .slice(index + 1)
          .filter(
            (other) =>
              one.x + one.width > other.x &&
              other.x + other.width > one.x &&
              one.y + one.height > other.y &&
              other.y + other.height > one.y,
          );
        expect(touched, `${seed}${count}: ${one.id}`).toEqual([]);
      });
      const through = links.flatMap(({ from, to }, index) =>
        (from === to ? [] : trace(picture.routes[index])).flatMap(({ x, y }) =>
          placed
            .filter(
              (each) => x > each.x + 0.5 && x < each.x + each.width - 0.5 && y > each.y && y < each.y + each.height,
            )
            .map(({ id }) => `${seed}${count}: ${from} to ${to} through ${id}`),
        ),
      );
      expect(through).toEqual([]);
    }
  });

  it('ends every line at its own column of its own box', () => {
    const { boxes, links } = randomSchema('ends', 30);
    const picture = layOut(boxes, links);
    links.forEach(({ from, to, fromY, toY }, index) => {
      const route = picture.routes[index];
      const [first, last] = [route[0], route.at(-1)!];
      const [child, parent] = [picture.boxes.get(from)!, picture.boxes.get(to)!];
      expect(first.y).toBeCloseTo(child.y + fromY, 6);
      expect([child.x, child.x + 180]).toContain(first.x);
      if (from !== to) expect(last.y).toBeCloseTo(parent.y + toY, 6);
      expect([parent.x, parent.x + 180]).toContain(last.x);
    });
  });

  it('is the same whatever order tables and keys come in', () => {
    const { boxes, links: all } = randomSchema('order', 25);
    // Of two equal keys either may have the upper lane.
    const links = [...new Map(all.map((each) => [Object.values(each).join(), each])).values()];
    const first = layOut(boxes, links);
    const second = layOut([...boxes].reverse(), [...links].reverse());
    expect(new Map([...second.boxes].sort())).toEqual(new Map([...first.boxes].sort()));
    expect(second.routes.reverse()).toEqual(first.routes);
  });

  it('puts what is referred to on the left, and a chain in a level row', () => {
    const { boxes } = layOut(
      ['a', 'b', 'c'].map((id) => box(id)),
      [link('c', 'b', 30), link('b', 'a', 30)],
    );
    const places = ['a', 'b', 'c'].map((id) => boxes.get(id)!);
    expect(places.map(({ x }) => x)).toEqual([0, 268, 536]);
    expect(new Set(places.map(({ y }) => Math.round(y)))).toEqual(new Set([0]));
  });

  it('breaks a long chain into bands that fit, read from the left and from the top', () => {
    const boxes = Array.from({ length: 60 }, (_, at) => box(`t${String(at).padStart(2, '0')}`));
    const links = boxes.slice(1).map(({ id }, at) => link(id, boxes[at].id));
    const picture = layOut(boxes, links, 1200);
    expect(picture.width).toBeLessThanOrEqual(1200);
    const corners = boxes.map(({ id }) => picture.boxes.get(id)!);
    corners.slice(1).forEach((corner, at) => {
      const before = corners[at];
      const goesOn = corner.x > before.x;
      expect(goesOn ? Math.abs(corner.y - before.y) < 60 : corner.y > before.y + 60, `table ${at + 1}`).toBe(true);
      // A line over a break turns round twice.
      expect(picture.routes[at]).toHaveLength(goesOn ? 2 : 4);
    });
    expect(corners.filter(({ x }) => x === corners[0].x)).toHaveLength(15);
  });

  it('stays wide where many lines would cross a break', () => {
    const columns = Array.from({ length: 8 }, (_, at) =>
      Array.from({ length: 9 }, (__, row) => box(`c${at}r${row}`, 40)),
    );
    const links = columns
      .slice(1)
      .flatMap((column, at) => column.map(({ id }, row) => link(id, columns[at][row].id, 20, 20)));
    expect(layOut(columns.flat(), links, 700).width).toBeLessThanOrEqual(700); // nine chains, each a group of its own
    const hubs = columns.map((column) => link(column[0].id, column[1].id, 20, 20));
    const across = columns
      .slice(1)
      .flatMap((column, at) => column.slice(1).map(({ id }) => link(id, columns[at][0].id, 30, 20)));
    expect(layOut(columns.flat(), [...links, ...hubs, ...across], 700).width).toBeGreaterThan(700);
  });

  it('draws a tree without a crossing', () => {
    const random = createRandom('tree');
    for (let trial = 0; trial < 20; trial++) {
      const names = Array.from({ length: 15 }, (_, at) => `${random.below(1000)}-${at}`);
      const links = names.slice(1).map((name, at) => link(name, names[random.below(Math.min(at + 1, 4))]));
      const picture = layOut(
        names.map((name) => box(name)),
        links,
      );
      const lines = links.map((_, index) => picture.routes[index]).filter((route) => route.length === 2);
      for (const [one, other] of lines.flatMap((line, at) =>
        lines.slice(at + 1).map((next) => [line, next] as const),
      )) {
        if (one[0].x !== other[0].x || one[1].x !== other[1].x) continue;
        expect((one[0].y - other[0].y) * (one[1].y - other[1].y)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('keeps lines shorter than places by chance do', () => {
    const { boxes, links } = randomSchema('short', 40);
    const picture = layOut(boxes, links);
    const random = createRandom('shuffle');
    const length = (place: (id: string) => { x: number; y: number }): number =>
      links.reduce(
        (sum, { from, to }) => sum + Math.hypot(place(from).x - place(to).x, place(from).y - place(to).y),
        0,
      );
    const own = length((id) => picture.boxes.get(id)!);
    for (let trial = 0; trial < 20; trial++) {
      const corners = [...picture.boxes.values()].map((corner) => ({ corner, key: random.next() }));
      corners.sort((one, other) => one.key - other.key);
      const shuffled = new Map(boxes.map(({ id }, index) => [id, corners[index].corner]));
      expect(own).toBeLessThan(0.9 * length((id) => shuffled.get(id)!));
    }
  });

  it('breaks a hub with many children into columns instead of one tall one', () => {
    const names = Array.from({ length: 40 }, (_, at) => `child${at}`);
    const picture = layOut(
      [box('hub'), ...names.map((name) => box(name, 80))],
      names.map((name) => link(name, 'hub')),
    );
    expect(picture.height).toBeLessThan(2 * picture.width);
    expect(picture.width).toBeLessThan(3000);
  });

  it('bundles lines that end at the same place: a hub of 60 tables has one trunk, and no page of lines', () => {
    const boxes = Array.from({ length: 60 }, (_, at) => box(`t${at}`));
    const picture = layOut(
      boxes,
      boxes.slice(1).map(({ id }) => link(id, 't0')),
      2000,
    );
    const lanes = new Map<number, Set<number>>();
    for (const route of picture.routes)
      for (const { x, y } of route.slice(1, -1)) lanes.set(x, (lanes.get(x) ?? new Set()).add(y));
    expect(lanes.size).toBeGreaterThan(4);
    for (const heights of lanes.values()) expect(heights.size).toBe(1);
    // The boxes alone, in columns: 60 of 60 px and the gaps between them.
    expect(picture.height * picture.width).toBeLessThan(3 * 60 * (60 + 20) * (180 + 88));
  });

  it('opens rings, and knows an empty schema', () => {
    const picture = layOut([box('a'), box('b')], [link('a', 'b'), link('b', 'a'), link('a', 'a')]);
    expect(picture.routes.map((route) => route.length)).toEqual([2, 2, 2]);
    expect(layOut([], [])).toMatchObject({ width: 0, height: 0, routes: [] });
  });
});

describe('heights within a layer', () => {
  it('are those wished for where there is room', () => {
    expect(nearest([0, 100, 300], [50, 50, 50])).toEqual([0, 100, 300]);
  });

  it('are the nearest that keep order and room', () => {
    // Two that both want 100 and need 50: 25 up, 25 down.
    expect(nearest([100, 100], [50, 50])).toEqual([75, 125]);
    expect(nearest([90, 0], [10, 10])).toEqual([40, 50]);
  });
});

describe('crossings', () => {
  it('are counted between the same two layers', () => {
    const slot = (id: string): { id: string; width: number; height: number } => ({ id, width: 0, height: 10 });
    const slots = [
      [slot('a'), slot('b')],
      [slot('c'), slot('d')],
    ];
    const tie = (left: string, right: string): { left: string; leftY: number; right: string; rightY: number } => ({
      left,
      leftY: 0,
      right,
      rightY: 0,
    });
    expect(crossings(slots, [tie('a', 'c'), tie('b', 'd')])).toBe(0);
    expect(crossings(slots, [tie('a', 'd'), tie('b', 'c')])).toBe(1);
  });
});

/**
 * Breaks a picture of many columns into bands, one under the other, as a long line of text is broken: a chain of tables is read
 * without scrolling sideways. A line over a break turns round at the end of its band, runs back between the two, and turns
 * round again. A break that many lines cross would be a knot: there the picture stays wide instead.
 */
import type { Point } from './layered.ts';

/** What is laid out: boxes by their corners, lines by their index, as in a `Picture`. */
export interface Laid {
  boxes: Map<string, Point>;
  routes: Map<number, Point[]>;
  width: number;
  height: number;
}

/** How far a line bulges where it turns round. */
export const TURN = 28;
const LANE_HEIGHT = 14;
const BAND_GAP = 28;
/** Lines that may cross a break. */
const CROSSING_MAX = 6;

/** `lefts` are the left edges of the columns, rising from 0; no point lies between a column's right edge and the next left one. */
export function breakIntoBands(
  laid: Laid,
  heights: ReadonlyMap<string, number>,
  lefts: readonly number[],
  targetWidth: number,
): Laid {
  if (laid.width <= targetWidth) return laid;
  const columnOf = (x: number): number =>
    Math.max(
      0,
      lefts.findLastIndex((left) => left <= x),
    );
  const bandOf = bandsOf(laid, columnOf, lefts, targetWidth);
  const count = (bandOf.at(-1) ?? 0) + 1;
  if (count === 1) return laid;

  const bands = Array.from({ length: count }, () => ({
    top: Infinity,
    bottom: -Infinity,
    crossing: new Set<string>(),
    y: 0,
  }));
  const reach = ({ x, y }: Point, above: number, below: number): void => {
    const band = bands[bandOf[columnOf(x)]];
    band.top = Math.min(band.top, y - above);
    band.bottom = Math.max(band.bottom, y + below);
  };
  for (const [id, corner] of laid.boxes) reach(corner, 0, heights.get(id) ?? 0);
  for (const route of laid.routes.values()) for (const point of route) reach(point, LANE_HEIGHT / 2, LANE_HEIGHT / 2);
  for (const route of laid.routes.values()) {
    for (const { band, trunk } of crossed(route)) bands[band].crossing.add(trunk);
  }

  const found: Laid = { boxes: new Map(), routes: new Map(), width: 0, height: 0 };
  for (const band of bands) {
    band.y = found.height;
    found.height += band.bottom - band.top + BAND_GAP + band.crossing.size * LANE_HEIGHT;
  }
  found.height -= BAND_GAP;
  const move = ({ x, y }: Point): Point => {
    const column = columnOf(x);
    const { top, y: bandY } = bands[bandOf[column]];
    return { x: x - lefts[bandOf.indexOf(bandOf[column])] + TURN, y: y - top + bandY };
  };
  for (const [id, corner] of laid.boxes) found.boxes.set(id, move(corner));
  const laneOf = bands.map(({ crossing }) => new Map([...crossing].map((trunk, at) => [trunk, at])));
  for (const [index, route] of laid.routes) {
    const moved: Point[] = [];
    route.forEach((point, step) => {
      const here = move(point);
      const band = step % 2 === 1 ? breakBetween(route[step - 1], point) : null;
      if (band !== null) {
        const { bottom, top, y } = bands[band];
        const lane = laneOf[band].get(trunkOf(route[step - 1], point)) ?? 0;
        const laneY = y + bottom - top + BAND_GAP / 2 + (lane + 0.5) * LANE_HEIGHT;
        moved.push({ x: moved[moved.length - 1].x, y: laneY }, { x: here.x, y: laneY });
      }
      moved.push(here);
    });
    found.routes.set(index, moved);
    for (const { x } of moved) found.width = Math.max(found.width, x + TURN);
  }
  return found;

  /** The band after which the break lies that this step crosses; null for a step within a band. */
  function breakBetween(from: Point, to: Point): number | null {
    const [one, other] = [bandOf[columnOf(from.x)], bandOf[columnOf(to.x)]];
    return one === other ? null : Math.min(one, other);
  }

  /** Bands after which a route crosses the break, and with which others it does so. */
  function crossed(route: readonly Point[]): { band: number; trunk: string }[] {
    return route.flatMap((point, step) => {
      const band = step % 2 === 1 ? breakBetween(route[step - 1], point) : null;
      return band === null ? [] : [{ band, trunk: trunkOf(route[step - 1], point) }];
    });
  }
}

/** Lines that go on from the same place on the left run as one over a break. */
function trunkOf(one: Point, other: Point): string {
  const { x, y } = one.x < other.x ? one : other;
  return `${x} ${y}`;
}

/** The band of each column: as many columns as fit, or as far as the best break in the second half of those. */
function bandsOf(
  { routes, width }: Laid,
  columnOf: (x: number) => number,
  lefts: readonly number[],
  targetWidth: number,
): number[] {
  /** Lines between a column and the next; those of one trunk count as one. */
  const crossing = lefts.map(() => new Set<string>());
  for (const route of routes.values()) {
    for (let step = 1; step < route.length; step += 2) {
      const [one, other] = [columnOf(route[step - 1].x), columnOf(route[step].x)];
      if (one !== other) crossing[Math.min(one, other)].add(trunkOf(route[step - 1], route[step]));
    }
  }
  const bandOf: number[] = [];
  let band = 0;
  for (let first = 0; first < lefts.length; band++) {
    const rightOf = (column: number): number => (lefts[column + 1] ?? width) - lefts[first];
    let last = first;
    while (last < lefts.length - 1 && rightOf(last + 1) <= targetWidth - 2 * TURN) last++;
    if (last < lefts.length - 1) {
      let best = last;
      for (let at = last - 1; at > first && at - first >= (last - first) / 2; at--)
        if (crossing[at].size < crossing[best].size) best = at;
      while (best < lefts.length - 1 && crossing[best].size > CROSSING_MAX) best++;
      last = best;
    }
    for (; first <= last; first++) bandOf.push(band);
  }
  return bandOf;
}

/** The route of a line as an SVG path, with what stands at its ends and in its middle. */
import type { Point } from './layered.ts';

const LOOP = 28;

/** Curves through the gaps between columns, straight lanes through the columns; a loop where both ends are on one side. */
export function pathOf(route: readonly Point[]): string {
  const [first, ...rest] = route;
  if (!first) return '';
  if (isLoop(route)) {
    const [from, to] = route;
    return `M${at(from)} C${at({ x: from.x + LOOP, y: from.y })} ${at({ x: to.x + LOOP, y: to.y })} ${at(to)}`;
  }
  let path = `M${at(first)}`;
  rest.forEach((to, index) => {
    const from = route[index];
    const middle = (from.x + to.x) / 2;
    path +=
      index % 2 === 0 ? ` C${at({ x: middle, y: from.y })} ${at({ x: middle, y: to.y })} ${at(to)}` : ` L${at(to)}`;
  });
  return path;
}

/** Where a mark on the line stands: on the first curve, nearer to its beginning, where lines to one box are still apart. */
export function markOf(route: readonly Point[]): Point {
  const [from, to] = route;
  if (isLoop(route)) return { x: from.x + LOOP * 0.75, y: (from.y + to.y) / 2 };
  // The curve of `pathOf` after three tenths.
  return { x: from.x + 0.342 * (to.x - from.x), y: from.y + 0.216 * (to.y - from.y) };
}

/** A crow's foot: many. The line begins there. */
export function manyEnd(route: readonly Point[]): string {
  const { x, y } = route[0];
  const tip = x + 11 * outwards(route[0], route[1], isLoop(route));
  return `M${at({ x, y: y - 5 })} L${at({ x: tip, y })} L${at({ x, y: y + 5 })}`;
}

/** A bar: exactly one. The line ends there. */
export function oneEnd(route: readonly Point[]): string {
  const last = route[route.length - 1];
  const x = last.x + 7 * outwards(last, route[route.length - 2], isLoop(route));
  return `M${at({ x, y: last.y - 5 })} L${at({ x, y: last.y + 5 })}`;
}

const isLoop = (route: readonly Point[]): boolean => route.length === 2 && route[0].x === route[1].x;

/** Which way a line leaves a box, 1 to the right. */
function outwards(end: Point, next: Point, loop: boolean): number {
  return loop || next.x > end.x ? 1 : -1;
}

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
const round = (value: number): number => Math.round(value * 10) / 10;

/** The route of a line as an SVG path, with what stands at its ends and in its middle. */
import { TURN } from './bands.ts';
import type { Point } from './layered.ts';

/** Curves through the gaps between columns, straight lanes through the columns; a turn where both ends of a curve are on one side. */
export function pathOf(route: readonly Point[]): string {
  const [first, ...rest] = route;
  if (!first) return '';
  let path = `M${at(first)}`;
  rest.forEach((to, index) => {
    if (index % 2 === 1) path += ` L${at(to)}`;
    else {
      const [one, other] = controls(route, index);
      path += ` C${at(one)} ${at(other)} ${at(to)}`;
    }
  });
  return path;
}

/** The two control points of the curve that begins at this point of the route. */
export function controls(route: readonly Point[], index: number): [Point, Point] {
  const [from, to] = [route[index], route[index + 1]];
  const x = from.x === to.x ? from.x + TURN * turnSide(route, index) : (from.x + to.x) / 2;
  return [
    { x, y: from.y },
    { x, y: to.y },
  ];
}

/** Where a mark on the line stands: on the first curve, nearer to its beginning, where lines to one box are still apart. */
export function markOf(route: readonly Point[]): Point {
  const [from, to] = route;
  const [{ x }] = controls(route, 0);
  if (isLoop(route)) return { x: from.x + TURN * 0.75, y: (from.y + to.y) / 2 };
  // The curve of `pathOf` after three tenths.
  return { x: 0.343 * from.x + 0.63 * x + 0.027 * to.x, y: from.y + 0.216 * (to.y - from.y) };
}

/** A crow's foot: many. The line begins there. */
export function manyEnd(route: readonly Point[]): string {
  const { x, y } = route[0];
  const tip = x + 11 * outwards(x, controls(route, 0)[0]);
  return `M${at({ x, y: y - 5 })} L${at({ x: tip, y })} L${at({ x, y: y + 5 })}`;
}

/** A bar: exactly one. The line ends there. */
export function oneEnd(route: readonly Point[]): string {
  const last = route[route.length - 1];
  const x = last.x + 7 * outwards(last.x, controls(route, route.length - 2)[1]);
  return `M${at({ x, y: last.y - 5 })} L${at({ x, y: last.y + 5 })}`;
}

const isLoop = (route: readonly Point[]): boolean => route.length === 2 && route[0].x === route[1].x;

/** To which side a curve turns round, 1 to the right: away from the lane that it leads to or comes from. */
function turnSide(route: readonly Point[], index: number): number {
  const lane = index + 2 < route.length ? route[index + 2] : index > 0 ? route[index - 1] : null;
  return lane !== null && lane.x > route[index].x ? -1 : 1;
}

/** Which way a line leaves a box, 1 to the right. */
function outwards(x: number, next: Point): number {
  return next.x > x ? 1 : -1;
}

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
const round = (value: number): number => Math.round(value * 10) / 10;

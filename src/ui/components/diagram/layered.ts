/**
 * Places boxes that point at each other so that the lines are short and cross little: the layered method (Sugiyama, Tagawa,
 * Toda 1981). What is pointed at stands to the left. A line that spans several layers keeps a free lane through those between,
 * so no line runs through a box. The same boxes and lines give the same picture, in whatever order they come.
 */
import { breakIntoBands, TURN, type Laid } from './bands.ts';
import { align, bestOrder, type Layers, type Slot, type Tie } from './ordering.ts';

export interface Box {
  id: string;
  width: number;
  height: number;
}

/** A line from one box to another; `fromY` and `toY` are the heights of its ends within the boxes. */
export interface Link {
  from: string;
  to: string;
  fromY: number;
  toY: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Picture {
  width: number;
  height: number;
  /** Top left corners, by id. */
  boxes: Map<string, Point>;
  /**
   * For each link, in the order given: points in pairs, from end to end. Between the two points of the first, third, ... step a
   * curve runs through the gap between two columns, or turns round where both have the same x; on the others a straight lane
   * through a column, or back under a band of columns.
   */
  routes: Point[][];
}

export const COLUMN_GAP = 88;
const ROW_GAP = 20;
const LANE_HEIGHT = 14;
const GROUP_GAP = 40;
/** Links to unknown boxes are not allowed. */
export function layOut(boxes: readonly Box[], links: readonly Link[], targetWidth = 1200): Picture {
  const sorted = [...boxes].sort((one, other) => (one.id < other.id ? -1 : 1));
  const groups = connected(sorted, links).map((group) => placeGroup(group, links, targetWidth));
  return pack(groups, links, targetWidth);
}

/** Boxes that hang together by links; the largest groups first. */
function connected(boxes: readonly Box[], links: readonly Link[]): Box[][] {
  const near = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { from, to } of links) {
    near.get(from)?.push(to);
    near.get(to)?.push(from);
  }
  const seen = new Set<string>();
  const groups: Box[][] = [];
  for (const { id } of boxes) {
    if (seen.has(id)) continue;
    const members = new Set([id]);
    for (const member of members) for (const other of near.get(member) ?? []) members.add(other);
    for (const member of members) seen.add(member);
    groups.push(boxes.filter((box) => members.has(box.id)));
  }
  return groups.sort((one, other) => other.length - one.length);
}

function placeGroup(boxes: readonly Box[], links: readonly Link[], targetWidth: number): Laid {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const own = links
    .map((link, index) => ({ ...link, index }))
    .filter(({ from }) => byId.has(from))
    .sort((one, other) => compareLinks(one, other));
  // Turned so that each points to the left; self-references lie beside their box.
  const turned = acyclic(
    boxes.map(({ id }) => id),
    own.filter(({ from, to }) => from !== to),
  );
  const layerOf = assignLayers(boxes, turned);
  const { layers, lanes } = buildLayers(boxes, turned, layerOf);
  const ordered = bestOrder(layers);
  const tops = align(ordered, ROW_GAP);

  const columns = ordered.slots.map((slots) => Math.max(...slots.map(({ width }) => width), 0));
  const lefts: number[] = [];
  columns.forEach((_, index) => lefts.push(index === 0 ? 0 : lefts[index - 1] + columns[index - 1] + COLUMN_GAP));
  const corner = (id: string): Point => ({ x: lefts[layerOf.get(id) ?? 0], y: tops.get(id) ?? 0 });
  const found: Laid = { boxes: new Map(), routes: new Map(), width: 0, height: 0 };
  for (const { id, width, height } of boxes) {
    const at = corner(id);
    found.boxes.set(id, at);
    found.width = Math.max(found.width, at.x + width);
    found.height = Math.max(found.height, at.y + height);
  }
  for (const link of turned) {
    const right = { at: corner(link.right), y: link.rightY };
    const left = { at: corner(link.left), y: link.leftY };
    const points = [{ x: right.at.x, y: right.at.y + right.y }];
    for (const lane of lanes.get(link.index) ?? []) {
      const y = (tops.get(lane.id) ?? 0) + LANE_HEIGHT / 2;
      const x = lefts[lane.layer];
      points.push({ x: x + columns[lane.layer], y }, { x, y });
      found.height = Math.max(found.height, y + LANE_HEIGHT / 2);
    }
    points.push({ x: left.at.x + (byId.get(link.left)?.width ?? 0), y: left.at.y + left.y });
    found.routes.set(link.index, link.isTurned ? points.reverse() : points);
  }
  for (const link of own) {
    if (link.from !== link.to) continue;
    const at = corner(link.from);
    const x = at.x + (byId.get(link.from)?.width ?? 0);
    // Both ends on the right side: a loop.
    const toY = link.toY === link.fromY ? link.toY - 8 : link.toY;
    found.routes.set(link.index, [
      { x, y: at.y + link.fromY },
      { x, y: at.y + toY },
    ]);
    found.width = Math.max(found.width, x + TURN);
  }
  const heights = new Map(boxes.map(({ id, height }) => [id, height]));
  return breakIntoBands(found, heights, lefts, targetWidth);
}

function compareLinks(one: Link, other: Link): number {
  const key = ({ from, to, fromY, toY }: Link): string => `${from}\0${to}\0${fromY}\0${toY}`;
  return key(one) < key(other) ? -1 : 1;
}

// --- layers ------------------------------------------------------------------------------------------------------------

interface Turned {
  index: number;
  left: string;
  right: string;
  leftY: number;
  rightY: number;
  /** Its own direction is the other one: it was part of a ring. */
  isTurned: boolean;
}

/** Links as left and right ends, with rings opened where a walk along them comes back to its own path. */
function acyclic(ids: readonly string[], links: readonly (Link & { index: number })[]): Turned[] {
  const state = new Map<string, 'open' | 'done'>();
  const back = new Set<number>();
  const outgoing = new Map<string, (Link & { index: number })[]>();
  for (const link of links) outgoing.set(link.from, [...(outgoing.get(link.from) ?? []), link]);
  const walk = (id: string): void => {
    state.set(id, 'open');
    for (const { to, index } of outgoing.get(id) ?? []) {
      if (state.get(to) === 'open') back.add(index);
      else if (!state.has(to)) walk(to);
    }
    state.set(id, 'done');
  };
  for (const id of ids) if (!state.has(id)) walk(id);
  return links.map(({ from, to, fromY, toY, index }) =>
    back.has(index)
      ? { index, left: from, leftY: fromY, right: to, rightY: toY, isTurned: true }
      : { index, left: to, leftY: toY, right: from, rightY: fromY, isTurned: false },
  );
}

/** The layer of each box, from the left: right of all that it points at, in a column that is not too tall for the whole. */
function assignLayers(boxes: readonly Box[], links: readonly Turned[]): Map<string, number> {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + COLUMN_GAP) * (height + ROW_GAP), 0);
  const tallest = Math.max(360, Math.sqrt(area * 0.7));
  const lefts = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  const rights = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { left, right } of links) {
    lefts.get(right)?.push(left);
    rights.get(left)?.push(right);
  }
  const layerOf = new Map<string, number>();
  const filled: number[] = [];
  const put = (box: Box, layer: number): void => {
    layerOf.set(box.id, layer);
    filled[layer] = (filled[layer] ?? 0) + box.height + ROW_GAP;
  };
  const fits = (box: Box, layer: number): boolean => (filled[layer] ?? 0) + box.height <= tallest || !filled[layer];
  const order = topological(boxes, lefts, rights);
  for (const box of order) {
    let layer = Math.max(-1, ...(lefts.get(box.id) ?? []).map((id) => layerOf.get(id) ?? 0)) + 1;
    while (!fits(box, layer)) layer++;
    put(box, layer);
  }
  // What has more lines to the right than to the left moves towards them.
  for (const box of [...order].reverse()) {
    const after = rights.get(box.id) ?? [];
    const now = layerOf.get(box.id) ?? 0;
    const nearest = Math.min(...after.map((id) => layerOf.get(id) ?? 0)) - 1;
    if (after.length <= (lefts.get(box.id) ?? []).length || nearest <= now || !fits(box, nearest)) continue;
    filled[now] -= box.height + ROW_GAP;
    put(box, nearest);
  }
  // Columns that were left empty close up.
  const used = [...new Set(layerOf.values())].sort((one, other) => one - other);
  for (const [id, layer] of layerOf) layerOf.set(id, used.indexOf(layer));
  return layerOf;
}

/** Every box after all that it points at. */
function topological(
  boxes: readonly Box[],
  lefts: ReadonlyMap<string, readonly string[]>,
  rights: ReadonlyMap<string, readonly string[]>,
): Box[] {
  const open = new Map(boxes.map(({ id }) => [id, lefts.get(id)?.length ?? 0]));
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const ready = boxes.filter(({ id }) => open.get(id) === 0);
  const order: Box[] = [];
  for (let box = ready.shift(); box; box = ready.shift()) {
    order.push(box);
    for (const id of rights.get(box.id) ?? []) {
      const left = (open.get(id) ?? 0) - 1;
      open.set(id, left);
      const next = byId.get(id);
      if (left === 0 && next) ready.push(next);
    }
  }
  return order;
}

/** Slots of each layer, boxes and lanes, with the links between neighbouring layers. */
function buildLayers(
  boxes: readonly Box[],
  links: readonly Turned[],
  layerOf: ReadonlyMap<string, number>,
): { layers: Layers; lanes: Map<number, { id: string; layer: number }[]> } {
  const count = Math.max(...layerOf.values()) + 1;
  const slots: Slot[][] = Array.from({ length: count }, () => []);
  for (const { id, width, height } of boxes) slots[layerOf.get(id) ?? 0].push({ id, width, height });
  const ties = new Map<string, Tie>();
  const tie = (one: Tie): void => void ties.set(Object.values(one).join('\0'), one);
  const lanes = new Map<number, { id: string; layer: number }[]>();
  const known = new Set<string>();
  for (const link of links) {
    const from = layerOf.get(link.left) ?? 0;
    const to = layerOf.get(link.right) ?? 0;
    const own: { id: string; layer: number }[] = [];
    let previous = { id: link.left, y: link.leftY };
    for (let layer = from + 1; layer < to; layer++) {
      const id = `\0lane ${link.left} ${link.leftY} ${layer}`;
      // In the middle to begin with: as many boxes above a trunk as below it, and it runs level through all layers.
      if (!known.has(id)) slots[layer].splice(slots[layer].length >> 1, 0, { id, width: 0, height: LANE_HEIGHT });
      known.add(id);
      tie({ left: previous.id, leftY: previous.y, right: id, rightY: LANE_HEIGHT / 2 });
      previous = { id, y: LANE_HEIGHT / 2 };
      own.push({ id, layer });
    }
    tie({ left: previous.id, leftY: previous.y, right: link.right, rightY: link.rightY });
    lanes.set(link.index, own.reverse());
  }
  return { layers: { slots, ties: [...ties.values()] }, lanes };
}

// --- the whole -----------------------------------------------------------------------------------------------------------

/** Groups side by side while they fit, then in the next row. */
function pack(groups: readonly Laid[], links: readonly Link[], targetWidth: number): Picture {
  const width = Math.max(targetWidth, ...groups.map((group) => group.width));
  const picture: Picture = { width: 0, height: 0, boxes: new Map(), routes: links.map(() => []) };
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  for (const group of groups) {
    if (x > 0 && x + group.width > width) {
      x = 0;
      y += rowHeight + GROUP_GAP;
      rowHeight = 0;
    }
    const move = (point: Point): Point => ({ x: point.x + x, y: point.y + y });
    for (const [id, at] of group.boxes) picture.boxes.set(id, move(at));
    for (const [index, points] of group.routes) picture.routes[index] = points.map(move);
    picture.width = Math.max(picture.width, x + group.width);
    picture.height = Math.max(picture.height, y + group.height);
    rowHeight = Math.max(rowHeight, group.height);
    x += group.width + GROUP_GAP;
  }
  return picture;
}

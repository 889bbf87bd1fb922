/** Draws the shelf on two canvases: the entries below, drawn when they change; what lights up, falls or is chosen above, while it moves. */
import type { RemovalCause } from '../../../cache/catalogue.ts';
import { eachPiece, HEIGHT_MEANS, type ShelfLayout } from './shelf-layout.ts';
import { FALL_MS, PULSE_MS, type ShelfScene } from './shelf-scene.ts';

/** Room under the rows into which entries fall, px. */
export const FLOOR_HEIGHT = 40;
/** Entries of one strength are filled in one go. */
const STRENGTHS = 6;
const RING_WIDTH_MIN = 20;
const WORDS: Record<RemovalCause, string> = {
  size: 'made room',
  invalidated: 'table written',
  expired: 'time over',
  explicit: 'removed',
  replaced: 'replaced',
};
const TOKENS: Record<RemovalCause, string> = {
  size: 'watch',
  invalidated: 'write',
  expired: 'muted',
  explicit: 'muted',
  replaced: 'muted',
};

export type Colours = (token: string) => string;

export function paintEntries(
  context: CanvasRenderingContext2D,
  scene: ShelfScene,
  colour: Colours,
  nowMs: number,
): void {
  const { report, layout } = scene;
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  if (report === null || layout === null) return;
  paintRoom(context, layout, colour);
  const isTimed = report.strategy === 'ttl';
  const last = layout.starts[report.ids.length];
  context.fillStyle = colour('good-soft');
  if (isTimed || report.strategy in HEIGHT_MEANS) {
    fillThose(
      context,
      scene,
      nowMs,
      () => true,
      () => 1,
    );
    eachPiece(layout, 0, layout.starts[0], (x, row, width) =>
      context.fillRect(x, row * layout.rowStep, width, layout.rowHeight),
    );
  } else {
    eachPiece(layout, 0, last, (x, row, width) => context.fillRect(x, row * layout.rowStep, width, layout.rowHeight));
  }
  const hitsMost = report.hits.reduce((a, b) => Math.max(a, b), 1);
  const strengths = Uint8Array.from(report.hits, (hits) => Math.round(Math.sqrt(hits / hitsMost) * (STRENGTHS - 1)));
  context.fillStyle = colour('good');
  for (let strength = 0; strength < STRENGTHS; strength++) {
    context.globalAlpha = 0.3 + (0.7 * strength) / (STRENGTHS - 1);
    fillThose(
      context,
      scene,
      nowMs,
      (place) => strengths[place] === strength,
      (place) => (isTimed ? report.timeLeft[place] : 1),
    );
  }
  context.globalAlpha = 1;
  if (isTimed) paintRings(context, scene, colour, nowMs);
}

/** One rectangle after the other: a path of thousands takes many times as long to fill. `filled` is a share of the entry's own height. */
function fillThose(
  context: CanvasRenderingContext2D,
  scene: ShelfScene,
  nowMs: number,
  wanted: (place: number) => boolean,
  filled: (place: number) => number,
): void {
  const layout = scene.layout!;
  for (let place = 0; place < layout.heights.length; place++) {
    if (!wanted(place)) continue;
    const start = scene.startAt(place, nowMs);
    const end = start + layout.starts[place + 1] - layout.starts[place];
    const height = layout.heights[place] * layout.rowHeight * filled(place);
    // A hairline between entries that are wide enough to be told apart.
    const gap = end - start > 3 ? 1 : 0;
    eachPiece(layout, start, end, (x, row, width) =>
      context.fillRect(x, row * layout.rowStep + layout.rowHeight - height, width - gap, height),
    );
  }
}

/** The free room, up to where it ends. */
function paintRoom(context: CanvasRenderingContext2D, layout: ShelfLayout, colour: Colours): void {
  context.fillStyle = colour('sunken');
  eachPiece(layout, 0, layout.edge, (x, row, width) =>
    context.fillRect(x, row * layout.rowStep, width, layout.rowHeight),
  );
  context.fillStyle = colour('outline');
  for (let row = 0; row < layout.rows; row++)
    context.fillRect(0, row * layout.rowStep + layout.rowHeight, layout.width, 1);
  if (layout.magnified > 1) return;
  const bottom = (layout.rows - 1) * layout.rowStep;
  context.fillRect(layout.width - 2, bottom, 2, layout.rowHeight + 1);
}

/** What is left of each entry's time, as a ring that drains; where a ring has no room, the height of the fill says it alone. */
function paintRings(context: CanvasRenderingContext2D, scene: ShelfScene, colour: Colours, nowMs: number): void {
  const { report, layout } = scene;
  const radius = Math.min(layout!.rowHeight, 28) / 2 - 4;
  if (radius < 4) return;
  context.lineWidth = 3;
  context.strokeStyle = colour('text');
  for (let place = 0; place < report!.ids.length; place++) {
    const width = layout!.starts[place + 1] - layout!.starts[place];
    if (width < Math.max(RING_WIDTH_MIN, 2 * radius + 6)) continue;
    const start = scene.startAt(place, nowMs);
    const row = Math.floor(start / layout!.width);
    const x = start - row * layout!.width + width / 2;
    if (x + radius > layout!.width) continue;
    const y = row * layout!.rowStep + layout!.rowHeight / 2;
    context.beginPath();
    context.arc(x, y, radius, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * report!.timeLeft[place]);
    context.stroke();
  }
}

/** `active` is the place that the keyboard or the pointer is at, `chosen` the one whose row is shown; -1 for none. */
export function paintMotion(
  context: CanvasRenderingContext2D,
  scene: ShelfScene,
  marks: { active: number; chosen: number },
  colour: Colours,
  nowMs: number,
): void {
  const { layout } = scene;
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  if (layout === null) return;
  for (const [id, beganMs] of scene.pulses) {
    const place = scene.placeOf(id);
    if (place < 0) continue;
    context.globalAlpha = 1 - (nowMs - beganMs) / PULSE_MS;
    context.fillStyle = colour('accent');
    pieces(scene, place, nowMs, (x, y, width, height) => context.fillRect(x, y, width, height));
  }
  context.globalAlpha = 1;
  for (const [place, token] of [
    [marks.chosen, 'accent'],
    [marks.active, 'text'],
  ] as const) {
    if (place < 0 || place >= layout.starts.length - 1) continue;
    context.strokeStyle = colour(token);
    context.lineWidth = 2;
    pieces(scene, place, nowMs, (x, y, width, height) =>
      context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), Math.max(1, height - 2)),
    );
  }
  paintFalls(context, scene, colour, nowMs);
}

function pieces(
  scene: ShelfScene,
  place: number,
  nowMs: number,
  visit: (x: number, y: number, width: number, height: number) => void,
): void {
  const layout = scene.layout!;
  const start = scene.startAt(place, nowMs);
  const height = layout.heights[place] * layout.rowHeight;
  const width = Math.max(2, layout.starts[place + 1] - layout.starts[place]);
  eachPiece(layout, start, start + width, (x, row, wide) =>
    visit(x, row * layout.rowStep + layout.rowHeight - height, wide, height),
  );
}

/** Down past the rows, fading, with the reason in words; words that would lie over others are left out. */
function paintFalls(context: CanvasRenderingContext2D, scene: ShelfScene, colour: Colours, nowMs: number): void {
  const layout = scene.layout!;
  // Where the last row ends: below it there are FLOOR_HEIGHT, and no gap.
  const floor = (layout.rows - 1) * layout.rowStep + layout.rowHeight;
  const taken: { from: number; to: number }[] = [];
  context.textBaseline = 'bottom';
  const { fontSize, fontFamily } = getComputedStyle(context.canvas);
  context.font = `${fontSize} ${fontFamily}`;
  for (const { start, width, cause, beganMs } of [...scene.falls].reverse()) {
    const progress = Math.min(1, (nowMs - beganMs) / FALL_MS);
    const row = Math.min(layout.rows - 1, Math.floor(start / layout.width));
    const x = Math.min(start - row * layout.width, layout.width - Math.min(width, 24));
    const top = row * layout.rowStep;
    const height = Math.min(layout.rowHeight, FLOOR_HEIGHT);
    const y = top + layout.rowHeight - height + progress * progress * (floor - top + FLOOR_HEIGHT - layout.rowHeight);
    context.globalAlpha = 1 - progress * progress;
    context.fillStyle = colour(TOKENS[cause]);
    context.fillRect(x, y, Math.max(2, Math.min(width - 1, layout.width - x)), height);
    const wide = context.measureText(WORDS[cause]).width;
    const from = Math.max(0, Math.min(x, layout.width - wide));
    if (taken.some((other) => from < other.to + 8 && other.from < from + wide + 8)) continue;
    taken.push({ from, to: from + wide });
    context.fillText(WORDS[cause], from, floor + FLOOR_HEIGHT - 2);
  }
  context.globalAlpha = 1;
}

/**
 * One uPlot instance: options, marks, shaded stretches and a cursor that is shared between charts. This module and the
 * library behind it are loaded when the first chart appears.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock } from '../format.ts';
import { clusterMarks, type ChartMark, type ChartRange, type GappedColumn } from './columns.ts';
import { formatElapsed, formatTick } from './format-value.ts';
import type { SeriesStyle, Unit } from './series.ts';

export interface PlotSeries {
  style: SeriesStyle;
  stepped: boolean;
}

/** What a plot shows; read at every paint, so a getter may return something newer each time. */
export interface PlotContent {
  /** Ascending seconds: wall time, or since the start of a run. */
  x: readonly number[];
  columns: readonly GappedColumn[];
  marks: readonly ChartMark[];
  ranges: readonly ChartRange[];
  /** A target between two values of y; null for none. */
  band: { from: number; to: number } | null;
}

export interface PlotOptions {
  width: number;
  height: number;
  unit: Unit;
  xAxis: 'clock' | 'elapsed';
  /** Top of y at least this; the data may go higher. */
  yAtLeast: number;
  /** Charts with the same key share their crosshair. */
  syncKey: string;
  series: readonly PlotSeries[];
  colour: (token: string) => string;
  content: () => PlotContent;
  /** Index under the cursor, null when it left. */
  onCursor: (index: number | null) => void;
  /** True after a stretch was dragged out, false after it was left again. */
  onZoom: (zoomed: boolean) => void;
}

/** Handle of a drawn plot. */
export interface Plot {
  paint(): void;
  redraw(): void;
  resize(width: number, height: number): void;
  moveCursor(index: number): void;
  resetZoom(): void;
  destroy(): void;
}

const AXIS_FONT = '12px system-ui, sans-serif';
/** Fixed, so that the plots of a page line up under each other. */
const Y_AXIS_WIDTH = 48;
const MARK_DISTANCE_PX = 6;
/** Steps that people count time in, seconds. */
const TIME_STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];

export function createPlot(target: HTMLElement, options: PlotOptions): Plot {
  const { colour } = options;
  let zoomed = false;

  const axis: uPlot.Axis = {
    font: AXIS_FONT,
    stroke: () => colour('muted'),
    grid: { stroke: () => colour('hairline'), width: 1 },
    ticks: { stroke: () => colour('hairline'), width: 1, size: 4 },
    gap: 4,
  };

  const plot = new uPlot(
    {
      width: options.width,
      height: options.height,
      padding: [8, 32, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: options.syncKey, scales: ['x', null] },
        drag: { x: true, y: false, setScale: true },
        points: { size: 6 },
        y: false,
      },
      scales: {
        x: { time: false },
        y: { range: (_plot, _min, max) => [0, yTop(max, options.yAtLeast, options.unit)] },
      },
      axes: [
        {
          ...axis,
          size: 26,
          space: 72,
          incrs: TIME_STEPS_S,
          values: (_plot, splits) =>
            splits.map((at) => (options.xAxis === 'clock' ? formatClock(at * 1000) : formatElapsed(at))),
        },
        {
          ...axis,
          size: Y_AXIS_WIDTH,
          space: 30,
          values: (_plot, splits) => splits.map((at) => formatTick(at, options.unit)),
        },
      ],
      series: [
        {},
        ...options.series.map((series): uPlot.Series => ({
          stroke: () => colour(series.style.token),
          dash: [...series.style.dash],
          width: 1.75,
          points: { show: false },
          spanGaps: false,
          ...(series.stepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        })),
      ],
      hooks: {
        drawClear: [(self) => drawGround(self, options.content(), colour)],
        draw: [(self) => drawMarks(self, options.content(), colour)],
        setCursor: [(self) => options.onCursor(self.cursor.idx ?? null)],
        setSelect: [
          (self) => {
            if (self.select.width < 4) return;
            zoomed = true;
            options.onZoom(true);
          },
        ],
      },
    },
    dataOf(options.content()),
    target,
  );

  const resetZoom = (): void => {
    zoomed = false;
    options.onZoom(false);
    plot.setData(dataOf(options.content()));
  };
  plot.over.addEventListener('dblclick', resetZoom);

  return {
    paint() {
      plot.setData(dataOf(options.content()), !zoomed);
      // Without a reset of the scales setData only stores the points.
      if (zoomed) plot.redraw();
    },
    redraw: () => plot.redraw(),
    resize: (width, height) => plot.setSize({ width, height }),
    moveCursor(index) {
      const at = plot.data[0][index];
      if (at === undefined) return;
      const move = plot.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;
      move({ left: plot.valToPos(at, 'x'), top: plot.over.clientHeight / 2 }, true, true);
    },
    resetZoom,
    destroy: () => plot.destroy(),
  };
}

function dataOf(content: PlotContent): uPlot.AlignedData {
  return [content.x as number[], ...(content.columns as GappedColumn[])];
}

/** A ratio stops at 100 %; everything else gets a little air, and never a scale of zero height. */
function yTop(max: number | null, atLeast: number, unit: Unit): number {
  const top = Math.max(max ?? 0, atLeast);
  if (unit === 'ratio') return Math.max(1, top);
  // Nobody counts in quarters.
  if (unit === 'count') return Math.max(4, top) * 1.08;
  return top > 0 ? top * 1.08 : 1;
}

function drawGround(plot: uPlot, content: PlotContent, colour: (token: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = colour('watch');
  for (const range of content.ranges) {
    const left = plot.valToPos(range.from, 'x', true);
    ctx.fillRect(left, bbox.top, plot.valToPos(range.to, 'x', true) - left, bbox.height);
  }
  if (content.band) {
    ctx.fillStyle = colour('good');
    const top = plot.valToPos(content.band.to, 'y', true);
    ctx.fillRect(bbox.left, top, bbox.width, plot.valToPos(content.band.from, 'y', true) - top);
  }
  ctx.restore();
}

const TONE_TOKENS = {
  info: 'muted',
  good: 'good',
  watch: 'watch',
  bad: 'bad',
  write: 'write',
} as const satisfies Record<ChartMark['tone'], string>;

function drawMarks(plot: uPlot, content: PlotContent, colour: (token: string) => string): void {
  const { min, max } = plot.scales.x;
  if (min === undefined || max === undefined || content.marks.length === 0) return;
  const { ctx, bbox } = plot;
  const density = devicePixelRatio;
  const perPixel = (max - min) / Math.max(1, bbox.width / density);
  const visible = content.marks.filter((mark) => mark.x >= min && mark.x <= max);
  ctx.save();
  ctx.lineWidth = density;
  ctx.setLineDash([3 * density, 3 * density]);
  for (const mark of clusterMarks(visible, perPixel * MARK_DISTANCE_PX)) {
    const x = Math.round(plot.valToPos(mark.x, 'x', true)) + 0.5;
    ctx.strokeStyle = ctx.fillStyle = colour(TONE_TOKENS[mark.tone]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - 4 * density, bbox.top);
    ctx.lineTo(x + 4 * density, bbox.top);
    ctx.lineTo(x, bbox.top + 6 * density);
    ctx.fill();
  }
  ctx.restore();
}

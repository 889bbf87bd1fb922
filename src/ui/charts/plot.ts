/**
 * One uPlot instance: options, marks, shaded stretches and a cursor that is shared between charts. This module and the
 * library behind it are loaded when the first chart appears.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clusterMarks, type ChartMark, type ChartRange, type GappedColumn } from './columns.ts';
import { formatTick } from './format-value.ts';
import type { SeriesStyle, Unit } from './series.ts';
import { doublings, X_AXES, type XAxis, type XAxisName } from './x-axis.ts';

export interface PlotSeries {
  style: SeriesStyle;
  stepped: boolean;
}

/** What a plot shows; read at every paint, so a getter may return something newer each time. */
export interface PlotContent {
  /** Ascending, in what the x axis counts. */
  x: readonly number[];
  columns: readonly GappedColumn[];
  marks: readonly ChartMark[];
  ranges: readonly ChartRange[];
  /** A target between two values of y; null for none. */
  band: { from: number; to: number } | null;
  /** How far the first series may be off: its lowest and highest, as long as x; null for none. */
  ribbon: { low: GappedColumn; high: GappedColumn } | null;
}

export interface PlotOptions {
  width: number;
  height: number;
  unit: Unit;
  xAxis: XAxisName;
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

/** In sizes of the text: the same for all, so that the plots of a page line up under each other. */
const Y_AXIS_WIDTH_EM = 4;
const X_AXIS_HEIGHT_EM = 2.2;
/** Room for a label of the x axis. */
const LABEL_WIDTH_EM = 6;
const MARK_DISTANCE_PX = 6;

export function createPlot(target: HTMLElement, options: PlotOptions): Plot {
  const { colour } = options;
  const xAxis: XAxis = X_AXES[options.xAxis];
  const { fontSize, fontFamily } = getComputedStyle(target);
  // The library reads whole pixels only.
  const emPx = Math.round(parseFloat(fontSize));
  const labelWidthPx = LABEL_WIDTH_EM * emPx;
  let zoomed = false;

  const axis: uPlot.Axis = {
    font: `${emPx}px ${fontFamily}`,
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
        x: xAxis.logarithmic
          ? { time: false, distr: 3, log: 2, range: (_plot, min, max) => [min, max] }
          : { time: false },
        y: { range: (_plot, _min, max) => [0, yTop(max, options.yAtLeast, options.unit)] },
      },
      axes: [
        {
          ...axis,
          size: Math.round(X_AXIS_HEIGHT_EM * emPx),
          space: labelWidthPx,
          ...(xAxis.steps ? { incrs: [...xAxis.steps] } : {}),
          ...(xAxis.logarithmic
            ? {
                splits: (self, _axis, min, max) =>
                  doublings(min, max, self.bbox.width / devicePixelRatio / labelWidthPx),
                filter: (_self, splits) => splits,
              }
            : {}),
          values: (_plot, splits) => splits.map((at) => xAxis.write(at)),
        },
        {
          ...axis,
          size: Y_AXIS_WIDTH_EM * emPx,
          space: 2.5 * emPx,
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
        drawClear: [(self) => drawGround(self, options.content(), colour, options.series[0]?.style.token ?? 'muted')],
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

/** `token` colours the ribbon. */
function drawGround(plot: uPlot, content: PlotContent, colour: (token: string) => string, token: string): void {
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
  if (content.ribbon) {
    ctx.fillStyle = colour(token);
    drawRibbon(plot, content.x, content.ribbon);
  }
  ctx.restore();
}

/** Between the lowest and the highest, along x and back. */
function drawRibbon(plot: uPlot, x: readonly number[], { low, high }: NonNullable<PlotContent['ribbon']>): void {
  const { ctx } = plot;
  const edge = (column: GappedColumn, indexes: readonly number[]): void => {
    for (const index of indexes) {
      const y = column[index];
      if (y !== null && y !== undefined) ctx.lineTo(plot.valToPos(x[index], 'x', true), plot.valToPos(y, 'y', true));
    }
  };
  const indexes = [...x.keys()];
  ctx.beginPath();
  edge(high, indexes);
  edge(low, indexes.reverse());
  ctx.fill();
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
  const placed = content.marks
    .filter((mark) => mark.x >= min && mark.x <= max)
    .map((mark) => ({ ...mark, x: plot.valToPos(mark.x, 'x', true) }));
  ctx.save();
  ctx.lineWidth = density;
  ctx.setLineDash([3 * density, 3 * density]);
  for (const mark of clusterMarks(placed, MARK_DISTANCE_PX * density)) {
    const x = Math.round(mark.x) + 0.5;
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

import { describe, expect, it, vi } from 'vitest';
import { layShelf } from '../../../../../src/ui/panels/cache/shelf-layout.ts';
import { FLOOR_HEIGHT, paintMotion } from '../../../../../src/ui/panels/cache/shelf-paint.ts';
import { FALL_MS, ShelfScene } from '../../../../../src/ui/panels/cache/shelf-scene.ts';
import { shelfReport } from './shelf-report.ts';

const BOX = { width: 400, height: 168 };
vi.stubGlobal('getComputedStyle', () => ({ fontFamily: 'sans-serif' }));

/** A context that keeps the words and where their lower edge lies. */
function listener(): { context: CanvasRenderingContext2D; words: { text: string; bottom: number }[] } {
  const words: { text: string; bottom: number }[] = [];
  const context = {
    canvas: { width: BOX.width, height: BOX.height + FLOOR_HEIGHT },
    clearRect: () => undefined,
    fillRect: () => undefined,
    strokeRect: () => undefined,
    measureText: (text: string) => ({ width: 6 * text.length }),
    fillText: (text: string, _x: number, bottom: number) => words.push({ text, bottom }),
  };
  return { context: context as unknown as CanvasRenderingContext2D, words };
}

describe('what falls from the shelf', () => {
  it.each([1, 61, 241])('says why, in words that end above the lower edge, with %i entries', (count) => {
    const scene = new ShelfScene();
    const bytes = Array.from({ length: count }, () => 10);
    const full = shelfReport({ capacityBytes: count * 10, bytes });
    scene.update(full, layShelf(full, BOX), 0, true);
    const left = [{ id: count, cause: 'size' as const, reason: '', leftAgoMs: 0 }];
    const after = shelfReport({ capacityBytes: count * 10, bytes: bytes.slice(1), left });
    scene.update(after, layShelf(after, BOX), 1000, true);
    const { context, words } = listener();
    paintMotion(context, scene, { active: -1, chosen: -1 }, () => '#000', 1000 + FALL_MS / 2);
    expect(words.map(({ text }) => text)).toEqual(['made room']);
    expect(words[0].bottom).toBeLessThanOrEqual(BOX.height + FLOOR_HEIGHT);
  });
});

/** From a request to a database file: the one place that knows which generator makes which sample. */
import type { SampleRequest } from '../protocol.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';
import type { SampleControl } from './build.ts';
import { checkSample } from './settings.ts';
import { makeShop, type ShopSize } from './shop/shop.ts';

/**
 * The file's bytes; equal requests give equal bytes. Errors: `sample`, `cancelled`, which leaves nothing behind. All but the shop,
 * which is on the first screen, are loaded when asked for: every database worker would carry them.
 */
export async function makeSample(
  module: SqliteModule,
  request: SampleRequest,
  control: SampleControl,
): Promise<Uint8Array> {
  const { name, size, seed } = checkSample(request);
  switch (name) {
    case 'shop':
      return makeShop(module, size as ShopSize, seed, control);
    case 'music':
      return (await import('./music/music.ts')).makeMusic(module, seed, control);
    case 'flights':
      return (await import('./flights/flights.ts')).makeFlights(module, seed, control);
    case 'tpch':
      return (await import('./tpch/tpch.ts')).makeTpch(module, Number(size), seed, control);
  }
}

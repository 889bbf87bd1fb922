/** From a request to a database file: the one place that knows which generator makes which sample. */
import { AppError } from '../../core/errors.ts';
import type { SampleRequest } from '../protocol.ts';
import type { SqliteModule } from '../sqlite-module.ts';
import { checkSample } from './settings.ts';
import type { SampleControl } from './build.ts';
import { makeMusic } from './music/music.ts';
import { makeShop, type ShopSize } from './shop/shop.ts';
import { makeTpch } from './tpch/tpch.ts';

/** The file's bytes; equal requests give equal bytes. Errors: `sample`, `cancelled`, which leaves nothing behind. */
export async function makeSample(
  module: SqliteModule,
  request: SampleRequest,
  control: SampleControl,
): Promise<Uint8Array> {
  const { name, size, seed } = checkSample(request);
  if (name === 'shop') return makeShop(module, size as ShopSize, seed, control);
  if (name === 'music') return makeMusic(module, seed, control);
  if (name === 'tpch') return makeTpch(module, Number(size), seed, control);
  throw new AppError('sample', `The sample ${name} is being built.`);
}

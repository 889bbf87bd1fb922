/** The one runner behind `npm run -s measure -- <what> [options]`: one JSON document on standard output, the rest on standard error. */
import { helpOf, readArguments } from './arguments.ts';
import { UsageError, type Command } from './command.ts';

type Loader = () => Promise<{ command: Command }>;

/** One command per file, named as its file; loaded only when asked for. */
const files = import.meta.glob<{ command: Command }>('./commands/*.ts');
const loaders = new Map<string, Loader>(
  Object.entries(files).map(([path, load]) => [path.replace(/^.*\/|\.ts$/g, ''), load]),
);

export interface Streams {
  out(text: string): void;
  err(text: string): void;
}

/** Runs what `args` ask for and resolves to the exit code: 0, 1 when the work failed, 2 when it was asked for wrongly. */
export async function measure(args: readonly string[], streams: Streams): Promise<0 | 1 | 2> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === 'help') {
      streams.err(await overview());
      return name === undefined ? 2 : 0;
    }
    const load = loaders.get(name);
    if (!load) throw new UsageError(`There is nothing named ${name} to measure.\n${await overview()}`);
    const { command } = await load();
    if (rest.includes('--help')) {
      streams.err(helpOf(command));
      return 0;
    }
    const result = await command.run(readArguments(command, rest), (line) => streams.err(line));
    streams.out(JSON.stringify(result, null, 2));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      streams.err(error.message);
      return 2;
    }
    streams.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

async function overview(): Promise<string> {
  const commands = await Promise.all([...loaders.values()].map(async (load) => (await load()).command));
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).sort();
  return ['npm run -s measure -- <what> [options]   (--help after <what> lists its options)', ...rows].join('\n');
}

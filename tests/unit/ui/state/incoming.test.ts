import { describe, expect, test } from 'vitest';
import { IncomingFiles } from '../../../../src/ui/state/incoming.svelte.ts';
import { tooLargeToOpen } from '../../../../src/ui/state/file-size.ts';

describe('files that are handed to the page', () => {
  test('a database is opened, by name or by its first bytes; the rest waits in order; both together are asked about', async () => {
    const opened: string[] = [];
    const incoming = new IncomingFiles((file) => {
      opened.push(file.name);
      return Promise.resolve();
    });
    const files = [
      new File(['a,b'], 'a.csv'),
      new File(['junk'], 'mine.DB'),
      new File(['SQLite format 3\0rest'], 'no-extension'),
      new File(['[]'], 'b.json'),
    ];
    await incoming.take([files[1]]);
    await incoming.take([files[2]]);
    expect(opened).toEqual(['mine.DB', 'no-extension']);
    await incoming.take(files);
    expect(incoming.choice?.databases.map(({ file }) => file)).toEqual([files[1], files[2]]);
    expect(incoming.current).toBeNull();
    await incoming.choose(null, false);
    expect(incoming.choice).toBeNull();
    expect(incoming.current).toBeNull();
    await incoming.take(files);
    await incoming.choose(files[2], true);
    expect(opened).toEqual(['mine.DB', 'no-extension', 'no-extension']);
    expect(incoming.current).toBe(files[0]);
    expect(incoming.more).toBe(1);
    incoming.paste();
    expect(incoming.current).toBe('paste');
    const pasted = new File(['x'], 'pasted.csv');
    incoming.pasted(pasted);
    expect(incoming.current).toBe(pasted);
    incoming.next();
    incoming.next();
    expect(incoming.current).toBe(files[3]);
    incoming.next();
    expect(incoming.current).toBeNull();
    expect(incoming.more).toBe(0);
  });

  test('a write-ahead log goes with its database, and is offered alone otherwise', async () => {
    const opened: (string | null)[][] = [];
    const incoming = new IncomingFiles((file, wal) => {
      opened.push([file.name, wal?.name ?? null]);
      return Promise.resolve();
    });
    const named = (...names: string[]): File[] => names.map((name) => new File(['junk'], name));
    await incoming.take(named('a.db-wal', 'a.db-shm', 'a.db'));
    for (const name of ['b.sqlite', 'c.db-wal', 'd.db-journal']) await incoming.take(named(name));
    await incoming.take(named('e.db-wal', 'e.db', 'f.db'));
    await incoming.choose(incoming.choice!.databases[0].file, true);
    expect(opened).toEqual([
      ['a.db', 'a.db-wal'],
      ['b.sqlite', null],
      ['c.db-wal', null],
      ['d.db-journal', null],
      ['e.db', 'e.db-wal'],
    ]);
    expect(incoming.current).toBeNull();
  });

  test('a database that no page can hold is refused before it is read', () => {
    expect(tooLargeToOpen(500e6, null)).toBeNull();
    expect(tooLargeToOpen(500e6, 4)).toBeNull();
    expect(tooLargeToOpen(2 ** 31, 64)).toMatch(/has 2 GiB; a page can hold less/);
    expect(tooLargeToOpen(600 * 2 ** 20, 1)).toMatch(/600 MiB, more than half of this device's memory \(about 1 GiB\)/);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../bench/command.ts';
import { readJson, readLines, readText } from '../../../bench/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a file', () => {
  it('is read plain or gzip, whatever its name', () => {
    expect(readText(file('plain.gz', 'größer'))).toBe('größer');
    expect(readText(file('packed.txt', gzipSync('größer')))).toBe('größer');
  });

  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\r\nb\n\nc', ['a', 'b', '', 'c']],
    ['\n', ['']],
    ['\u00e4\n\u{1f600}', ['\u00e4', '\u{1f600}']],
  ])('%j has the lines %j', (content, lines) => {
    expect([...readLines(file('lines', content))]).toEqual(lines);
  });

  it.each([
    ['that is missing', () => join(folder, 'none'), 'there is no such file'],
    ['that is a folder', () => folder, 'is a folder'],
    ['that is cut', () => file('cut.gz', gzipSync('x'.repeat(1000)).subarray(0, 20)), 'Cannot read'],
    ['that is not JSON', () => file('bad.json', '{'), 'Cannot read'],
  ])('%s is told plainly', (_name, path, message) => {
    const target = path();
    expect(() => readJson(target)).toThrow(UsageError);
    expect(() => readJson(target)).toThrow(message);
  });
});

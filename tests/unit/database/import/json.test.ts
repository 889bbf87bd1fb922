import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membersOf } from '../../../../src/database/import/json-members.ts';
import { JsonScanner } from '../../../../src/database/import/json-scanner.ts';
import { bring, look } from './support.ts';

const import_ = (value: unknown, name = 'file.json') =>
  bring(typeof value === 'string' ? value : JSON.stringify(value), name);

describe('where rows are in JSON', () => {
  it.each([
    ['a list of objects', [{ a: 1, b: 'x' }, { a: 2 }], []],
    [
      'a list of lists',
      [
        [1, 'x'],
        [2, null],
      ],
      [],
    ],
    [
      'lists under a row of names',
      [
        ['a', 'b'],
        [1, 'x'],
        [2, null],
      ],
      [],
    ],
    ['an object of columns', { a: [1, 2], b: ['x', null] }, []],
    [
      'columns and rows',
      {
        columns: ['a', 'b'],
        rows: [
          [1, 'x'],
          [2, null],
        ],
      },
      ['rows'],
    ],
    [
      'rows deep inside',
      { meta: { count: 2, tags: [] }, data: { items: [{ a: 1, b: 'x' }, { a: 2 }] } },
      ['data', 'items'],
    ],
  ])('finds them as %s', async (_, document, path) => {
    for (const text of [JSON.stringify(document), JSON.stringify(document, null, 3)]) {
      const { preview, query } = await import_(text);
      expect(preview.reading.path).toEqual(path);
      expect(query('SELECT * FROM file')).toEqual([
        [1, 'x'],
        [2, null],
      ]);
    }
  });

  it('names columns by what the document says', async () => {
    const { reading } = await look(
      JSON.stringify({ fields: [{ name: 'x' }, { name: 'y' }], rows: [[1, 2]] }),
      'a.json',
    );
    expect(reading.columns.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('tells other places, and takes the one that is asked for', async () => {
    const text = JSON.stringify({ people: [{ id: 1 }, { id: 2 }], pets: [{ name: 'Rex' }] });
    const preview = await look(text, 'a.json');
    expect([preview.reading.path, preview.otherPaths]).toEqual([['people'], [['pets']]]);
    const { query } = await bring(text, 'a.json', { given: { path: ['pets'] } });
    expect(query('SELECT * FROM a')).toEqual([['Rex']]);
  });

  it.each([
    ['[1, 2, 3]', /a list of numbers\. Rows are wanted/],
    ['"text"', /a single text/],
    ['{"a": 1, "b": {"c": 2}}', /one object with the keys a, b/],
    ['[]', /an empty list/],
    ['{"a": [1, 2], "b": ["x"]}', /Rows are wanted/],
    ['[{"a": 1}, {"a": }]', /not JSON: there is a mistake in line 1 \(Unexpected token '}'\)/],
    ['[\n{"a": 1},\n{"a": },\n{"a": true}\n]', /a mistake in line 3 \(Unexpected token '}'\)/],
    [`[\n${'{"a": null},\n'.repeat(999)}{"a": nul}\n]`, /a mistake in line 1,001 /],
    ['[{"a": 1}', /ends in line 1 before it is complete.*copy it again/],
    ['[{"a": 1},\n{"a": "x', /ends in line 2 before it is complete/],
    ['[{"a": 1},\n{"a"\n', /ends in line 2 before it is complete/],
    ['{', /ends in line 1/],
    ['[1, "a", null]', /a list of numbers, texts and nulls\. Rows/],
  ])('says what %s is', async (text, message) => {
    await expect(look(text, 'file.json')).rejects.toThrow(message);
  });
});

describe('values of JSON', () => {
  it('are exact: wide integers, nested numbers, doubled and odd keys', async () => {
    const text = `[{"n": 9007199254740993, "o": {"x": 12345678901234567890.10, "y": [ 1, "a b" ]}, "__proto__": 1, "d": 1, "d": 2},
      {"n": -9223372036854775808, "o": null, "t": "\\u00e9\\n", "b": true}]`;
    const { query, report } = await import_(text);
    expect(query('SELECT n, o, "__proto__", d, t, b FROM file')).toEqual([
      [9007199254740993n, '{"x":12345678901234567890.10,"y":[1,"a b"]}', 1, 2, null, null],
      [-9223372036854775808n, null, null, null, 'é\n', 1],
    ]);
    expect(report.notes.join(' ')).toContain('1 value was true or false');
  });

  it('keep their kind: a text that looks like a number stays a text', async () => {
    const { query, preview } = await import_([
      { a: '007', b: 1 },
      { a: '1.0', b: 2.5 },
      { a: 'x', b: 1e300 },
    ]);
    expect(preview.reading.columns.map(({ type }) => type)).toEqual(['TEXT', 'REAL']);
    expect(query('SELECT a, b FROM file')).toEqual([
      ['007', 1],
      ['1.0', 2.5],
      ['x', 1e300],
    ]);
  });

  it('become text as they are written where numbers and texts are mixed', async () => {
    expect((await import_('[{"a": 1.50}, {"a": "x"}, {"a": [1]}]')).query('SELECT a FROM file')).toEqual([
      ['1.50'],
      ['x'],
      ['[1]'],
    ]);
  });

  it('of unknown keys are counted', async () => {
    const rows = Array.from({ length: 6000 }, (_, index) => (index < 5500 ? { a: index } : { a: index, late: 1 }));
    const { report } = await import_(rows);
    expect(report.notes.join(' ')).toContain(
      '500 values stand under a key that is no column and were not imported: late.',
    );
  });

  it('nest as deep as they like', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const { query } = await import_(`[{"a": 1, "b": ${deep}}]`);
    expect(query('SELECT a, length(b) FROM file')).toEqual([[1, 400_000]]);
    await expect(look('['.repeat(2_000_000), 'file.json')).rejects.toThrow(/JSON/);
  });

  it('come back as they were written, whatever they are', async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0')),
      fc.array(fc.jsonValue(), { maxLength: 3 }),
    );
    const rows = fc.array(fc.tuple(fc.integer(), value), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), async (pairs, lines) => {
        const objects = pairs.map(([id, it]) => ({ id, it }));
        const text = lines ? objects.map((row) => JSON.stringify(row)).join('\n') : JSON.stringify(objects, null, 2);
        const given = {
          format: lines ? ('ndjson' as const) : ('json' as const),
          columns: ['id', 'it'].map((name) => ({ source: name, name, type: 'BLOB' as const, included: true })),
        };
        const { query } = await bring(text, 'file.json', { given });
        const stored = (it: unknown) => (typeof it === 'object' && it !== null ? JSON.stringify(it) : it);
        expect(query('SELECT id, it FROM file')).toEqual(objects.map(({ id, it }) => [id, stored(it)]));
      }),
      { numRuns: 100 },
    );
  });
});

describe('items that are no rows', () => {
  it('are told by their number, for many may stand in one line', async () => {
    const { report } = await import_('[["a","b"],[1,2],7,[3],\n[5,6],null]');
    expect(report.badLines.map(({ item, line, text }) => [item, line, text])).toEqual([
      [3, 1, '7'],
      [4, 1, '[3]'],
      [6, 2, 'null'],
    ]);
    expect((await bring('{"a":1}\n7\n', 'log.ndjson')).report.badLines).toEqual([
      { line: 2, text: '7', reason: 'It is neither an object nor a list.', column: null },
    ]);
  });
});

describe('NDJSON', () => {
  it('keeps bad lines aside', async () => {
    const { report, query } = await bring('{"a":1}\n{"a":\n\n[2]\r\n"x"\n{"a":3}', 'file.ndjson');
    expect(query('SELECT a FROM file')).toEqual([[1], [2], [3]]);
    expect(report.badLines.map(({ line, text }) => [line, text])).toEqual([
      [2, '{"a":'],
      [5, '"x"'],
    ]);
  });

  it('is known by its lines', async () => {
    expect((await look('{"a":1}\n{"a":2}\n', 'log.txt')).reading.format).toBe('ndjson');
    expect((await look('[{"a":1},\n{"a":2}]\n', 'log.txt')).reading.format).toBe('json');
  });
});

describe('the scanner of JSON', () => {
  it('finds the same elements however the text is divided, with their lines', () => {
    const text = '{"x": {"rows": "no"}, "rows" :[ {"a": "]}\\"\\\\"},\n 12 , [1,\n{}] ], "rows2": [{}]}';
    const scan = (pieces: string[]) => {
      const scanner = new JsonScanner(['rows']);
      return [...pieces.flatMap((piece) => scanner.push(piece, false)), ...scanner.push('', true)];
    };
    const whole = scan([text]);
    expect(whole.map(({ text, line }) => [text, line])).toEqual([
      ['{"a": "]}\\"\\\\"}', 1],
      ['12', 2],
      ['[1,\n{}]', 2],
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length - 1 })), (cuts) => {
        const sorted = [0, ...new Set(cuts), text.length].sort((one, other) => one - other);
        expect(scan(sorted.slice(1).map((end, index) => text.slice(sorted[index], end)))).toEqual(whole);
      }),
    );
  });

  it('refuses a document that is cut short or goes on', async () => {
    const rows = JSON.stringify(Array.from({ length: 90_000 }, (_, a) => ({ a, text: 'some words' })));
    expect(rows.length).toBeGreaterThan(2 ** 21);
    await expect(bring(rows.slice(0, -1), 'file.json')).rejects.toThrow(/cut short/);
    await expect(bring(`${rows.slice(0, -1)}, {"a":}]`, 'file.json')).rejects.toThrow(/Line 1: this is not JSON/);
    await expect(bring(`${rows}[]`, 'file.json')).rejects.toThrow(/follows the end/);
  });

  it('finds all members', () => {
    const members = [...membersOf('{ "a" : [1, {"b":"}"}] ,"c":"\\"", "d":-1.5e3,"e":null }')];
    expect(members.map(({ key, kind, value }) => [key, kind, value])).toEqual([
      ['a', 'nested', '[1,{"b":"}"}]'],
      ['c', 'text', '"'],
      ['d', 'number', '-1.5e3'],
      ['e', 'null', 'null'],
    ]);
  });
});

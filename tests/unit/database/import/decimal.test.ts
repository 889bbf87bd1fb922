import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointed } from '../../../../src/database/import/decimal.ts';
import { bring, look } from './support.ts';

const typesOf = async (text: string, given = {}) =>
  (await look(text, 'file.csv', given)).reading.columns.map(({ type }) => type);

describe('numbers as people write them', () => {
  it.each([
    ['1.234,01', ',', '1234.01'],
    ['-1.234.567', ',', '-1234567'],
    ['0,5', ',', '0.5'],
    [',5', ',', '.5'],
    ['1.5', ',', null],
    ['1.23,4', ',', null],
    ['1,2,3', ',', null],
    ['0.123', ',', null],
    ['word', ',', 'word'],
    ['1,234.50', '.', '1234.50'],
    ['1,234', '.', '1234'],
    ['0,5', '.', null],
    ['1234,567.8', '.', null],
    ['1.5', '.', '1.5'],
  ] as const)('%s with a decimal %s is %s', (text, sign, expected) => {
    expect(pointed(text, sign)).toBe(expected);
  });

  it('reads back every number that is written with groups', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(9999), (whole, fraction) => {
        const german = `${whole.toLocaleString('de')},${fraction}`;
        const american = `${whole.toLocaleString('en')}.${fraction}`;
        expect(pointed(german, ',')).toBe(`${whole}.${fraction}`);
        expect(pointed(american, '.')).toBe(`${whole}.${fraction}`);
      }),
    );
  });

  it('makes REAL of a column with decimal commas, exactly, and says so', async () => {
    const text = 'n;umsatz;plz\n1;1.234,01;01067\n2;0,5;01099\n3;-17;01169\n4;;01187\n';
    const { preview, query } = await bring(text);
    expect(preview.reading.decimal).toBe(',');
    expect(preview.reading.columns.map(({ type }) => type)).toEqual(['INTEGER', 'REAL', 'TEXT']);
    expect(preview.guesses).toContain('Numbers have a decimal comma: “1.234,01” is read as 1234.01.');
    expect(query('SELECT umsatz, typeof(umsatz), plz FROM file')).toEqual([
      [1234.01, 'real', '01067'],
      [0.5, 'real', '01099'],
      [-17, 'real', '01169'],
      [null, 'null', '01187'],
    ]);
  });

  it('reads thousands commas where a point makes them clear', async () => {
    const { preview, query } = await bring('a|b\n1,234.50|1,234,567\n2.25|3\n');
    expect(preview.reading.decimal).toBe('.');
    expect(preview.reading.columns.map(({ type }) => type)).toEqual(['REAL', 'INTEGER']);
    expect(query('SELECT * FROM file')).toEqual([
      [1234.5, 1234567],
      [2.25, 3],
    ]);
  });

  it('decides nothing where a sign may mean either', async () => {
    const { reading, guesses } = await look('a;b\n1,234;x\n2,500;y\n');
    expect(reading.decimal).toBe('.');
    expect(reading.columns[0].type).toBe('TEXT');
    expect(guesses.join(' ')).toContain('a: “1,234” may be 1.234 or 1234; it stays a text.');
    expect(await typesOf('a;b\n1,234;x\n2,500;y\n', { decimal: ',' })).toEqual(['REAL', 'TEXT']);
    expect(await typesOf('a;b\n1,234;x\n2,500;y\n', { decimal: '.' })).toEqual(['INTEGER', 'TEXT']);
    // Another value of the column decides, and another column of the file.
    expect(await typesOf('a;b\n1,234;x\n2,5;y\n')).toEqual(['REAL', 'TEXT']);
    expect(await typesOf('a;b\n1,234;0,5\n2,500;1,5\n')).toEqual(['REAL', 'REAL']);
    // Coordinates with a point are not made thousands by prices with a comma.
    const mixed = await look('lat;price\n52.517;0,5\n48.137;1,5\n');
    expect(mixed.reading.columns.map(({ type }) => type)).toEqual(['TEXT', 'REAL']);
  });

  it('leaves dates, versions and sums of money as texts, and says why of the last', async () => {
    const { reading, guesses } = await look('d;v;m;p\n02.03.2024;1.2.3;12,50 €;0,5\n03.03.2024;1.2.4;7,00 €;1,5\n');
    expect(reading.columns.map(({ type }) => type)).toEqual(['TEXT', 'TEXT', 'TEXT', 'REAL']);
    expect(guesses.join(' ')).toContain('m: “12,50 €” has a sign beside its number and stays a text.');
  });

  it('keeps what is not of the form as it stands, or leaves it out where SQLite would change it', async () => {
    const many = Array.from({ length: 6000 }, (_, index) => `${index},5`).join('\n');
    const given = { header: true, delimiter: ';' };
    const { report, query } = await bring(`n\n${many}\n1,2,3\n,\nword\n2.5\n`, 'file.csv', { given });
    expect(query('SELECT n FROM file WHERE rowid > 6000')).toEqual([['1,2,3'], [','], ['word']]);
    expect(report.misfits).toEqual([{ column: 0, name: 'n', type: 'REAL', rows: 1, examples: ['2.5'] }]);
    expect(report.badLines[0]).toMatchObject({ line: 6005, column: 0 });
    expect(report.badLines[0].reason).toContain('has no decimal comma');
  });
});

describe('types that do not fit', () => {
  it('counts rows that a type leaves out, and values that stay as they are', async () => {
    const { reading } = await look('plz,n\n01067,1\n01099,x\n12,y\n');
    const columns = reading.columns.map((column) => ({ ...column, type: 'INTEGER' as const }));
    const { misfits, others, badLines, rows } = await look('plz,n\n01067,1\n01099,x\n12,y\n', 'file.csv', {
      ...reading,
      columns,
    });
    expect(rows).toEqual([[12, 'y']]);
    expect(misfits).toEqual([{ column: 0, name: 'plz', type: 'INTEGER', rows: 2, examples: ['01067', '01099'] }]);
    expect(badLines.map(({ column }) => column)).toEqual([0, 0]);
    expect(others).toEqual([0, 1]);
  });

  it('names columns apart that are named alike, and says so', async () => {
    const { reading, guesses } = await look('name,name,score\nAnn,A,1\nBob,B,2\n');
    expect(reading.header).toBe(true);
    expect(reading.columns.map(({ name }) => name)).toEqual(['name', 'name_2', 'score']);
    expect(guesses.join(' ')).toContain('“name” is called “name_2”');
  });
});

describe('a table of Markdown', () => {
  const TABLE =
    '\n| id | name | share |\n| ---: | --- | :---: |\n| 1 | a\\|b | 0.5 |\n| 2 |  | 1.5 |\n| 3 | "q" x | 2 |\n| 4 | ragged |\n';

  it('loses its bars and its line of dashes', async () => {
    const { preview, report, query } = await bring(TABLE, 'back.md');
    expect(preview.reading.format).toBe('markdown');
    expect(preview.guesses[0]).toContain('the line of dashes are left out');
    expect(query('SELECT * FROM back')).toEqual([
      [1, 'a|b', 0.5],
      [2, null, 1.5],
      [3, '"q" x', 2],
    ]);
    expect(report.badLines.map(({ line }) => line)).toEqual([7]);
  });

  it.each(['a|b\n1|2\n', 'a,b\n---,1\n', '| a |\n| b |\n'])('is not seen in %j', async (text) => {
    expect((await look(text)).reading.format).toBe('csv');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { RecordCutter } from '../../../../src/database/import/csv-records.ts';
import { bring, look } from './support.ts';

const rowsOf = async (text: string, name?: string) => (await bring(text, name)).query('SELECT * FROM file');

describe('what is guessed about CSV', () => {
  it.each([
    ['comma', 'a,b\n1,x\n2,y\n', ','],
    ['semicolon, with commas in numbers', 'a;b\n1,5;x\n2,5;y\n', ';'],
    ['tab', 'a\tb\n1\tx, y\n2\tz\n', '\t'],
    ['bar', 'a|b\n1|x\n2|y\n', '|'],
    ['comma, though texts hold semicolons', 'a,b\n"1;2;3",x\n"4;5",y\n', ','],
  ])('finds the delimiter: %s', async (_, text, delimiter) => {
    const { reading, guesses } = await look(text);
    expect(reading.delimiter).toBe(delimiter);
    expect(guesses.join(' ')).toContain('divided by');
  });

  it.each([
    ['id,name\n1,Ann\n2,Bob\n', true],
    ['1,Ann\n2,Bob\n', false],
    ['name,city\nAnn,Bern\nBob,Basel\n', true],
    ['Ann,Bern\nBob,Bern\nAnn,Basel\n', false],
    ['a,a\n1,2\n', true],
    ['a,a,,select\n1,2,3,4\n', true],
    // Row numbers without a name, as data frames are written.
    [',name,city\n0,Ann,Bern\n1,Bob,Basel\n', true],
    ['Ann,,Rome\nBob,42,Oslo\n', false],
    [',Ann,Rome\n7,Bob,Oslo\n', false],
    ['hallo', false],
    ['name,city', true],
  ])('finds the header of %j: %s', async (text, header) => {
    expect((await look(text)).reading.header).toBe(header);
  });

  it('gives INTEGER only to texts that come back as they were', async () => {
    const text =
      'whole,zip,phone,price,wide,beyond,word\n1,007,+41,1.50,9223372036854775807,9223372036854775808,x\n-2,012,1,2,3,4,5\n';
    const { reading } = await look(text);
    expect(reading.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'whole INTEGER',
      'zip TEXT',
      'phone TEXT',
      'price REAL',
      'wide INTEGER',
      'beyond TEXT',
      'word TEXT',
    ]);
  });

  it('takes a word for NULL only where everything else is a number, and says so', async () => {
    const { reading, guesses } = await look('n,t\n1,NA\nNA,x\n3,y\n');
    expect(reading.nullTexts).toEqual(['']);
    expect(guesses.join(' ')).toMatch(/“NA” stands 2 times and stays a text/);
    const numbers = await look('n,t\n1,a\nNULL,b\n3,c\n');
    expect(numbers.reading.nullTexts).toEqual(['', 'NULL']);
    expect(numbers.reading.columns[0].type).toBe('INTEGER');
    expect(numbers.nulls).toEqual([1, 0]);
  });

  it('keeps what the person has decided', async () => {
    const first = await look('a;b,c\n1;2,3\n');
    const { reading } = await look('a;b,c\n1;2,3\n', 'file.csv', {
      ...first.reading,
      delimiter: ',',
      columns: undefined,
    });
    expect(reading.columns.map(({ source }) => source)).toEqual(['a;b', 'c']);
    const columns = reading.columns.map((column) => ({ ...column, type: 'TEXT' as const, included: false }));
    expect((await look('a;b,c\n1;2,3\n', 'file.csv', { ...reading, columns })).reading.columns).toEqual(columns);
  });

  it('names what has no name, and what has the same', async () => {
    const { reading } = await look('id,,Id, id \n1,2,3,4\n', 'x.csv', { header: true });
    expect(reading.columns.map(({ name }) => name)).toEqual(['id', 'column 2', 'Id_2', 'id_3']);
  });

  it.each([
    [
      'UTF-8 with a byte order mark',
      new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('é,b\nü,2\n')]),
      'utf-8',
    ],
    ['UTF-16 LE', utf16('\ufeffé,b\nü,2\n', true), 'utf-16le'],
    ['UTF-16 BE', utf16('\ufeffé,b\nü,2\n', false), 'utf-16be'],
    ['UTF-16 LE without a mark', utf16('é,b,something longer\nü,2,3\n', true), 'utf-16le'],
    ['Windows-1252', Uint8Array.from('é,b\nü,2\n', (char) => char.charCodeAt(0)), 'windows-1252'],
  ])('reads %s', async (_, bytes, encoding) => {
    const { preview, query } = await bring([bytes], 'file.csv', { given: { header: true } });
    expect(preview.reading.encoding).toBe(encoding);
    expect(query('SELECT é, b FROM file')).toEqual([['ü', 2]]);
  });
});

describe('CSV as rows', () => {
  it('tells an empty cell from an empty text', async () => {
    expect(await rowsOf('a,b,c\nx,,""\n"y","",\n')).toEqual([
      ['x', null, ''],
      ['y', '', null],
    ]);
  });

  it.each([
    ['CR LF', 'a,b\r\n1,"x"\r\n2,y\r\n'],
    ['LF, the last line without', 'a,b\n1,x\n2,y'],
    ['CR alone', 'a,b\r1,x\r2,y\r'],
    ['mixed', 'a,b\r\n1,x\n2,"y"\r\n'],
    ['empty lines between', '\na,b\n\n1,x\n\n2,y\n\n'],
  ])('reads line ends: %s', async (_, text) => {
    expect(await rowsOf(text)).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
  });

  it('keeps line ends, delimiters and quotes inside quotes', async () => {
    expect(await rowsOf('a,b\n1,"x\r\ny,""z"""\n2," q "\n3,"end\r"\r\n')).toEqual([
      [1, 'x\r\ny,"z"'],
      [2, ' q '],
      [3, 'end\r'],
    ]);
  });

  it('keeps ragged lines aside with their number and reason', async () => {
    const { report, query } = await bring('a,b\n1,x\n2\n3,"y\nz"\n4,u,v\n5,w\n');
    expect(query('SELECT a FROM file')).toEqual([[1], [3], [5]]);
    expect(report.badLineCount).toBe(2);
    expect(report.badLines).toEqual([
      { line: 3, text: '2', reason: '1 cell where 2 were expected.', column: null },
      { line: 6, text: '4,u,v', reason: '3 cells where 2 were expected.', column: null },
    ]);
  });

  it('loses one line to a stray quote, not the file', async () => {
    const { report, query } = await bring('a,b\n1,"bad "quote" here\n2,"good"\n3,"never closed\n4,x\n5,y\n');
    expect(query('SELECT a FROM file')).toEqual([[2], [4], [5]]);
    expect(report.badLines.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 Text follows a closing quote.',
      '4 A quote is opened and never closed.',
    ]);
  });

  it('stores a later word in a column of numbers as it is, and refuses what SQLite would change', async () => {
    const many = Array.from({ length: 6000 }, (_, index) => index).join('\n');
    const { report, query } = await bring(
      `n\n${many}\nword\n007\n1.5\n9223372036854775808\n12345678901234567\n`,
      'file.csv',
      {
        given: { header: true },
      },
    );
    expect(query('SELECT n FROM file WHERE rowid > 6000')).toEqual([['word'], [1.5], [12345678901234567n]]);
    expect(report.badLines.map(({ line }) => line)).toEqual([6003, 6005]);
    expect(report.badLines[0].reason).toContain('“007” would become a number and change');
    expect(report.notes).toContain('n: 2 values are not INTEGER; SQLite keeps them as they are.');
  });

  it('tells of whole numbers written as fractions, which an INTEGER column stores as whole ones, and refuses to round them', async () => {
    const whole = Array.from({ length: 6000 }, (_, index) => index).join('\n');
    const late = ['2.0', '1e2', '-0.0', '0.', '1e300', '1e18', '9007199254740993.0', '9.3e18', '2.5'];
    const { report, query } = await bring(`n\n${whole}\n${late.join('\n')}\n`, 'file.csv', { given: { header: true } });
    expect(query("SELECT n, typeof(n) FROM file WHERE typeof(n) <> 'integer' OR rowid > 6000")).toEqual([
      [2, 'integer'],
      [100, 'integer'],
      [0, 'integer'],
      [1e300, 'real'],
      [10n ** 18n, 'integer'],
      [9.3e18, 'real'],
      [2.5, 'real'],
    ]);
    expect(report.badLines.map(({ text }) => text)).toEqual(['-0.0', '9007199254740993.0']);
    expect(report.badLines[1].reason).toContain('would become the whole number 9007199254740992');
    expect(report.notes).toEqual([
      'n: 3 values are not INTEGER; SQLite keeps them as they are.',
      'n: 4 values are written like 2.0 or 1e2; an INTEGER column stores them as whole numbers.',
    ]);
    // Where the guess sees one, the column is REAL.
    expect((await look('n\n1\n2.0\n3\n')).reading.columns[0].type).toBe('REAL');
  });

  it('reads two thousand columns and refuses one more', async () => {
    const wide = (count: number) => {
      const names = Array.from({ length: count }, (_, index) => `c${index}`).join(',');
      return `${names}\n${Array.from({ length: count }, (_, index) => index).join(',')}\n`;
    };
    expect((await bring(wide(2000))).query('SELECT c0, c1999 FROM file')).toEqual([[0, 1999]]);
    await expect(bring(wide(2001))).rejects.toThrow(/2,001 columns; a table of SQLite has at most 2,000/);
  });

  it('keeps NUL characters and long texts', async () => {
    const long = 'é'.repeat(300_000);
    expect(await rowsOf(`a,b\n"x\0y",${long}\n`)).toEqual([['x\0y', long]]);
  });

  it('is not fooled by chunk borders', async () => {
    const row = (index: number) => [index, `“${index}” "q" ü\n${'x'.repeat(index % 50)}`, index % 7 ? `${index}` : ''];
    const rows = Array.from({ length: 40_000 }, (_, index) => row(index));
    const text = rows
      .map((cells) => cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(';'))
      .join('\r\n');
    const { query, report } = await bring(`a;b;c\r\n${text}`, 'file.csv', { given: { header: true } });
    expect(text.length).toBeGreaterThan(1.5e6);
    expect(report.badLineCount).toBe(0);
    expect(query('SELECT count(*), sum(a), count(c) FROM file')).toEqual([
      [40_000, (40_000 * 39_999) / 2, 40_000 - Math.ceil(40_000 / 7)],
    ]);
    expect(query('SELECT b FROM file ORDER BY a').map(([text]) => text)).toEqual(rows.map(([, text]) => text));
  });

  it('reads what was written, cell by cell', async () => {
    const cell = fc.oneof(
      fc.constant(null),
      fc.constant(''),
      fc.integer(),
      fc.stringMatching(/^[ab"',;\n\r\t |é\0]{0,8}$/),
      fc.constantFrom('007', '1.0', 'NULL', 'x'),
    );
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      );
    const options = fc.record({ delimiter: fc.constantFrom(',', ';', '\t', '|'), end: fc.constantFrom('\n', '\r\n') });
    await fc.assert(
      fc.asyncProperty(table, options, async (rows, { delimiter, end }) => {
        const written = (value: string | number | null) => {
          if (value === null) return '';
          const text = String(value);
          return text === '' || /["\r\n,;\t| ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        };
        const text = rows.map((cells) => cells.map(written).join(delimiter) + end).join('');
        const columns = rows[0].map((_, index) => ({
          source: `column ${index + 1}`,
          name: `c${index}`,
          type: 'TEXT' as const,
          included: true,
        }));
        const given = { delimiter, quote: '"', header: false, nullTexts: [''], columns, encoding: 'utf-8' as const };
        const { query, report } = await bring(text, 'file.csv', { given });
        expect(report.badLines).toEqual([]);
        expect(query('SELECT * FROM file')).toEqual(
          rows.map((cells) => cells.map((value) => (value === null ? null : String(value)))),
        );
      }),
      { numRuns: 150 },
    );
  });
});

describe('the cutter of records', () => {
  const comma = { delimiter: ',', quote: '"', newline: '\n' } as const;
  const all = (pieces: string[], lengthMax?: number) => {
    const cutter = new RecordCutter(comma, lengthMax);
    return [...pieces.flatMap((piece) => cutter.push(piece, false)), ...cutter.push('', true)];
  };

  it('gives the same records however the text is divided', () => {
    const text = 'a,"b\nc",d\n"e""f",g\n\nh,"i"j\nk,"l\nm\n';
    const whole = all([text]);
    const joined = (pieces: ReturnType<typeof all>) =>
      pieces.map((piece) => (piece.kind === 'bad' ? `!${piece.line} ${piece.text}\n` : piece.text)).join('');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length - 1 })), (cuts) => {
        const sorted = [0, ...new Set(cuts), text.length].sort((one, other) => one - other);
        const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
        expect(joined(all(pieces))).toBe(joined(whole));
      }),
    );
  });

  it('drops a record that is too long, and goes on after it', () => {
    const pieces = all(['a,b\n', 'x'.repeat(60), 'y'.repeat(60), 'z\nc,d\n'], 100);
    expect(pieces.map(({ kind, line }) => `${kind} ${line}`)).toEqual(['records 1', 'bad 2', 'records 3']);
  });
});

function utf16(text: string, little: boolean): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  [...text].forEach((char, index) => view.setUint16(index * 2, char.charCodeAt(0), little));
  return new Uint8Array(view.buffer);
}

describe('what holds no rows', () => {
  it.each([
    ['\n\n   \n', 'file.csv', /file\.csv holds nothing but empty lines/],
    [' \n', 'file.json', /file\.json holds nothing but empty lines/],
    [[new Uint8Array(5000)], 'file.csv', /begins with zeros alone.*Copy it again/],
    [[noise(5000)], 'file.csv', /is no text.*save it as CSV/],
    [[noise(5000)], 'file.txt', /is no text/],
  ])('is refused, with what to do: %#', async (content, name, message) => {
    await expect(look(content, name)).rejects.toThrow(message);
  });

  it('is not a text with a stray control character, nor UTF-16 without its mark', async () => {
    const lines = Array.from({ length: 200 }, (_, at) => `${at},x${at % 50 === 0 ? '\u0001' : ''}`).join('\n');
    expect((await look(`n,t\n${lines}\n`)).sampledRows).toBe(200);
    const utf16 = new Uint8Array(
      new Uint16Array([...'a,b\n1,2\n'.repeat(40)].map((sign) => sign.charCodeAt(0))).buffer,
    );
    expect((await look([utf16])).reading.encoding).toBe('utf-16le');
  });

  it('one value that is of another type is told as one', async () => {
    const lines = Array.from({ length: 5000 }, (_, at) => `${at},${at}`).join('\n');
    const { report } = await bring(`n,code\n${lines}\n5000,AB\n`);
    expect(report.notes).toContain('code: 1 value is not INTEGER; SQLite keeps it as it is.');
  });

  it('is told apart from a first row that is longer than what is looked at', async () => {
    const { sampledRows, isWhole, reading } = await look(`id,text\n1,${'x'.repeat(2 << 20)}\n2,short\n`);
    expect({ sampledRows, isWhole, types: reading.columns.map(({ type }) => type) }).toEqual({
      sampledRows: 0,
      isWhole: false,
      types: ['TEXT', 'TEXT'],
    });
    expect(await look('id,text\n')).toMatchObject({ sampledRows: 0, isWhole: true });
  });
});

/** Bytes as of a compressed file: each value as likely as any other. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const random = createRandom('noise');
  return new Uint8Array(Array.from({ length }, () => random.below(256)));
}

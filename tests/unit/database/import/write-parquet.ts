/** The smallest Parquet writer that the tests need: plain encoding, no compression, flat columns without NULLs, one row group. */

/** A field of a Thrift struct in the compact protocol: id, wire type, and its bytes. */
type Field = [id: number, type: number, bytes: number[]];

const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128);
  return [...bytes, Number(value)];
}

const zigzag = (value: number | bigint): number[] => {
  const wide = BigInt(value);
  return varint(wide < 0n ? -wide * 2n - 1n : wide * 2n);
};
const binary = (text: string): number[] => {
  const bytes = [...new TextEncoder().encode(text)];
  return [...varint(BigInt(bytes.length)), ...bytes];
};
const list = (type: number, items: number[][]): number[] => [
  ...(items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(BigInt(items.length))]),
  ...items.flat(),
];

/** Fields in ascending order of their ids. */
function struct(...fields: Field[]): number[] {
  let last = 0;
  const bytes = fields.flatMap(([id, type, value]) => {
    const head = ((id - last) << 4) | type;
    last = id;
    return [head, ...value];
  });
  return [...bytes, 0];
}

export interface ParquetColumn {
  name: string;
  /** Physical type: 1 INT32, 2 INT64, 5 DOUBLE, 6 BYTE_ARRAY. */
  type: 1 | 2 | 5 | 6;
  /** Converted type: 0 UTF8, 5 DECIMAL, 6 DATE, 9 TIMESTAMP_MILLIS, 10 TIMESTAMP_MICROS. */
  converted?: number;
  scale?: number;
  precision?: number;
  values: (number | bigint | string | number[])[];
}

function plain({ type, values }: ParquetColumn): number[] {
  return values.flatMap((value) => {
    if (type === 6) {
      const bytes = Array.isArray(value) ? value : [...new TextEncoder().encode(String(value))];
      return [...littleEndian(BigInt(bytes.length), 4), ...bytes];
    }
    if (type === 5) return [...new Uint8Array(Float64Array.of(Number(value)).buffer)];
    return littleEndian(BigInt(value as number | bigint), type === 1 ? 4 : 8);
  });
}

function littleEndian(value: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) =>
    Number((BigInt.asUintN(bytes * 8, value) >> BigInt(8 * index)) & 255n),
  );
}

/** `codec`: 0 is none; another is only said, not done. */
export function writeParquet(columns: ParquetColumn[], codec = 0): Uint8Array<ArrayBuffer> {
  const file = [...new TextEncoder().encode('PAR1')];
  const rows = columns[0].values.length;
  const chunks = columns.map((column) => {
    const data = plain(column);
    const offset = file.length;
    // DATA_PAGE with as many values, plainly encoded; levels need none where nothing is optional.
    const page = struct([1, I32, zigzag(rows)], [2, I32, zigzag(0)], [3, I32, zigzag(3)], [4, I32, zigzag(3)]);
    file.push(
      ...struct([1, I32, zigzag(0)], [2, I32, zigzag(data.length)], [3, I32, zigzag(data.length)], [5, STRUCT, page]),
      ...data,
    );
    const size = file.length - offset;
    const meta = struct(
      [1, I32, zigzag(column.type)],
      [2, LIST, list(I32, [zigzag(0)])],
      [3, LIST, list(BINARY, [binary(column.name)])],
      [4, I32, zigzag(codec)],
      [5, I64, zigzag(rows)],
      [6, I64, zigzag(size)],
      [7, I64, zigzag(size)],
      [9, I64, zigzag(offset)],
    );
    return struct([2, I64, zigzag(offset)], [3, STRUCT, meta]);
  });
  const schema = [
    struct([4, BINARY, binary('root')], [5, I32, zigzag(columns.length)]),
    ...columns.map(({ name, type, converted, scale, precision }) =>
      struct(
        [1, I32, zigzag(type)],
        [3, I32, zigzag(0)],
        [4, BINARY, binary(name)],
        ...(converted === undefined ? [] : [[6, I32, zigzag(converted)] as Field]),
        ...(scale === undefined ? [] : [[7, I32, zigzag(scale)] as Field]),
        ...(precision === undefined ? [] : [[8, I32, zigzag(precision)] as Field]),
      ),
    ),
  ];
  const group = struct([1, LIST, list(STRUCT, chunks)], [2, I64, zigzag(file.length)], [3, I64, zigzag(rows)]);
  const footer = struct(
    [1, I32, zigzag(1)],
    [2, LIST, list(STRUCT, schema)],
    [3, I64, zigzag(rows)],
    [4, LIST, list(STRUCT, [group])],
  );
  file.push(...footer, ...littleEndian(BigInt(footer.length), 4), ...new TextEncoder().encode('PAR1'));
  return Uint8Array.from(file);
}

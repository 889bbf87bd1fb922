/**
 * Which rows of a table a statement can reach at all, from its bytecode: where every way to the table is a seek for an equal
 * key, and the key was loaded from a literal or a parameter, only rows with these values matter. Whatever is not surely of
 * this form is not told, and then the whole table counts.
 */
import type { Instruction, ProgramContext } from './bytecode.ts';
import { outputsOf } from './registers.ts';
import type { TableReach, SoughtValue } from '../protocol.ts';

/** Opcodes that move a cursor, or read what it does not stand on. */
const MOVES = new Set(
  `Rewind Last Next Prev SeekLT SeekLE SeekGE SeekGT SeekRowid NotExists Found NotFound NoConflict IfNoHope SeekScan SeekHit
  SeekEnd IfEmpty IfSizeBetween IdxLE IdxGT IdxLT IdxGE IFindKey Count NewRowid RowCell IfNotOpen`.split(/\s+/),
);
/** Ends of a range of an index: the first row beyond an equal key, forwards and backwards. */
const STARTS: Readonly<Record<string, { inclusive: boolean; forward: boolean }>> = {
  SeekGE: { inclusive: true, forward: true },
  SeekGT: { inclusive: false, forward: true },
  SeekLE: { inclusive: true, forward: false },
  SeekLT: { inclusive: false, forward: false },
};
const ENDS: Readonly<Record<string, { inclusive: boolean; forward: boolean }>> = {
  IdxGT: { inclusive: true, forward: true },
  IdxGE: { inclusive: false, forward: true },
  IdxLT: { inclusive: true, forward: false },
  IdxLE: { inclusive: false, forward: false },
};

interface CursorUse {
  table: string;
  /** Columns of its key in order, -1 for the rowid; null for the table's own b-tree, whose key is the rowid. */
  columns: readonly number[] | null;
  /** An index cursor leads it to its rows. */
  follows: boolean;
}

/** Of each table that is read or written: what its rows must hold to be reached; tables that may be reached otherwise are left out. */
export function reachOf(program: readonly Instruction[], context: ProgramContext): TableReach[] {
  const registers = literalRegisters(program);
  if (registers === null) return [];
  const cursors = new Map<number, CursorUse>();
  const wide = new Set<string>();
  for (const { opcode, p1, p2, p3, p4 } of program) {
    if (opcode === 'Clear' || opcode === 'Destroy') {
      const table = context.roots.get(p1)?.table;
      if (table === undefined) return [];
      wide.add(table);
    }
    if (opcode === 'Program' || opcode === 'VOpen' || opcode === 'OpenDup' || opcode === 'VUpdate') return [];
    if (opcode !== 'OpenRead' && opcode !== 'OpenWrite' && opcode !== 'ReopenIdx') continue;
    const place = p3 === 0 ? context.roots.get(p2) : undefined;
    if (!place || cursors.has(p1)) return [];
    const byKey = p4.startsWith('k(');
    cursors.set(p1, {
      table: place.table,
      columns: byKey ? context.keyColumns(place.table, place.isIndex ? place.name : null) : null,
      follows: false,
    });
    if (byKey && cursors.get(p1)?.columns === null) wide.add(place.table);
  }
  const rows = new Map<string, SoughtValue[][]>();
  const add = (table: string, sought: SoughtValue[] | null): void => {
    if (sought === null || sought.length === 0) wide.add(table);
    else rows.set(table, [...(rows.get(table) ?? []), sought]);
  };
  /** By index cursor: addresses between which its loop runs, start excluded. */
  const loops = new Map<number, [number, number][]>();
  program.forEach(({ opcode, p1, p2, p3 }, address) => {
    const cursor = cursors.get(p1);
    if (!cursor || !MOVES.has(opcode)) return;
    const { table, columns } = cursor;
    if (columns === null) {
      if (opcode === 'NewRowid') return;
      const isSeek = opcode === 'SeekRowid' || opcode === 'NotExists';
      const value = isSeek ? loadedBefore(registers, p3, address) : null;
      add(table, value ? [{ ...value, column: -1, affinity: 'D' }] : null);
    } else if (Object.hasOwn(STARTS, opcode)) {
      const end = endOf(program, address, p1);
      if (end === null) return add(table, null);
      loops.set(p1, [...(loops.get(p1) ?? []), [address, end]]);
      add(table, equalColumns(program, address, end, columns, registers));
    } else if (opcode === 'Next' || opcode === 'Prev') {
      const inside = loops.get(p1)?.some(([start, end]) => p2 > start && p2 <= end);
      if (!inside) add(table, null);
    } else if (Object.hasOwn(ENDS, opcode)) {
      if (!loops.get(p1)?.some(([, end]) => end === address)) add(table, null);
    } else if (opcode !== 'NoConflict') add(table, null);
  });
  return [...rows].filter(([table]) => !wide.has(table)).map(([table, alternatives]) => ({ table, alternatives }));
}

/** The comparison that ends what a seek began: the next thing that is done with the cursor. */
function endOf(program: readonly Instruction[], start: number, cursor: number): number | null {
  for (let address = start + 1; address < program.length; address++) {
    const { opcode, p1 } = program[address];
    if (p1 !== cursor || (!MOVES.has(opcode) && opcode !== 'Column' && opcode !== 'IdxRowid')) continue;
    const { forward } = STARTS[program[start].opcode];
    return Object.hasOwn(ENDS, opcode) && ENDS[opcode].forward === forward ? address : null;
  }
  return null;
}

/** The leading columns for which both ends of the range hold the same literal: rows between have just that. */
function equalColumns(
  program: readonly Instruction[],
  startAddress: number,
  endAddress: number,
  columns: readonly number[],
  registers: ReadonlyMap<number, Loaded>,
): SoughtValue[] {
  const [start, end] = [program[startAddress], program[endAddress]];
  if (start.p3 !== end.p3) return [];
  const counts = [
    Number(start.p4) - (STARTS[start.opcode].inclusive ? 0 : 1),
    Number(end.p4) - (ENDS[end.opcode].inclusive ? 0 : 1),
  ];
  const sought: SoughtValue[] = [];
  for (let at = 0; at < Math.min(...counts, columns.length); at++) {
    const value = loadedBefore(registers, start.p3 + at, startAddress);
    if (value === null) break;
    // Of an expression nothing can be compared; what stands behind it still holds.
    if (columns[at] >= -1) sought.push({ ...value, column: columns[at] });
  }
  return sought;
}

interface Loaded {
  value: Omit<SoughtValue, 'column' | 'affinity'>;
  /** Where its form is changed; null for a value that is compared as it was loaded. */
  affinity: { letter: string; address: number } | null;
}

/** What a register holds when the instruction at `address` uses it; null when its form changes only later. */
function loadedBefore(
  registers: ReadonlyMap<number, Loaded>,
  register: number,
  address: number,
): Omit<SoughtValue, 'column'> | null {
  const loaded = registers.get(register);
  if (!loaded || (loaded.affinity && loaded.affinity.address > address)) return null;
  return { ...loaded.value, affinity: loaded.affinity?.letter ?? 'A' };
}

/** Registers that hold a literal or a parameter all through the run; null when an opcode is not known well enough to say. */
function literalRegisters(program: readonly Instruction[]): ReadonlyMap<number, Loaded> | null {
  const writers = new Map<number, number>();
  const affinities = new Map<number, { letter: string; address: number }[]>();
  const change = (register: number, letter: string, address: number): void => {
    affinities.set(register, [...(affinities.get(register) ?? []), { letter, address }]);
  };
  for (const [address, instruction] of program.entries()) {
    const { opcode, p1, p2, p4 } = instruction;
    const outputs = outputsOf(instruction);
    if (outputs === null) return null;
    for (const [first, count] of outputs) {
      for (let register = first; register < first + count; register++) {
        writers.set(register, (writers.get(register) ?? 0) + 1);
      }
    }
    if (opcode === 'Affinity') for (let at = 0; at < p2; at++) change(p1 + at, p4[at] ?? '?', address);
    else if (opcode === 'MustBeInt') change(p1, 'D', address);
  }
  const loaded = new Map<number, Loaded>();
  for (const { opcode, p1, p2, p4 } of program) {
    const changes = affinities.get(p2) ?? [];
    if (writers.get(p2) !== 1 || changes.length > 1) continue;
    const affinity = changes[0] ?? null;
    if (opcode === 'Integer') loaded.set(p2, { value: { literal: p1 }, affinity });
    else if (opcode === 'Int64') loaded.set(p2, { value: { literal: BigInt(p4) }, affinity });
    else if (opcode === 'String8') loaded.set(p2, { value: { literal: p4 }, affinity });
    else if (opcode === 'Variable') loaded.set(p2, { value: { parameter: p1 }, affinity });
  }
  return loaded;
}

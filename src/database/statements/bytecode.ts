/**
 * What a statement reads, writes and depends on, from the bytecode that SQLite compiles it to. Views, CTEs, triggers, cascades
 * and REPLACE need no special care: what they touch is in the program.
 */
import {
  AGGREGATE_OPCODES,
  CONNECTION_FUNCTIONS,
  DATE_FUNCTIONS,
  DDL_OPCODES,
  LOOP_OPCODES,
  PLAIN_OPCODES,
  ROOT_OPCODES,
  SCHEMA_OPCODES,
  SWEEPING_OPCODES,
  VIRTUAL_OPCODES,
  VOLATILE_FUNCTIONS,
} from './opcodes.ts';
import type { QueryClass, SqlValue } from '../protocol.ts';

/** One row of EXPLAIN. */
export interface Instruction {
  opcode: string;
  p1: number;
  p2: number;
  p3: number;
  p4: string;
  p5: number;
}

/** A b-tree of main. */
export interface Place {
  table: string;
  /** Its own name: the table's or the index's. */
  name: string;
  isIndex: boolean;
  /** Stands for what it is: the statements that made the table and the index. */
  definition: string;
}

/** What is known of a table's columns. */
export interface TableShape {
  /** Those that INSERT fills when it names none: number, -1 for the rowid's own, and affinity as in `SoughtValue`. */
  columns: readonly { name: string; column: number; affinity: string }[];
  /** By folded name, the names of the rowid included. */
  byName: ReadonlyMap<string, { column: number; affinity: string }>;
}

/** What the schema says about addresses in a program. */
export interface ProgramContext {
  /** Root page of a table or index in main, to its table and whether it is the table's own b-tree. */
  roots: ReadonlyMap<number, Place>;
  /** What stands for a table in a program, by name. */
  definitionOf(table: string): string;
  /** What stands for all views: a program does not tell from which of them it comes. */
  views: string;
  /** Columns of an index's key in order (-1 the rowid, below that an expression); `index` null for the primary key of a table WITHOUT ROWID. */
  keyColumns(table: string, index: string | null): readonly number[] | null;
  /** Null for a table whose writes may do more than they say: generated columns, ON CONFLICT REPLACE, a virtual table. */
  shapeOf(table: string): TableShape | null;
  /**
   * Tables that a virtual table stands for (itself, its shadow tables, others that it reads), by the p4 of VOpen and VUpdate;
   * null for one that is not in the schema and not known to be harmless.
   */
  virtualTables(p4: string): readonly string[] | null;
}

export interface ProgramReport {
  kind: 'read' | 'write' | 'schema';
  queryClass: QueryClass;
  tablesRead: string[];
  tablesWritten: string[];
  touchesEverything: boolean;
  volatile: string | null;
  mayReadClock: boolean;
  connectionState: boolean;
}

/** Instructions from the rows of EXPLAIN: addr, opcode, p1, p2, p3, p4, p5, comment. */
export function instructionsOf(rows: readonly SqlValue[][]): Instruction[] {
  return rows.map(([, opcode, p1, p2, p3, p4, p5]) => ({
    opcode: String(opcode),
    p1: Number(p1),
    p2: Number(p2),
    p3: Number(p3),
    p4: typeof p4 === 'string' ? p4 : '',
    p5: Number(p5),
  }));
}

/** `isPlainDdl`: it makes or drops one object and leaves the definitions of all others alone, so that its program tells what it touches. */
export function reportProgram(
  program: readonly Instruction[],
  context: ProgramContext,
  isPlainDdl = false,
): ProgramReport {
  const read = new Set<string>();
  const written = new Set<string>();
  const cursors = new Map<string, number>();
  let writes = false;
  let schema = false;
  let sweeps = false;
  let touchesEverything = false;
  let volatile: string | null = null;
  let mayReadClock = false;
  let connectionState = false;
  let loops = false;
  let aggregates = false;

  for (const instruction of program) {
    const { opcode, p1, p2, p4 } = instruction;
    const known =
      PLAIN_OPCODES.has(opcode) ||
      (isPlainDdl && DDL_OPCODES.has(opcode)) ||
      LOOP_OPCODES.has(opcode) ||
      AGGREGATE_OPCODES.has(opcode) ||
      Object.hasOwn(ROOT_OPCODES, opcode) ||
      Object.hasOwn(VIRTUAL_OPCODES, opcode);
    if (!known) touchesEverything = true;
    if (!known && !SWEEPING_OPCODES.has(opcode)) writes = true; // unknown to us: as bad as can be
    if (LOOP_OPCODES.has(opcode)) loops = true;
    if (AGGREGATE_OPCODES.has(opcode)) aggregates = true;
    if (SCHEMA_OPCODES.has(opcode) || (opcode === 'SetCookie' && p2 === SCHEMA_COOKIE)) schema = true;
    if (SWEEPING_OPCODES.has(opcode)) writes = true;
    if (SWEEPING_OPCODES.has(opcode) && !DDL_OPCODES.has(opcode)) sweeps = true;
    if (opcode === 'Transaction') {
      if (p1 !== MAIN) connectionState = true;
      if (p2 > 0) writes = true;
    }
    const rooted = ROOT_OPCODES[opcode];
    if (rooted && opcode === 'OpenWrite' && (instruction.p5 & ROOT_IN_REGISTER) !== 0) {
      writes = true; // of a table or index that is being made: nobody has read it yet
    } else if (rooted) {
      const database = rooted.database ? instruction[rooted.database] : MAIN;
      if (database !== MAIN) connectionState = true;
      else {
        const place = context.roots.get(instruction[rooted.root]);
        if (!place) touchesEverything = true;
        else {
          (rooted.writes ? written : read).add(place.table);
          const key = `${place.table}/${place.isIndex ? instruction[rooted.root] : ''}`;
          cursors.set(key, (cursors.get(key) ?? 0) + 1);
        }
      }
      if (rooted.writes) writes = true;
    }
    const virtual = VIRTUAL_OPCODES[opcode];
    if (virtual) {
      const tables = context.virtualTables(p4);
      if (tables) for (const table of tables) (virtual.writes ? written : read).add(table);
      else {
        touchesEverything = true;
        volatile ??= 'it reads settings or the schema through a table-valued function';
      }
      if (virtual.writes) writes = true;
    }
    if (opcode === 'Function' || opcode === 'PureFunc') {
      const name = p4.replace(/\(.*$/, '').toLowerCase();
      if (VOLATILE_FUNCTIONS.has(name)) volatile ??= `${name}() gives another value at each run`;
      if (DATE_FUNCTIONS.has(name)) mayReadClock = true;
      if (CONNECTION_FUNCTIONS.has(name)) {
        connectionState = true;
        volatile ??= `${name}() tells what this connection did before`;
      }
    }
  }
  return {
    kind: schema ? 'schema' : writes ? 'write' : 'read',
    queryClass: aggregates ? 'aggregate' : !loops ? 'point' : tableCursors(cursors) > 1 ? 'join' : 'range',
    tablesRead: [...read].sort(),
    tablesWritten: [...written].sort(),
    touchesEverything: touchesEverything || (schema && (!isPlainDdl || sweeps || connectionState)),
    volatile,
    mayReadClock,
    connectionState,
  };
}

const MAIN = 0;
/** OpenWrite's p5 where p2 is a register (OPFLAG_P2ISREG). */
const ROOT_IN_REGISTER = 16;
/** SetCookie's p2 for the schema version (BTREE_SCHEMA_VERSION). */
const SCHEMA_COOKIE = 1;

/** Table visits: per table, the most cursors on any one of its b-trees, since a visit may open table and index. */
function tableCursors(cursors: ReadonlyMap<string, number>): number {
  const perTable = new Map<string, number>();
  for (const [key, count] of cursors) {
    const table = key.slice(0, key.lastIndexOf('/'));
    perTable.set(table, Math.max(perTable.get(table) ?? 0, count));
  }
  return [...perTable.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * What a statement reads, writes and depends on, from the bytecode that SQLite compiles it to. Views, CTEs, triggers, cascades
 * and REPLACE need no special care: what they touch is in the program.
 */
import {
  AGGREGATE_OPCODES,
  CONNECTION_FUNCTIONS,
  DATE_FUNCTIONS,
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
}

/** What the schema says about addresses in a program. */
export interface ProgramContext {
  /** Root page of a table or index in main, to its table and whether it is the table's own b-tree. */
  roots: ReadonlyMap<number, { table: string; isIndex: boolean }>;
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
  return rows.map(([, opcode, p1, p2, p3, p4]) => ({
    opcode: String(opcode),
    p1: Number(p1),
    p2: Number(p2),
    p3: Number(p3),
    p4: typeof p4 === 'string' ? p4 : '',
  }));
}

export function reportProgram(program: readonly Instruction[], context: ProgramContext): ProgramReport {
  const read = new Set<string>();
  const written = new Set<string>();
  const cursors = new Map<string, number>();
  let writes = false;
  let schema = false;
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
    if (opcode === 'Transaction') {
      if (p1 !== MAIN) connectionState = true;
      if (p2 > 0) writes = true;
    }
    const rooted = ROOT_OPCODES[opcode];
    if (rooted) {
      const database = rooted.database ? instruction[rooted.database] : MAIN;
      if (database !== MAIN) connectionState = true;
      else {
        const place = context.roots.get(instruction[rooted.root]);
        // OpenWrite takes its root from a register where a table is being made (p5 says so): no table has that page.
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
    touchesEverything: touchesEverything || schema,
    volatile,
    mayReadClock,
    connectionState,
  };
}

const MAIN = 0;
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

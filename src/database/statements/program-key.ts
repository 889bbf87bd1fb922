/**
 * What a query means, as SQLite compiled it: two texts of one program give the same rows. Names of tables, aliases, spelling and
 * quoting are gone in it; tables and indexes stand in it by what they are, not by their pages, so that the key of a query
 * stays while other parts of the schema change.
 */
import { digestOf } from '../../core/digest.ts';
import { canonicalText } from '../../sql/fingerprint.ts';
import type { Instruction, ProgramContext } from './bytecode.ts';
import { ROOT_OPCODES, SCAN_OPCODES, VIRTUAL_OPCODES } from './opcodes.ts';

export interface ProgramKeys {
  /** Of the whole program: equal keys, equal rows in equal order. */
  program: string;
  /**
   * Of how it walks through its tables: queries that differ in LIMIT or in their columns alone, and have this in common, meet
   * the same rows in the same order.
   */
  scan: string;
}

/** What they open is as telling as that they do. */
const OPENS = /^(?:Open|Reopen)/;
const SORTS = new Set(['Sort', 'SorterSort', 'SorterOpen']);

/**
 * EXPLAIN does not show everything: reals come with 16 digits, blobs end at a zero byte, a function that takes any number of arguments
 * does not tell how many there are, and virtual tables are addresses. Where one of these stands in the program, the text
 * itself, in its canonical form, is part of the key, and so are the views, out of which it may come.
 */
export function programKeys(program: readonly Instruction[], context: ProgramContext, sql: string): ProgramKeys {
  const lines: string[] = [];
  const scan: string[] = [];
  let showsAll = true;
  // A sort keeps the order of equal rows, with a LIMIT and without; by which means is of no account.
  const sorters = new Set(program.filter(({ opcode }) => SORTS.has(opcode)).map(({ p1 }) => p1));
  // A Bloom filter begins as a blob of zeros, all of which is in its length.
  const filters = new Set(program.filter(({ opcode }) => opcode === 'FilterAdd').map(({ p1 }) => p1));
  for (const instruction of program) {
    const { opcode, p1, p3, p5 } = instruction;
    let { p2, p4 }: { p2: number | string; p4: string } = instruction;
    // Words for people, names as typed among them; nothing is done.
    if (opcode === 'Explain') continue;
    if (opcode === 'Real' || Object.hasOwn(VIRTUAL_OPCODES, opcode)) showsAll = false;
    if (opcode === 'Blob' && !filters.has(p2)) showsAll = false;
    if ((opcode === 'Function' || opcode === 'PureFunc') && p4.includes('(-')) showsAll = false;
    if (opcode === 'VOpen') p4 = (context.virtualTables(p4) ?? []).map((table) => context.definitionOf(table)).join();
    if (Object.hasOwn(ROOT_OPCODES, opcode)) {
      const place = context.roots.get(p2);
      if (place && ROOT_OPCODES[opcode].root === 'p2') p2 = place.definition;
      else showsAll = false;
    }
    // Cookie and generation of the schema: what of the schema matters is named above.
    const line = opcode === 'Transaction' ? `${opcode} ${p1} ${p2}` : `${opcode} ${p1} ${p2} ${p3} ${p4} ${p5}`;
    lines.push(line);
    if (SCAN_OPCODES.has(opcode) && !sorters.has(p1))
      scan.push(`${opcode} ${p1} ${OPENS.test(opcode) ? `${p2} ${p3}` : ''}`);
  }
  // A line cannot imitate another: what could hold a line break is told by its length.
  const listing = lines.map((line) => `${line.length}:${line}`).join('\n');
  return {
    program: digestOf(showsAll ? listing : `${listing}\n${context.views}\n${canonicalText(sql)}`),
    scan: digestOf(scan.join('\n')),
  };
}

/** Which registers an instruction of SQLite's machine writes: what tells that a register keeps what was loaded into it. */
import type { Instruction } from './bytecode.ts';

/** First register, and how many. */
type Range = readonly [number, number];

const NONE = new Set(
  `Init Goto Return EndCoroutine Halt HaltIfNull Transaction OpenRead OpenWrite ReopenIdx Close Rewind Last Next Prev SeekLT
  SeekLE SeekGE SeekGT SeekRowid NotExists Found NotFound NoConflict IfNoHope SeekScan SeekHit SeekEnd IfEmpty IdxLE IdxGT
  IdxLT IdxGE ResultRow If IfNot IsType IsNull NotNull Eq Ne Lt Le Gt Ge ElseEq Jump Compare Permutation Once Noop Explain
  Insert Delete IdxInsert IdxDelete DeferredSeek FinishSeek NullRow IfNullRow ColumnsUsed ResetSorter SorterInsert SorterOpen
  SorterSort SorterNext SorterCompare Sort OpenEphemeral OpenAutoindex OpenPseudo Expire FkCounter FkIfZero FkCheck
  ResetCount Clear CursorHint ReleaseReg SetCookie Savepoint AutoCommit Trace Abortable CursorLock CursorUnlock
  Affinity MustBeInt`.split(/\s+/),
);
const FIRST = new Set(
  `AddImm SoftNull AggFinal MemMax Gosub InitCoroutine Yield IfPos IfNotZero DecrJumpZero RealAffinity Cast CollSeq RowSetAdd
  RowSetTest FilterAdd Filter ClrSubtype`.split(/\s+/),
);
const SECOND = new Set(
  `Integer Int64 Real String8 String Blob Variable SCopy IntCopy BitNot Not IsTrue ZeroOrNull Rowid IdxRowid Sequence
  SorterData RowData Count OffsetLimit ReadCookie GetSubtype SetSubtype`.split(/\s+/),
);
const THIRD = new Set(
  `Column Add Subtract Multiply Divide Remainder Concat BitAnd BitOr ShiftLeft ShiftRight And Or MakeRecord Function PureFunc
  AggStep AggInverse AggValue Offset`.split(/\s+/),
);

/**
 * Registers that `instruction` gives a new value; null for one that is not known here. Affinity and MustBeInt change the form of
 * what is there, not what it is, and count as writing nothing.
 */
export function outputsOf({ opcode, p1, p2, p3 }: Instruction): readonly Range[] | null {
  if (NONE.has(opcode)) return [];
  if (FIRST.has(opcode)) return [[p1, 1]];
  if (SECOND.has(opcode)) return [[p2, 1]];
  if (THIRD.has(opcode)) return [[p3, 1]];
  switch (opcode) {
    case 'Null':
    case 'BeginSubrtn':
      return [[p2, Math.max(1, p3 - p2 + 1)]];
    case 'Copy':
      return [[p2, p3 + 1]];
    case 'Move':
      return [
        [p1, Math.max(1, p3)],
        [p2, Math.max(1, p3)],
      ];
    case 'NewRowid':
    case 'RowSetRead':
      return [
        [opcode === 'NewRowid' ? p2 : p1, 1],
        [p3, 1],
      ];
    case 'TypeCheck':
      return [[p1, p2]];
    default:
      return null;
  }
}

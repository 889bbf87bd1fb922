/**
 * The opcodes of SQLite 3.54's virtual machine (https://sqlite.org/opcode.html), by what they tell a classifier. An opcode
 * that stands in neither list is one that we do not know: its statement counts as touching everything.
 */

/** Opcodes that name a root page: which operand holds it, and which the database (absent: main). */
export const ROOT_OPCODES: Readonly<Record<string, { root: 'p1' | 'p2'; database?: 'p2' | 'p3'; writes: boolean }>> = {
  OpenRead: { root: 'p2', database: 'p3', writes: false },
  ReopenIdx: { root: 'p2', database: 'p3', writes: false },
  OpenWrite: { root: 'p2', database: 'p3', writes: true },
  Clear: { root: 'p1', database: 'p2', writes: true },
  Destroy: { root: 'p1', database: 'p3', writes: true },
};

/** Opcodes that touch storage in ways no operand tells. */
export const SWEEPING_OPCODES = new Set(
  `Checkpoint JournalMode Vacuum IncrVacuum SqlExec IntegrityCk LoadAnalysis CreateBtree ParseSchema DropTable DropIndex
  DropTrigger SetCookie VCreate VDestroy VRename VCheck MaxPgcnt TableLock`.split(/\s+/),
);

/** Opcodes after which the schema is another. */
export const SCHEMA_OPCODES = new Set(
  'ParseSchema DropTable DropIndex DropTrigger VCreate VDestroy VRename'.split(' '),
);

/** Those with which a table, an index, a view or a trigger is made or dropped. */
export const DDL_OPCODES = new Set(
  'CreateBtree SetCookie ParseSchema DropTable DropIndex DropTrigger TableLock'.split(' '),
);

/** Opcodes that touch virtual tables; p4 is the table's address, the same all through one compilation of the schema. */
export const VIRTUAL_OPCODES: Readonly<Record<string, { writes: boolean }>> = {
  VOpen: { writes: false },
  VUpdate: { writes: true },
};

/** Opcodes that repeat: without one, a statement returns what a few seeks find. */
export const LOOP_OPCODES = new Set(['Next', 'Prev', 'VNext', 'SorterNext', 'RowSetRead']);

export const AGGREGATE_OPCODES = new Set(['AggStep', 'AggStep1', 'AggFinal', 'AggValue', 'AggInverse', 'Count']);

/** Opcodes that decide which rows are met, and in which order. */
export const SCAN_OPCODES = new Set(
  `OpenRead ReopenIdx OpenAutoindex VOpen VFilter VNext InitCoroutine Yield EndCoroutine Rewind Last Next Prev SeekLT SeekLE
  SeekGE SeekGT SeekRowid NotExists Found NotFound NoConflict IfNoHope IdxLE IdxGT IdxLT IdxGE DeferredSeek SeekScan SeekHit
  Filter Program`.split(/\s+/),
);

/** Everything else that is known: control flow, arithmetic, cursors over what was opened, sorters, registers. */
export const PLAIN_OPCODES = new Set(
  `Savepoint AutoCommit Transaction VFilter Init Goto Gosub InitCoroutine Yield MustBeInt Jump Once If IfNot IsType Not
  IfNullRow SeekLT SeekLE SeekGE SeekGT IfNoHope NoConflict NotFound Found SeekRowid NotExists Last IfSizeBetween SorterSort
  Sort Rewind IfEmpty IdxLE IdxGT IdxLT Or And IdxGE IFindKey RowSetTest Program FkIfZero IsNull NotNull Ne Eq Gt Le Lt Ge
  ElseEq IfPos IfNotZero DecrJumpZero Filter PureFunc Function Return EndCoroutine HaltIfNull Halt Integer Int64 String
  BeginSubrtn Null SoftNull Blob Variable Move Copy SCopy IntCopy FkCheck ResultRow CollSeq AddImm RealAffinity Cast
  Permutation Compare IsTrue ZeroOrNull Offset Column TypeCheck Affinity MakeRecord ReadCookie BitAnd BitOr ShiftLeft
  ShiftRight Add Subtract Multiply Divide Remainder Concat BitNot OpenDup OpenAutoindex String8 OpenEphemeral SorterOpen
  SequenceTest OpenPseudo Close ColumnsUsed SeekScan SeekHit Sequence NewRowid Insert RowCell Delete ResetCount SorterCompare
  SorterData RowData Rowid NullRow SeekEnd IdxInsert SorterInsert IdxDelete DeferredSeek IdxRowid FinishSeek ResetSorter Real
  RowSetAdd Param FkCounter MemMax OffsetLimit Expire CursorLock CursorUnlock VBegin VInitIn VColumn Pagecount ClrSubtype
  GetSubtype SetSubtype FilterAdd Trace CursorHint ReleaseReg Noop Explain Abortable`.split(/\s+/),
);

/** Functions whose value changes from run to run: never stored. */
export const VOLATILE_FUNCTIONS = new Set(['random', 'randomblob']);

/** Functions of one connection's own past: they run on the primary. */
export const CONNECTION_FUNCTIONS = new Set(['last_insert_rowid', 'changes', 'total_changes']);

/** Functions that may ask for the time or the time zone. */
export const DATE_FUNCTIONS = new Set(
  `date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp`.split(' '),
);

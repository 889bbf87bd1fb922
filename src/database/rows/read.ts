/** A read on a worker's connection: classified, run where it may run here, or told that it belongs elsewhere. */
import { AppError, invariant } from '../../core/errors.ts';
import { relabel } from './columns.ts';
import type { Classification, RunReply, RunRequest, Version } from '../protocol.ts';
import type { RunLimits } from '../sqlite/run-watch.ts';
import type { Session } from '../session.ts';

/** Runs a statement that only reads, or says that it belongs elsewhere. Errors: `sql`, `parameters`, `deadline`, `cancelled`. */
export function runRead(session: Session, request: RunRequest, limits: RunLimits): RunReply {
  const { connection, classifier, role } = session;
  connection.hold();
  const { known } = request;
  // A primary has temporary objects, and schemas that are rolled back.
  if (known && role === 'replica' && known.historyId === session.version.historyId) {
    classifier.learn(request.sql, known.classification);
  }
  // A script goes to the primary as a whole as soon as one of its statements must, and is classified there as it runs.
  const statements = classifier.describe(
    request.sql,
    ({ classification }) => classification === null || !runsHere(classification, 'replica'),
  );
  const [only] = statements;
  if (!only) throw new AppError('sql', 'There is no statement here: write one, for example SELECT 1.');
  if (statements.length > 1) return { kind: 'elsewhere', statements };
  const { classification, error } = only;
  if (!classification) {
    invariant(error, 'a statement compiles or has an error');
    // A replica does not see the primary's temporary objects: there the statement may compile.
    if (role === 'replica' && error.message.startsWith('no such ')) return { kind: 'elsewhere', statements };
    throw new AppError('sql', error.message, error);
  }
  if (!runsHere(classification, role)) return { kind: 'elsewhere', statements };
  if (request.held && isHeld(classification, request.held)) {
    return { kind: 'held', classification, version: session.version };
  }
  const proved = provedFor(request, session.version);
  const outcome = connection.run(proved ?? only.sql, request.parameters, {
    ...limits,
    rowLimit: request.rowLimit,
  });
  const renamed = proved === null ? outcome.result : relabel(outcome.result, classification.columnNames);
  return {
    kind: 'rows',
    classification,
    result: renamed,
    version: session.version,
    work: outcome.work,
    readClock: outcome.readClock ?? classification.mayReadClock,
    rewritten: proved !== null,
  };
}

/** The proved text, at the one version that it was sent for. */
function provedFor({ proved }: RunRequest, { historyId, logNumber }: Version): string | null {
  return proved?.at.historyId === historyId && proved.at.logNumber === logNumber ? proved.sql : null;
}

function isHeld({ kind, program, scan }: Classification, held: NonNullable<RunRequest['held']>): boolean {
  return kind === 'read' && ('program' in held ? held.program === program : held.scan === scan);
}

function runsHere({ kind, connectionState }: Classification, role: 'primary' | 'replica'): boolean {
  const reads = kind === 'read' || kind === 'pragma-read' || kind === 'explain';
  return reads && (role === 'primary' || !connectionState);
}

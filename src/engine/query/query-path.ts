/**
 * The life of a text, from what was asked to what came of it. A script that only reads is so many queries; one that may write
 * is a unit, and runs on the primary with nothing between its statements.
 */
import { AppError } from '../../core/errors.ts';
import type { Classification, StatementSpan } from '../../database/protocol.ts';
import type { ExecuteRequest } from '../protocol.ts';
import { NOBODY, type Asker } from './asker.ts';
import type { KnownText } from './classifications.ts';
import type { Statement } from './execution.ts';
import { parametersFor } from './parameters.ts';
import { asAppError, type Elsewhere, type Ran, type ScriptRan } from './ran.ts';
import { ReadPath, type ReadPathOptions } from './read-path.ts';
import type { Asked, Origin, UnitPath } from './unit-path.ts';

export interface QueryPathOptions extends ReadPathOptions {
  units: UnitPath;
  onFailed(sql: string, error: AppError): void;
}

export class QueryPath {
  readonly #options: QueryPathOptions;
  readonly #readPath: ReadPath;

  constructor(options: QueryPathOptions) {
    this.#options = options;
    this.#readPath = new ReadPath(options);
  }

  /** Runs all statements of a text, in order. Rejects, or throws, only for what is wrong with the request as a whole. */
  script(request: ExecuteRequest, asker: Asker = NOBODY, origin: Origin = 'person'): Promise<ScriptRan> {
    const { nowMs, classifications, version, units } = this.#options;
    const known = classifications().get(request.sql);
    const asked: Asked = { request, asker, origin, sinceMs: nowMs(), historyId: version().historyId };
    const whole = {
      sql: request.sql,
      span: { start: 0, end: request.sql.length },
      parameters: parametersFor(request.parameters, 0),
    };
    if (known?.type === 'statement') {
      return runsOnReplica(known.classification) ? this.#reads([whole], asked) : units.run(asked);
    }
    if (known) return this.#split(known.spans, classifications().stamp, asked);
    return this.#reads([whole], asked);
  }

  async #reads(statements: Statement[], asked: Asked): Promise<ScriptRan> {
    const { request } = asked;
    const ran: Ran[] = [];
    for (const [statementIndex, statement] of statements.entries()) {
      try {
        const answer = this.#readPath.read(statement, request, inScript(asked.asker, statementIndex));
        const outcome = answer instanceof Promise ? await answer : answer;
        if (outcome.kind === 'elsewhere') {
          // Met for the first time, and it does not just read: now its statements are known.
          if (statements.length === 1) return await this.#elsewhere(outcome, asked);
          return await this.#options.units.run(asked);
        }
        ran.push(outcome);
      } catch (error) {
        const cause = asAppError(error);
        this.#options.onFailed(statement.sql, cause);
        // A temporary table may be missing because it went with the former primary.
        const notes = cause.code === 'sql' ? this.#options.units.primaryState.tell(false) : [];
        return { ran, error: { cause, statementIndex, span: statement.span }, notes };
      }
    }
    const asksThePrimary = ran.some(({ classification }) => classification.connectionState);
    const { primaryState } = this.#options.units;
    const notes = primaryState.news();
    if (asksThePrimary) notes.push(...primaryState.tell(true));
    return { ran, error: null, notes };
  }

  async #elsewhere({ statements: spans, stamp }: Elsewhere, asked: Asked): Promise<ScriptRan> {
    const only = spans.length === 1 ? spans[0] : undefined;
    if (spans.length > 0 && spans.every((span) => span.classification !== null)) {
      const known: KnownText =
        only?.classification && only.start === 0
          ? { type: 'statement', classification: only.classification }
          : { type: 'script', spans };
      this.#options.classifications().learn(asked.request.sql, known, stamp);
    }
    return this.#split(spans, stamp, asked);
  }

  async #split(spans: StatementSpan[], stamp: number, asked: Asked): Promise<ScriptRan> {
    if (spans.length === 0)
      throw new AppError('empty', 'There is no statement to run. Type one, for example SELECT 1.');
    const readsOnly = spans.every((span) => span.classification !== null && runsOnReplica(span.classification));
    if (!readsOnly) return this.#options.units.run(asked);
    for (const span of spans) {
      if (span.classification)
        this.#options
          .classifications()
          .learn(span.sql, { type: 'statement', classification: span.classification }, stamp);
    }
    const statements = spans.map((span, index) => ({
      sql: span.sql,
      span: { start: span.start, end: span.end },
      parameters: parametersFor(asked.request.parameters, index),
    }));
    return this.#reads(statements, asked);
  }
}

/** Of a script: each of its statements says which one it is. */
function inScript(asker: Asker, statementIndex: number): Asker {
  if (statementIndex === 0) return asker;
  return { signal: asker.signal, progress: (report) => asker.progress({ ...report, statementIndex }) };
}

function runsOnReplica(classification: Classification): boolean {
  const { kind } = classification;
  return (kind === 'read' || kind === 'explain' || kind === 'pragma-read') && !classification.connectionState;
}

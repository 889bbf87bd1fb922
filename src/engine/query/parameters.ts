/** Which parameters belong to which statement of a request. */
import type { Parameters, SqlValue } from '../../database/protocol.ts';

export const NO_PARAMETERS: Parameters = [];

/** True for one set per statement; false for a single set, which belongs to the first statement. */
function isPerStatement(parameters: Parameters | Parameters[]): parameters is Parameters[] {
  if (!Array.isArray(parameters) || parameters.length === 0) return false;
  return parameters.every((one: unknown) => typeof one === 'object' && one !== null && !(one instanceof Uint8Array));
}

/** The set for a statement; statements without one get none. A plain list or record serves the only statement. */
export function parametersFor(given: Parameters | Parameters[] | undefined, statementIndex: number): Parameters {
  if (given === undefined) return NO_PARAMETERS;
  if (isPerStatement(given)) return given[statementIndex] ?? NO_PARAMETERS;
  return statementIndex === 0 ? given : NO_PARAMETERS;
}

/** For the page: one line, shortened. */
export function describeParameters(parameters: Parameters): string {
  const shown = (value: SqlValue): string => {
    if (value === null) return 'NULL';
    if (value instanceof Uint8Array) return `blob of ${value.byteLength} bytes`;
    if (typeof value === 'string') return `'${value.length > 24 ? `${value.slice(0, 24)}…` : value}'`;
    return String(value);
  };
  if (Array.isArray(parameters)) return (parameters as readonly SqlValue[]).map(shown).join(', ');
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${shown(value)}`)
    .join(', ');
}

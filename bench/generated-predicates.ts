/** A table and queries that lean towards the rules about conditions: dates, prefixes, closed lists, arithmetic, with values that break each rule's need. */
import type { Random } from '../src/core/ports.ts';

export interface ConditionColumn {
  name: string;
  type: string;
  nullable: boolean;
  /** What it mostly holds. */
  values: readonly string[];
}

const COLUMNS: readonly (ConditionColumn & { check?: string })[] = [
  {
    name: 'i',
    type: 'INTEGER',
    nullable: true,
    values: ['0', '1', '2', '5', '-5', '9223372036854775807', '-9223372036854775807'],
  },
  { name: 'u', type: 'NUMERIC', nullable: true, values: ['0', '1', '2', '5', '5', '0.5'] },
  { name: 'x', type: '', nullable: true, values: ['0', '1', '5', "'5'", "'a'", '5.0'] },
  { name: 'r', type: 'REAL', nullable: true, values: ['0', '0.1', '5', '-0.0'] },
  {
    name: 's',
    type: 'TEXT',
    nullable: true,
    values: ["'a'", "'A'", "'ab'", "'abc'", "'b'", "'12-a'", "'12-'", "'5'", "'12'"],
  },
  { name: 'n', type: 'TEXT COLLATE NOCASE', nullable: true, values: ["'a'", "'A'", "'ab'", "'AB'", "'b'"] },
  {
    name: 'd',
    type: 'TEXT',
    nullable: true,
    values: [
      "'2023-01-01'",
      "'2023-12-31'",
      "'2023-12-31 23:59:59'",
      "'2024-02-29'",
      "'2024-01-01'",
      "'2023-05-17T10:00'",
    ],
  },
  {
    name: 'm',
    type: 'DATETIME',
    nullable: true,
    values: ["'2023-12-31 23:59:59'", "'2024-01-01 00:00:00'", "'2023-05-17 10:30:00'"],
  },
  {
    name: 'state',
    type: 'TEXT',
    nullable: true,
    values: ["'a'", "'b'", "'c'", "'d'"],
    check: "state IN ('a', 'b', 'c', 'd')",
  },
  { name: 'level', type: 'INTEGER', nullable: false, values: ['1', '2', '3'], check: 'level IN (1, 2, 3)' },
];

/** Values that break what the rules need; few, for else nothing would be proved. */
export const BREAKING = [
  "'5'",
  "'05'",
  '5.5',
  '0.5',
  "x'61'",
  "x'31322d61'",
  "'2023-02-30'",
  "'2024-01-01 00:30+02:00'",
  '2460000.5',
  "'now'",
  "'2023-12-31 24:00:00'",
  "''",
  "x''",
] as const;

export function conditionTable(random: Random): { name: string; columns: ConditionColumn[]; sql: string } {
  const parts = COLUMNS.map(
    ({ name, type, nullable, check }) =>
      `${name} ${type}${nullable ? '' : ' NOT NULL'}${check ? ` CHECK (${check})` : ''}`,
  );
  const id = { name: 'id', type: 'INTEGER PRIMARY KEY', nullable: false, values: [] };
  const indexes = COLUMNS.filter(() => random.below(3) === 0).map(
    ({ name }) => `CREATE INDEX tp_${name} ON tp(${name});`,
  );
  const table = `CREATE TABLE tp(id INTEGER PRIMARY KEY, ${parts.join(', ')});`;
  return { name: 'tp', columns: [id, ...COLUMNS], sql: [table, ...indexes].join('\n') };
}

/** Conditions on `tp`, for each rule. Some of them it must leave alone. */
const CONDITIONS: Readonly<Record<string, (random: Random) => string>> = {
  'push-not': (random) => {
    const [a, b] = [plain(random), plain(random)];
    return pick(
      [
        `NOT ${a}`,
        `NOT (${a} OR ${b})`,
        `NOT (${a} AND NOT ${b})`,
        `(${a}) = 0`,
        `(${a}) IS FALSE`,
        `NOT (${a} OR NOT (${b} AND ${plain(random)}))`,
        `(${a}) IS TRUE`,
        `NOT (i, u) <> (1, 5)`,
      ],
      random,
    );
  },
  'move-constants': (random) => {
    const column = pick(['i', 'id', 'u', 'x', 'r', 'level'], random);
    const k = pick(['1', '5', '10', '-3', '0', '9007199254740992', '9223372036854775807', '0.5'], random);
    const line = pick(
      [`${column} + ${k}`, `${column} - ${k}`, `${k} - ${column}`, `-${column}`, `${k} + ${column}`],
      random,
    );
    const v = (): string =>
      pick(
        ['0', '1', '5', '6', '-5', '9223372036854775807', '-9223372036854775807', '9007199254740993', "'6'"],
        random,
      );
    return pick(
      [
        `${line} ${comparison(random)} ${v()}`,
        `${v()} ${comparison(random)} ${line}`,
        `${line} BETWEEN ${v()} AND ${v()}`,
        `${line} IN (${v()}, ${v()})`,
      ],
      random,
    );
  },
  'date-range': (random) => {
    const column = pick(['d', 'd', 'd', 'm', 'm', 's'], random);
    const [call, values] = pick(
      [
        [`strftime('%Y', ${column})`, ["'2023'", "'2024'", "'2025'", '2023']],
        [`strftime('%Y-%m', ${column})`, ["'2023-12'", "'2024-02'", "'2024-13'"]],
        [`date(${column})`, ["'2023-12-31'", "'2024-02-29'", "'2023-02-30'", "'2024-01-01'"]],
        [`strftime('%Y-%m-%d', ${column})`, ["'2023-12-31'", "'2024-01-01'", "'2023-05-17'"]],
        [`CAST(strftime('%Y', ${column}) AS INTEGER)`, ['2023', '2024', '0']],
        [`datetime(${column})`, ["'2023-12-31 23:59:59'", "'2024-01-01 00:00:00'"]],
        [`strftime('%Y-%m-%d %H', ${column})`, ["'2023-12-31 23'", "'2024-01-01 00'"]],
      ] as const,
      random,
    );
    return compared(call, values, random);
  },
  'prefix-range': (random) =>
    pick(
      [
        compared(
          `substr(${pick(['s', 's', 'n', 'd', 'x'], random)}, 1, ${pick(['1', '2', '3'], random)})`,
          ["'a'", "'ab'", "'12'", "'12-'", "'202'", "'A'"],
          random,
        ),
        `${pick(['s', 'n', 'd'], random)} LIKE ${pick(["'12-%'", "'12%'", "'a%'", "'2023-%'", "'1_%'", "'5%'"], random)}`,
      ],
      random,
    ),
  'unwrap-default': (random) => {
    const column = pick(['i', 'u', 'x', 'r', 's', 'd', 'n'], random);
    const values = pick(
      [
        ['0', '1', '5', '-5', '0.5'],
        ["'a'", "'5'", "''", "'2023-12-31'"],
      ],
      random,
    );
    return compared(
      `${pick(['coalesce', 'ifnull', 'nullif'], random)}(${column}, ${pick(values, random)})`,
      values,
      random,
    );
  },
  'unwrap-case': (random) => {
    const values = pick(
      [
        ['0', '1', '2'],
        ["'p'", "'q'", "'r'"],
      ],
      random,
    );
    const then = (): string => pick([...values, ...values, 'NULL'], random);
    const branches = Array.from({ length: 1 + random.below(3) }, () => `WHEN ${plain(random)} THEN ${then()}`).join(
      ' ',
    );
    const otherwise = random.below(3) === 0 ? '' : ` ELSE ${then()}`;
    const choice = pick(
      [
        `CASE ${branches}${otherwise} END`,
        `iif(${plain(random)}, ${then()}, ${then()})`,
        `CASE i WHEN 1 THEN ${then()} WHEN '5' THEN ${then()}${otherwise} END`,
      ],
      random,
    );
    return random.below(6) === 0 ? choice : compared(choice, values, random);
  },
  'unwrap-cast': (random) =>
    pick(
      [
        compared(
          `CAST(${pick(['i', 'id', 'x', 'u', 's'], random)} AS TEXT)`,
          ["'5'", "'1'", "'-5'", "'05'", '5', '5.0'],
          random,
        ),
        compared(
          `CAST(${pick(['i', 's', 'x', 'u', 'r'], random)} AS INTEGER)`,
          ['5', '1', '0', '-5', '12', "'5'"],
          random,
        ),
        compared(
          `${pick(['i', 'id', 'x', 'u', 's', 'n', 'r'], random)} || ''`,
          ["'5'", "'1'", "'-5'", "'05'", "'a'", "'A'", '5'],
          random,
        ),
      ],
      random,
    ),
  'fold-case': (random) =>
    compared(
      `${pick(['lower', 'upper'], random)}(${pick(['s', 'n', 'x', 'state'], random)})`,
      ["'a'", "'A'", "'ab'", "'AB'", "'12-a'", "'5'"],
      random,
    ),
  contradiction: (random) => {
    const column = pick(['i', 'u', 'x', 's', 'n', 'level'], random);
    const values = /[sn]/.test(column) ? ["'a'", "'ab'", "'b'", '5'] : ['0', '1', '2', '5', '5.0', "'5'"];
    const one = (): string =>
      pick(
        [compared(column, values, random), compared(column, values, random), `${column} IS NULL`, plain(random)],
        random,
      );
    const all = Array.from({ length: 2 + random.below(2) }, one).join(' AND ');
    return pick([all, all, `(${all}) OR ${plain(random)}`, `${column} < ${column}`], random);
  },
  'closed-domain': (random) => {
    const exclusion = (): string =>
      pick(
        [
          "state <> 'a'",
          "state <> 'b'",
          "state NOT IN ('a', 'c')",
          "'d' <> state",
          'level <> 2',
          'level NOT IN (1, 3)',
          "state <> 'zz'",
          "s <> 'a'",
          plain(random),
        ],
        random,
      );
    return Array.from({ length: 1 + random.below(3) }, exclusion).join(' AND ');
  },
};

/** A query over `tp` whose condition the rule may well apply to; null for the rules of other families. */
export function conditionQuery(rule: string, random: Random): string | null {
  const make = CONDITIONS[rule];
  if (!make) return null;
  const condition = make(random);
  const whole = pick(
    [condition, condition, `${condition} AND ${plain(random)}`, `(${condition}) OR ${plain(random)}`],
    random,
  );
  return pick(
    [
      `SELECT id, i, s FROM tp WHERE ${whole}`,
      `SELECT count(*), max(id) FROM tp WHERE ${whole}`,
      `SELECT s, d FROM tp WHERE ${whole} ORDER BY id`,
      `SELECT ta.id, tp.id FROM ta LEFT JOIN tp ON tp.id = ta.id AND (${whole.replaceAll(/\bid\b/g, 'tp.id')})`,
      `SELECT id FROM ta WHERE id IN (SELECT tp.id FROM tp WHERE ${whole})`,
    ],
    random,
  );
}

export function isConditionRule(rule: string): boolean {
  return rule in CONDITIONS;
}

function plain(random: Random): string {
  return pick(
    [
      'i = 5',
      'i <> 5',
      'i > 1',
      'u <= 2',
      "s = 'a'",
      "s <> 'a'",
      "n < 'b'",
      'x = 5',
      "x <> '5'",
      'r IS NULL',
      'u IS NOT NULL',
      'i IN (1, 5)',
      'i NOT IN (1, 5)',
      'u NOT BETWEEN 1 AND 2',
      "s NOT LIKE 'a%'",
    ],
    random,
  );
}

function compared(expression: string, values: readonly string[], random: Random): string {
  const value = (): string => pick(values, random);
  return pick(
    [
      `${expression} = ${value()}`,
      `${expression} ${comparison(random)} ${value()}`,
      `${value()} ${comparison(random)} ${expression}`,
      `${expression} BETWEEN ${value()} AND ${value()}`,
      `${expression} IN (${value()}, ${value()}, ${value()})`,
    ],
    random,
  );
}

function comparison(random: Random): string {
  return pick(['=', '=', '<', '<=', '>', '>=', '<>', 'IS'], random);
}

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[random.below(values.length)];
}

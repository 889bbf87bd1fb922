/** SQLite's own words for the editor: the dialect of the library offers words that SQLite does not know. */
import { SQLDialect } from '@codemirror/lang-sql';

/** https://sqlite.org/lang_keywords.html */
const KEYWORDS =
  'abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case ' +
  'cast check collate column commit conflict constraint create cross current current_date current_time ' +
  'current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape ' +
  'except exclude exclusive exists explain fail filter first following for foreign from full generated glob group ' +
  'groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key ' +
  'last left like limit match materialized natural no not nothing notnull null nulls of offset on or order others outer ' +
  'over partition plan pragma preceding primary query raise range recursive references regexp reindex release rename ' +
  'replace restrict returning right rollback row rows savepoint select set strict table temp temporary then ties to ' +
  'transaction trigger unbounded union unique update using vacuum values view virtual when where window with without ' +
  'true false';

const FUNCTIONS =
  'abs avg changes char coalesce concat concat_ws count cume_dist date datetime dense_rank first_value format glob ' +
  'group_concat hex ifnull iif instr json json_array json_extract json_group_array json_group_object json_object ' +
  'json_type julianday lag last_insert_rowid last_value lead length lower ltrim max min nth_value ntile nullif ' +
  'octet_length percent_rank printf quote random randomblob rank round row_number rtrim sign soundex sqlite_version ' +
  'string_agg strftime substr substring sum time timediff total total_changes trim typeof unhex unicode unixepoch upper ' +
  'zeroblob sqrt pow power exp ln log log2 log10 mod pi sin cos tan asin acos atan atan2 ceil ceiling floor trunc';

export const sqliteDialect = SQLDialect.define({
  keywords: KEYWORDS,
  builtin: FUNCTIONS,
  types:
    'integer int bigint smallint tinyint real double float numeric decimal text varchar char clob blob boolean date any',
  operatorChars: '*+-%<>!=&|/~',
  identifierQuotes: '`"',
  specialVar: '@:?$',
});

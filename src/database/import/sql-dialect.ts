/** Scripts that are not SQLite's: recognised when a statement fails, and said in plain words with what to do. */

/** Why a text is no SQL statement at all; null when it may be one. */
export function notSqlite(sql: string): string | null {
  if (sql.startsWith('.')) {
    const command = sql.split(/\s/, 1)[0];
    return `${command} is a command of the sqlite3 program, not SQL; take its line out of the script`;
  }
  if (sql.startsWith('\\')) return 'this is a command of the psql program, not SQL';
  return null;
}

/** A sentence about whose dump this is; null when nothing tells. */
export function foreignDialect(head: string, sql: string): string | null {
  if (/-- MySQL dump|-- MariaDB dump|-- phpMyAdmin|\/\*!\d{5}/i.test(head) || isMySql(sql)) {
    return 'This is a dump of MySQL or MariaDB: export it with --compatible=ansi and convert it, for example with the program mysql2sqlite, or export the tables as CSV.';
  }
  if (/-- PostgreSQL database dump|\\connect |^SET statement_timeout/im.test(head) || isPostgres(sql)) {
    return 'This is a dump of PostgreSQL: export with pg_dump --inserts --no-owner and take out what SQLite does not know, or export the tables as CSV.';
  }
  if (/\bGO\b\s*$|\[dbo\]|\bNVARCHAR\s*\(\s*MAX\s*\)|\bIDENTITY\s*\(/i.test(sql)) {
    return 'This is a script of SQL Server: export the tables as CSV.';
  }
  return null;
}

function isMySql(sql: string): boolean {
  return /\bENGINE\s*=|\bAUTO_INCREMENT\b|^LOCK TABLES|^UNLOCK TABLES|\bUNSIGNED\b|^USE\s|^SET\s+@|^DELIMITER\b/i.test(
    sql,
  );
}

function isPostgres(sql: string): boolean {
  return /^COPY\s[\s\S]*\bFROM\s+stdin|^\w+\s+(TABLE|INTO|INDEX)\s+(IF NOT EXISTS\s+)?"?public"?\.|\bOWNER TO\b|::\w+|\bpg_catalog\b|^SET\s+\w+\s*=|\bnextval\s*\(|^CREATE\s+(EXTENSION|SEQUENCE|SCHEMA|TYPE)\b/i.test(
    sql,
  );
}

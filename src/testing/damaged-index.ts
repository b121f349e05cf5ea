import type { Sqlite } from '../sqlite/port.ts'

/** The index knows nothing of what `change` does to its table: no page is damaged, and whoever comes by the index meets it. */
export function hideFromIndex(db: Sqlite, index: string, change: () => void) {
  const [[version]] = db.all('PRAGMA schema_version') as [[number]]
  db.exec(`
    PRAGMA writable_schema = ON;
    CREATE TEMP TABLE hidden AS SELECT * FROM sqlite_schema WHERE name = '${index}';
    DELETE FROM sqlite_schema WHERE name = '${index}';
    PRAGMA schema_version = ${version + 1};
  `)
  change()
  db.exec(`
    INSERT INTO sqlite_schema SELECT * FROM hidden;
    PRAGMA schema_version = ${version + 2};
  `)
}

/** DuckDB, which builds a table from JSON Lines by looking at them: it shows whether our keys keep their types. */

import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.5-r.5";

/** A table, read from files. */
export interface Table {
  /** Type of each column, by name. */
  readonly types: Readonly<Record<string, string>>;
  /** Its rows as JSON. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Runs one statement on a table `lines` that `read_json_auto` makes from texts of JSON Lines, one file each.
 *
 * @throws {Error} with DuckDB's words for a statement that it refuses
 */
export async function queryLines(texts: readonly string[], sql: string): Promise<Table> {
  const folder = await Deno.makeTempDir({ prefix: "icmptime-duckdb-" });
  try {
    for (const [index, text] of texts.entries()) {
      await Deno.writeTextFile(`${folder}/${index}.jsonl`, text);
    }
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      await connection.run(
        `CREATE TABLE lines AS FROM read_json_auto('${folder}/*.jsonl', union_by_name = true)`,
      );
      const result = await connection.runAndReadAll(sql);
      const types = result.columnTypes().map(String);
      const names = result.columnNames();
      return {
        types: Object.fromEntries(names.map((name, index) => [name, types[index] as string])),
        rows: result.getRowObjectsJson() as Record<string, unknown>[],
      };
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Runs one statement that names its files itself, as the examples of the documents do.
 *
 * @throws {Error} with DuckDB's words for a statement that it refuses
 */
export async function query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

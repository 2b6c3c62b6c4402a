/** The JSON Schema (2020-12) of the JSON Lines, made from the tables that the program writes them from. */

import { COMMAND_RECORDS } from "../src/record/registry.ts";
import type { FieldDescription, RecordDescription } from "../src/record/record_table.ts";
import { SCHEMA_VERSION } from "../src/record/probe_record.ts";

/** A schema, as JSON has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const SPREAD_PARTS = ["min", "median", "mean", "p95", "max", "stddev"] as const;

/**
 * The schema of every line. One line of `ping` is `#/$defs/ping`, one of `scan` `#/$defs/scan`; the keyword
 * `type` tells the kinds of records apart.
 *
 * @param strict Refuse keys that are in no table: for tests, since readers must ignore them.
 */
export function outputSchema(strict = false): JsonSchema {
  const definitions: Record<string, JsonSchema> = { spread: spreadSchema(strict) };
  for (const { command, records } of COMMAND_RECORDS) {
    definitions[command] = {
      description: `A line of \`icmptime ${command} --json\``,
      oneOf: records.map(({ type }) => ({ $ref: `#/$defs/${command}_${type}` })),
    };
    for (const record of records) {
      definitions[`${command}_${record.type}`] = recordSchema(record, strict);
    }
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:icmptime:output:${SCHEMA_VERSION}`,
    title: `Output of icmptime, version ${SCHEMA_VERSION}`,
    description: "One line of JSON Lines. Readers must ignore keys that they do not know.",
    anyOf: COMMAND_RECORDS.map(({ command }) => ({ $ref: `#/$defs/${command}` })),
    $defs: definitions,
  };
}

/** The schema as it stands in docs/output.schema.json. */
export function formatSchema(): string {
  return JSON.stringify(outputSchema(), null, 2) + "\n";
}

function recordSchema(
  { type, description, fields }: RecordDescription,
  strict: boolean,
): JsonSchema {
  const properties: Record<string, JsonSchema> = { type: { const: type } };
  for (const field of fields) properties[field.name] = fieldSchema(field);
  const needed = fields.filter(({ optional }) => optional !== true);
  return {
    description,
    type: "object",
    properties,
    required: ["type", ...needed.map(({ name }) => name)],
    ...(strict ? { additionalProperties: false } : {}),
  };
}

function fieldSchema({ name, type, description, values }: FieldDescription): JsonSchema {
  if (name === "schema_version") return { const: SCHEMA_VERSION, description };
  switch (type) {
    case "spread":
      return { $ref: "#/$defs/spread", description };
    case "strings": {
      const items = { type: "string", ...(values === undefined ? {} : { enum: values }) };
      return {
        type: "array",
        items,
        ...(name === "flags" ? { uniqueItems: true } : {}),
        description,
      };
    }
    default:
      return { type, ...(values === undefined ? {} : { enum: values }), description };
  }
}

function spreadSchema(strict: boolean): JsonSchema {
  return {
    description: "How a series of measurements spreads, in milliseconds",
    type: "object",
    properties: Object.fromEntries(SPREAD_PARTS.map((part) => [part, { type: "number" }])),
    required: SPREAD_PARTS,
    ...(strict ? { additionalProperties: false } : {}),
  };
}

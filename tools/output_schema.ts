/** The JSON Schema (2020-12) of the JSON Lines, made from the tables that the program writes them from. */

import {
  COMMAND_RECORDS,
  type FieldDescription,
  type RecordDescription,
} from "../src/record/registry.ts";
import { SCHEMA_VERSION } from "../src/record/run_record.ts";

/** A schema, as JSON has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The schema of every line. One line of `ping` is `#/$defs/ping`, one of `scan` `#/$defs/scan`; the keyword
 * `type` is the key that discriminates the kinds of records.
 *
 * @param strict Refuse keys that are in no table: for tests, since readers must ignore them.
 */
export function outputSchema(strict = false): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  for (const [command, records] of Object.entries(COMMAND_RECORDS)) {
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
    anyOf: Object.keys(COMMAND_RECORDS).map((command) => ({ $ref: `#/$defs/${command}` })),
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

function fieldSchema(
  { name, type, description: meaning, note, values }: FieldDescription,
): JsonSchema {
  const description = note === undefined ? meaning : `${meaning} (${note})`;
  if (name === "schema_version") return { const: SCHEMA_VERSION, description };
  switch (type) {
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

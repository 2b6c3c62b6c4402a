/** The program as it would be on another system: in a process of its own, where Deno says that it is that one. */

import { PROJECT_FOLDER } from "../../tools/project.ts";
import { type CommandResult, runCommand } from "./command.ts";

/**
 * Runs code. It may call `load(path)`, which imports a module of this project.
 *
 * @param build what of `Deno.build` is another's
 */
export function runAs(
  build: Readonly<Record<string, string>>,
  code: string,
): Promise<CommandResult> {
  const pretence = `Object.defineProperty(Deno, "build", { value: { ...Deno.build, ...${
    JSON.stringify(build)
  } } });`;
  return runCommand([
    ...[Deno.execPath(), "eval", "--quiet", `--config=${PROJECT_FOLDER}deno.json`, "--no-lock"],
    `${pretence}\nconst load = (path) => import("file://${PROJECT_FOLDER}" + path);\n${code}`,
  ]);
}

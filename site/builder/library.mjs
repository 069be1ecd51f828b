// node library.mjs <pyodide.mjs> <its python_stdlib.zip> <the shorter copy>: has library.py do it, inside Pyodide.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, whole, short] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(pyodide));
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } }); // sets go into bytecode in the same order
python.FS.writeFile("/whole.zip", readFileSync(whole));
python.runPython(readFileSync(new URL("library.py", import.meta.url), "utf8"));
python.globals.get("shorten")("/whole.zip", "/short.zip");
writeFileSync(short, python.FS.readFile("/short.zip"));

// What the worker loads as its interpreter: Pyodide, also where the browser's storage is refused. The build puts it
// beside Pyodide's own files, where PyScript looks for the rest of them.
import "../../storage.js";
export * from "./pyodide.mjs";

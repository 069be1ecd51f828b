// What the benchmark asks of the browser: scnn in Pyodide, and ConvNetJS; both give ms a sample.
import { loadPyodide } from "/site/vendor/pyodide/pyodide.mjs";
import "/site/replicas.js";

const NETWORKS = {
  paper: {
    layers: [
      { type: "input", out_sx: 28, out_sy: 28, out_depth: 1 },
      { type: "conv", sx: 3, filters: 1, stride: 1, pad: 1, activation: "relu" },
      { type: "conv", sx: 3, filters: 1, stride: 1, pad: 1, activation: "relu" },
      { type: "pool", sx: 2, stride: 2 },
      { type: "fc", num_neurons: 32, activation: "relu" },
      { type: "softmax", num_classes: 3 },
    ],
    side: 28, classes: 3, samples: 500,
    settings: { method: "sgd", learning_rate: 0.001, batch_size: 1, momentum: 0, l2_decay: 0 },
  },
  demo: {
    layers: [
      { type: "input", out_sx: 24, out_sy: 24, out_depth: 1 },
      { type: "conv", sx: 5, filters: 8, stride: 1, pad: 2, activation: "relu" },
      { type: "pool", sx: 2, stride: 2 },
      { type: "conv", sx: 5, filters: 16, stride: 1, pad: 2, activation: "relu" },
      { type: "pool", sx: 3, stride: 3 },
      { type: "softmax", num_classes: 10 },
    ],
    side: 24, classes: 10, samples: 200,
    settings: { method: "sgd", learning_rate: 0.01, batch_size: 20, momentum: 0.9, l2_decay: 0 },
  },
};

function convnet(name) {
  const { layers, side, classes, samples, settings } = NETWORKS[name];
  const network = new convnetjs.Net();
  network.makeLayers(layers);
  const trainer = new convnetjs.SGDTrainer(network, settings);
  const images = [];
  for (let k = 0; k < samples; k++) {
    const image = new convnetjs.Vol(side, side, 1, 0);
    for (let at = 0; at < side * side; at++) image.w[at] = Math.random();
    images.push(image);
  }
  const once = () => {
    const began = performance.now();
    images.forEach((image, k) => trainer.train(image, k % classes));
    return (performance.now() - began) / samples;
  };
  once();
  return once;
}

const peers = {};
window.peerOnce = (name) => (peers[name] ??= convnet(name))();

window.start = async (wheel) => {
  const pyodide = await loadPyodide({ indexURL: "/site/vendor/pyodide/" });
  pyodide.unpackArchive(await (await fetch(wheel)).arrayBuffer(), "wheel");
  for (const name of ["workload.py", "trace_times.py", "kernel_times.py"]) {
    pyodide.FS.writeFile(`/home/pyodide/${name}`, await (await fetch(`/bench/${name}`)).text());
  }
  pyodide.runPython(`
import json
from time import perf_counter
import js
from pyodide.ffi import JsException, to_js
from scnn.engines.crew import Crew
from scnn.engines.hosts import BrowserHost, default_host
from scnn.engines.wasm import WasmEngine
from kernel_times import kernel_times, roof
from trace_times import trace_times
from workload import compile_ms, first_epoch, measure, time_batches
make = WasmEngine.on(BrowserHost(js.WebAssembly, js.Uint8Array, to_js, JsException))
measures = {}
def once(name, samples):
    if name not in measures:
        measures[name] = measure(name, make, samples)
    return measures[name]()
trainers = {}
def with_workers(name, count):
    if count == 1:
        return first_epoch(name, make)
    return first_epoch(name, lambda plan: Crew(plan, default_host(), count, js.scnnCrew, perf_counter, always=True))
async def workers(name, counts, batches):
    if name not in trainers:
        trainers[name] = [with_workers(name, count) for count in counts]
    return json.dumps([await time_batches(one, batches) for one in trainers[name]])
def trace(preset):
    return to_js([list(row) for row in trace_times(preset, make)])
def kernels(network):
    return to_js([list(row) for row in kernel_times(network, make)])
`);
  window.scnnOnce = pyodide.globals.get("once");
  window.scnnCompile = (name) => pyodide.globals.get("compile_ms")(name).toJs();
  window.scnnWorkers = pyodide.globals.get("workers");
  window.scnnKernels = pyodide.globals.get("kernels");
  window.scnnRoof = () => pyodide.runPython("roof(make)");
  window.scnnTrace = pyodide.globals.get("trace");
  window.pyodide = pyodide;
};
window.loaded = true;

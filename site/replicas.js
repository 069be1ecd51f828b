// Trains on several cores. Each worker has a replica of the engine's module with a memory of its own; for each batch,
// all compute their shards, exchange the sums of their gradients, and take the same step (scnn/shards.py). No memory is
// shared, so that no headers are needed: sums travel as buffers that are handed over. Python writes each replica's
// program (scnn/engines/crew.py) and makes one call for many batches.
const NAME = "scnn replica";
const SILENCE = 5; // seconds without any progress until the lead trains alone, to the same bits; a batch takes milliseconds

class Replica {
  // `plan` is the program; `ports` lead to the other replicas, by their numbers: between the lead and a worker it is the
  // worker itself, which is faster than a channel.
  constructor(exports, plan, ports) {
    Object.assign(this, { exports, plan, ports, done: 0 });
    this.arrived = new Map([...ports.keys()].map((peer) => [peer, []]));
    this.spare = new Map();
    for (const [peer, port] of ports) {
      if (plan.own && peer) port.onmessage = ({ data }) => this.take(peer, data); // the lead's messages are told apart first
    }
  }

  take(peer, sums) {
    this.arrived.get(peer).push(sums);
    this.wake?.();
  }

  bytes(offset, size) {
    return new Uint8Array(this.exports.memory.buffer, offset, size);
  }

  call(steps) {
    for (const [name, ...slots] of steps) this.exports[name](...slots);
  }

  async train(first, steps) {
    const { exports, plan } = this;
    for (this.done = 0; this.done < steps; this.done++) {
      const start = first + this.done * plan.batch;
      for (const [offset, count, after] of plan.shards) {
        exports.learn(start + offset, count);
        this.call(after);
      }
      this.send(start);
      await this.all();
      this.receive(start);
      this.call(plan.combine);
      exports.update(plan.batch);
      if (plan.own === 0) exports.tally(start, plan.batch);
    }
  }

  // To each other replica: this one's sums, and the outcomes of its samples.
  send(start) {
    const { sums, row, message, outcomes, parts, own } = this.plan;
    const [firstSample, samples] = parts[own].samples;
    for (const [peer, port] of this.ports) {
      const buffer = this.spare.get(peer) ?? new ArrayBuffer(message);
      const to = new Uint8Array(buffer);
      sums.forEach((offset, index) => to.set(this.bytes(offset, row), index * row));
      to.set(this.bytes(outcomes + 8 * (start + firstSample), 8 * samples), sums.length * row);
      port.postMessage(buffer, [buffer]);
    }
  }

  // Resolves when each of the others has sent its sums of this batch; one that is ahead may have sent those of the next.
  async all() {
    while ([...this.arrived.values()].some((queue) => !queue.length)) await new Promise((resolve) => (this.wake = resolve));
  }

  receive(start) {
    const { row, outcomes, parts } = this.plan;
    for (const [peer, queue] of this.arrived) {
      const from = new Uint8Array(queue.shift());
      const { slots, samples } = parts[peer];
      slots.forEach((offset, index) => this.bytes(offset, row).set(from.subarray(index * row, (index + 1) * row)));
      const size = 8 * samples[1];
      const last = from.subarray(slots.length * row, slots.length * row + size);
      this.bytes(outcomes + 8 * (start + samples[0]), size).set(last);
      this.spare.set(peer, from.buffer);
    }
  }
}

// In Firefox 153 `new Worker` in a worker sometimes never returns; probably a worker and those that it started wait on one
// condition variable, whose signal wakes the wrong one. There the page starts the engine's workers.
const BY_PAGE = typeof document === "undefined" && navigator.userAgent.includes("Firefox/");

// A worker that the page starts, used like one of our own. Messages do not pass through the page.
class PageWorker {
  constructor() {
    const page = new MessageChannel();
    const replica = new MessageChannel();
    Object.assign(this, { page: page.port1, replica: replica.port1 });
    this.page.onmessage = ({ data }) => this.onerror({ message: data });
    this.replica.onmessage = (event) => this.onmessage?.(event);
    const replicaWanted = { page: page.port2, lead: replica.port2 };
    postMessage({ replicaWanted }, Object.values(replicaWanted));
  }

  postMessage(...message) {
    this.replica.postMessage(...message);
  }

  terminate() {
    this.page.postMessage("end");
  }
}

// On the page: starts what a PageWorker stands for.
export const startReplica = ({ page, lead }) => {
  try {
    const worker = new Worker(import.meta.url, { type: "module", name: NAME });
    worker.onerror = (event) => page.postMessage(event.message);
    page.onmessage = () => worker.terminate();
    worker.postMessage({ lead }, [lead]);
  } catch (error) {
    page.postMessage(String(error));
  }
};

// Of the engine's worker: its own replica, the lead, and the workers with the others.
class Crew {
  constructor(module, exports, plans) {
    const channels = plans.map(() => new Map());
    for (let a = 1; a < plans.length; a++) {
      for (let b = a + 1; b < plans.length; b++) {
        const { port1, port2 } = new MessageChannel();
        channels[a].set(b, port1);
        channels[b].set(a, port2);
      }
    }
    this.silence = SILENCE;
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => {}); // whoever waits for the crew hears of it
    const memory = exports.memory.buffer;
    this.workers = plans.slice(1).map((plan, index) => {
      const worker = BY_PAGE ? new PageWorker() : new Worker(import.meta.url, { type: "module", name: NAME });
      worker.onerror = (event) => this.fail(new Error(event.message || "a worker did not start"));
      worker.onmessage = ({ data }) => {
        if (data instanceof ArrayBuffer) this.lead.take(index + 1, data);
        else if (data.failure) this.fail(new Error(data.failure));
        else this.answered(index, data);
      };
      const ports = channels[index + 1];
      worker.postMessage({ start: { module, plan, ports, memory } }, [...ports.values()]);
      return worker;
    });
    this.lead = new Replica(exports, plans[0], new Map(this.workers.map((worker, index) => [index + 1, worker])));
  }

  tell(message) {
    for (const worker of this.workers) worker.postMessage(message);
  }

  // Copies parts of the lead's memory, [[offset, size], …], to the others.
  copy(parts) {
    for (const [offset, size] of parts) this.tell({ write: [offset, this.lead.bytes(offset, size).slice()] });
  }

  // The promise's result, or an error if a worker fails or is silent for too long.
  async watched(promise) {
    let seen = -1;
    let since = 0;
    const watch = setInterval(() => {
      since = this.lead.done === seen ? since + 1 : 0;
      seen = this.lead.done;
      if (since >= this.silence) this.fail(new Error(`a worker was silent for ${this.silence} seconds`));
    }, 1000);
    try {
      return await Promise.race([promise, this.failed]);
    } finally {
      clearInterval(watch);
    }
  }

  async train(first, steps) {
    this.tell({ train: [first, steps] });
    await this.watched(this.lead.train(first, steps));
  }

  // Each replica scores some samples, [[first, count], …]; the lead gets the outcomes.
  async score(parts) {
    let left = this.workers.length;
    const answers = new Promise((resolve) => {
      this.answered = (index, { outcomes }) => {
        this.lead.bytes(this.lead.plan.outcomes + 8 * parts[index + 1][0], outcomes.length).set(outcomes);
        if (!--left) resolve();
      };
    });
    this.workers.forEach((worker, index) => worker.postMessage({ score: parts[index + 1] }));
    this.lead.exports.score(...parts[0]);
    await this.watched(answers);
  }

  end() {
    for (const worker of this.workers) {
      worker.onmessage = null; // what is still on its way comes too late
      worker.terminate();
    }
  }
}

// What a worker is told, by the lead or through a port to it. It is told the next thing before it has done the last, so
// each waits for the one before.
const follow = (to) => {
  let replica;
  const does = {
    lead: follow,
    start({ module, plan, ports, memory }) {
      const { exports } = new WebAssembly.Instance(module);
      replica = new Replica(exports, plan, ports.set(0, to));
      replica.bytes(0, memory.byteLength).set(new Uint8Array(memory));
    },
    write: ([offset, bytes]) => replica.bytes(offset, bytes.length).set(bytes),
    train: ([first, steps]) => replica.train(first, steps),
    score([first, count]) {
      replica.exports.score(first, count);
      to.postMessage({ outcomes: replica.bytes(replica.plan.outcomes + 8 * first, 8 * count).slice() });
    },
  };
  let last = Promise.resolve();
  to.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) return replica.take(0, data);
    const [[name, value]] = Object.entries(data);
    last = last.then(() => does[name](value)).catch((error) => to.postMessage({ failure: String(error) }));
  };
};

if (globalThis.name === NAME) follow(globalThis);
// `module` and `exports` are the engine's; `plans` is JSON.
else globalThis.scnnCrew = (module, exports, plans) => new Crew(module, exports, JSON.parse(plans));

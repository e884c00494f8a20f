import { forgetPeakMemory, peakMemoryMb } from './process-cost.mjs';

/** Peak memory of each process in each of the phases of its life. */
export class MemoryPhases {
  /** `{name, phases: {PHASE: MB}}`; a process that took another one's place goes on under its name. */
  found;
  /** Those that took another one's place: to be ended by whoever measures. */
  extra = [];
  #processes;

  constructor(processes, say) {
    this.#processes = processes.map((process) => ({ name: process.name, process }));
    this.found = processes.map(({ name }) => ({ name, phases: {} }));
    this.say = say;
  }

  /** What each has had at most since the phase before; the next one begins. */
  end(phase) {
    for (const { name, process } of this.#processes) {
      const { phases } = this.found.find((each) => each.name === name);
      phases[phase] = peakMemoryMb(process.pid);
      forgetPeakMemory(process.pid);
    }
    const told = this.found.map(({ name, phases }) => `${name} ${phases[phase].toFixed(0)} MB`);
    this.say(`${phase}: ${told.join(', ')}`);
  }

  named(name) {
    return this.#processes.filter((each) => each.name === name).map(({ process }) => process);
  }

  replace(gone, another) {
    this.#processes.find(({ process }) => process === gone).process = another;
    this.extra.push(another);
  }
}

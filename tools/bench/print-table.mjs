/** `rows` under `head`, columns aligned: the first to the left, the others to the right. */
export function printTable(title, head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column].length)));
  const print = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  process.stdout.write(`\n${title}\n${lines.map(print).join('\n')}\n`);
}

/** The whole result as people read it. */
export function printResult({
  machine,
  planning,
  scheduling,
  makespan,
  fuel,
  lint,
  memory,
  idle,
  endToEnd,
  api,
  events,
}) {
  process.stdout.write(
    `\n${machine.cpus} x ${machine.cpu}, ${machine.memoryGb} GB, Node ${machine.node}, load ${machine.load}\n`,
  );
  if (planning)
    printTable(
      'Planning',
      ['tasks', 'best ms', 'median ms', 'us a task (best)'],
      planning.map((it) => [it.tasks, it.ms.toFixed(0), it.medianMs.toFixed(0), it.microsecondsPerTask.toFixed(1)]),
    );
  if (scheduling)
    printTable(
      'Scheduling',
      [
        'tasks',
        'ends',
        'best ms',
        'median ms',
        'us a task (best)',
        'us a task (median)',
        'best without the stopwatch',
        'CPU us a task, simulation included',
      ],
      scheduling.map((it) => [
        it.tasks,
        it.ends,
        it.bestMs.toFixed(1),
        it.medianMs.toFixed(1),
        it.bestUsPerTask.toFixed(2),
        it.medianUsPerTask.toFixed(2),
        it.netUsPerTask.toFixed(2),
        it.cpuUsPerTask.toFixed(2),
      ]),
    );
  if (makespan) printMakespan(makespan);
  if (fuel) printFuel(fuel);
  if (memory) printMemory(memory);
  if (lint) printLint(lint);
  if (idle) printIdle(idle);
  for (const [kind, it] of Object.entries(endToEnd ?? {})) {
    const { first, best, median } = it.wallMs;
    printTable(
      `${it.tasks} tasks on ${it.nodes} embedded nodes, ${kind}: wall ${first} ms first, ${best} best, ${median} median`,
      ['process', 'CPU ms a task: first', 'best', 'median', 'peak memory MB'],
      it.processes.map(({ name, cpuMsPerTask, peakMemoryMb }) => [
        name,
        cpuMsPerTask.first.toFixed(2),
        cpuMsPerTask.best.toFixed(2),
        cpuMsPerTask.median.toFixed(2),
        peakMemoryMb.toFixed(0),
      ]),
    );
  }
  if (api) printApi(api);
  for (const each of events ?? []) printEvents(each);
}

function printIdle({ seconds, processes, rows }) {
  printTable(
    `Idle services, CPU ms a second, over ${seconds} s each`,
    ['while', ...processes],
    rows.map(({ what, cpuMsPerSecond }) => [what, ...cpuMsPerSecond.map((ms) => ms.toFixed(1))]),
  );
}

function printApi({ nodes, clusters, revisions, transactions, atOnce, load, routes }) {
  printTable(
    `The API with ${nodes} nodes, ${clusters} clusters, ${revisions} revisions, ${transactions} transactions; ${atOnce} requests at once, load ${load.toFixed(1)}: ms`,
    ['request', 'p50', 'p95', 'max', 'KiB', 'planner CPU ms'],
    routes.map((it) => [it.name, ...[it.p50, it.p95, it.max, it.kib, it.cpuMs].map((value) => value.toFixed(1))]),
  );
}

function printEvents(it) {
  printTable(
    `${it.events} task events, ${it.planners} planner(s), ${it.readers} readers, fsync ${it.isSafe ? 'on' : 'off'}, load ${it.load.toFixed(1)}`,
    [
      'offered a second',
      'stored a second',
      'seconds',
      'behind at the end',
      'outbox behind ms',
      'readers late ms: p50',
      'p95',
      'p99',
      'max',
      'missed or twice',
    ],
    [
      [
        ...[it.offeredPerSecond, it.storedPerSecond, it.seconds.toFixed(0), it.behind, it.outboxLagMs],
        ...[it.lateMs.p50, it.lateMs.p95, it.lateMs.p99, it.lateMs.max, it.missedOrTwice],
      ],
    ],
  );
  printTable(
    'Its cost',
    ['process', 'CPU us an event'],
    [...it.cpu, { name: 'together', usPerEvent: it.cpu.reduce((sum, { usPerEvent }) => sum + usPerEvent, 0) }].map(
      ({ name, usPerEvent }) => [name, usPerEvent.toFixed(1)],
    ),
  );
}

function printLint(lint) {
  printTable(
    'Bundles made to take long, processor time',
    ['bundle', 'characters', 'read ms', 'lint ms', 'findings', 'all of it'],
    lint.map((it) => [it.name, it.characters, it.readMs, it.lintMs, it.findings, it.isFinished ? 'yes' : 'no']),
  );
}

function printMakespan(makespan) {
  printTable(
    'Makespan on virtual time, seconds (of several seeds the medians)',
    [
      'graph',
      'tasks',
      'bound',
      'chosen',
      'first come',
      'chosen / bound',
      'first come / bound',
      'worse than first come',
    ],
    makespan.map((it) => [
      ...[it.name, it.tasks],
      ...[it.bound, it.chosen, it.firstCome].map((seconds) => seconds.toFixed(0)),
      ...[it.ratio, it.firstComeRatio].map((ratio) => ratio.toFixed(3)),
      it.worseThanFirstCome,
    ]),
  );
}

function printFuel(fuel) {
  const times = ({ bestMs, medianMs, cpuMs }) => [bestMs, medianMs, cpuMs].map((ms) => ms.toFixed(0));
  printTable(
    'Planning a real OpenStack, three controllers and many computes: times in ms',
    [
      'nodes',
      ...['without conditions: best', 'median', 'CPU'],
      ...['first run: best', 'median', 'CPU'],
      ...['one value changed: best', 'median', 'CPU'],
      'peak memory MB',
    ],
    fuel.map(({ nodes, withoutConditions, first, second, peakMemoryMb }) => [
      nodes,
      ...[withoutConditions, first, second].flatMap(times),
      peakMemoryMb.toFixed(0),
    ]),
  );
  printTable(
    'The same: sizes',
    ['nodes', 'tasks', 'run at first', 'run again', 'relations pairwise', 'relations', 'message KiB at first', 'again'],
    fuel.map(({ nodes, rawRelations, first, second }) => [
      ...[nodes, first.tasks, first.running, second.running, rawRelations ?? 'refused', first.relations],
      ...[first, second].map(({ messageBytes }) => (messageBytes / 1024).toFixed(0)),
    ]),
  );
}

function printMemory({ tasks, processes, times, read }) {
  printTable(
    `Peak memory, MB, in the life of one deployment of ${tasks} tasks`,
    ['phase', ...processes.map(({ name }) => name)],
    Object.keys(processes[0].phases).map((phase) => [
      phase,
      ...processes.map(({ phases }) => phases[phase].toFixed(0)),
    ]),
  );
  printTable(
    `What took how long, of ${read.events} events, ${read.pages} pages and ${read.statuses} statuses (${read.statusMsMax.toFixed(0)} ms at most) being read, ${read.failures} refused or lost`,
    ['what', 's'],
    times.map(({ what, ms }) => [what, (ms / 1000).toFixed(2)]),
  );
}

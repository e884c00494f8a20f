import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { waitUntil } from '@muster/testkit';
import { Client } from 'pg';
import { ExecutorBed, graphTask } from './executor-bed.testing';

jest.setTimeout(90_000);

describe('an executor with real PostgreSQL and embedded nodes', () => {
  let bed: ExecutorBed;

  beforeAll(async () => {
    bed = await ExecutorBed.open(3);
    await bed.startExecutor();
  });
  afterAll(() => bed.close());

  it('runs tasks in order across nodes and tells every state and all output', async () => {
    const { deployment, reply } = await bed.deploy({
      tasks: [
        graphTask('first@n1', { parameters: { cmd: 'echo one; echo two >&2; date +%s%N > ~/first-ended' } }),
        graphTask('second@n2', { requires: ['first@n1'], parameters: { cmd: 'echo "$MUSTER_TASK"' } }),
        graphTask('meet@sync', { type: 'stage', action: 'skip', requires: ['second@n2'], parameters: {} }),
        graphTask('third@n3', { requires: ['meet@sync'] }),
      ],
    });
    expect(reply).toEqual({ ok: true, body: { accepted: true } });
    expect(await bed.end(deployment)).toMatchObject({
      outcome: 'succeeded',
      tasks: { 'first@n1': 'succeeded', 'second@n2': 'succeeded', 'meet@sync': 'skipped', 'third@n3': 'succeeded' },
    });
    await waitUntil('the output has come', () => bed.outputOf('second@n2') === 'second@n2\n');
    await waitUntil('so has the other', () => bed.outputOf('first@n1') === 'one\n');
    await waitUntil('and what it complained', () => bed.outputOf('first@n1', 'stderr') === 'two\n');
    expect(bed.log(deployment).map(({ seq }) => seq)).toEqual(bed.log(deployment).map((_, index) => index + 1));
  });

  it('tells the exit code of a task that fails, blocks what needed it, and goes on elsewhere', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('bad@n1', { parameters: { cmd: 'exit 7' } }),
        graphTask('after@n2', { requires: ['bad@n1'] }),
        graphTask('left@n1', { requires: ['free@n3'] }),
        graphTask('free@n3', { parameters: { cmd: 'sleep 0.5' } }),
      ],
    });
    expect(await bed.end(deployment)).toMatchObject({
      outcome: 'failed',
      tasks: { 'bad@n1': 'failed', 'after@n2': 'blocked', 'left@n1': 'not-run', 'free@n3': 'succeeded' },
    });
    expect(bed.log(deployment)).toContainEqual(
      expect.objectContaining({
        type: 'attempt-ended',
        task: 'bad@n1',
        result: expect.objectContaining({ kind: 'exited', code: 7 }),
      }),
    );
  });

  it('ends a task that outlives its timeout, with its process group', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('slow@n1', { timeoutMs: 700, parameters: { cmd: 'sh -c "sleep 60; touch ~/survived" & sleep 60' } }),
      ],
    });
    const { outcome } = await bed.end(deployment);
    expect(outcome).toBe('failed');
    expect(bed.log(deployment)).toContainEqual(
      expect.objectContaining({ type: 'attempt-ended', result: { kind: 'timed-out', confirmed: true } }),
    );
  });

  it('tries again as often as declared', async () => {
    const cmd = 'n=$(cat tries 2>/dev/null || echo 0); n=$((n+1)); echo $n > tries; [ $n -ge 3 ]';
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('flaky@n2', { retries: { count: 2, delayMs: 100, backoff: 2 }, parameters: { cmd: `cd ~; ${cmd}` } }),
      ],
    });
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(bed.fileOf('n2', 'tries').trim()).toBe('3');
  });

  it('does in a further run what failed or never ran, with attempts counted on, and nothing that succeeded', async () => {
    const count = (name: string) => `echo x >> ~/${name}`;
    const tasks = [
      graphTask('done@n1', { parameters: { cmd: count('done') } }),
      graphTask('bad@n2', { parameters: { cmd: `${count('bad')}; [ -e ~/mended ]` } }),
      graphTask('after@n3', { requires: ['bad@n2', 'done@n1'], parameters: { cmd: count('after') } }),
    ];
    const first = await bed.deploy({ tasks });
    expect(await bed.end(first.deployment)).toMatchObject({ outcome: 'failed' });
    writeFileSync(bed.pathOf('n2', 'mended'), '');
    const graph = { kind: 'earlier', deployment: first.deployment, tasks: null } as const;
    const second = await bed.deploy({ tasks: [] }, { transaction: first.transaction, run: 2, graph });
    expect(second.reply).toEqual({ ok: true, body: { accepted: true } });
    expect(await bed.end(second.deployment)).toMatchObject({
      outcome: 'succeeded',
      tasks: { 'bad@n2': 'succeeded', 'after@n3': 'succeeded' },
    });
    expect(['done', 'bad', 'after'].map((name, index) => bed.fileOf(`n${index + 1}`, name))).toEqual([
      'x\n',
      'x\nx\n',
      'x\n',
    ]);
    const started = bed.log(second.deployment).filter(({ type }) => type === 'attempt-started');
    expect(started).toMatchObject([
      { task: 'bad@n2', attempt: 2 },
      { task: 'after@n3', attempt: 1 },
    ]);
  });

  it('refuses a further run of what it does not know', async () => {
    const graph = { kind: 'earlier', deployment: randomUUID(), tasks: null } as const;
    const { reply } = await bed.deploy({ tasks: [] }, { run: 2, graph });
    expect(reply).toMatchObject({ ok: false, problems: [{ code: 'DEPLOY_UNKNOWN_TRANSACTION' }] });
  });

  it('has a chosen task tried again while others run', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('again@n1', { parameters: { cmd: '[ -e ~/retry-may-pass ]' } }),
        graphTask('long@n2', { parameters: { cmd: 'until [ -e ~/long-may-end ]; do sleep 0.05; done' } }),
        graphTask('next@n3', { requires: ['again@n1'] }),
      ],
    });
    const ends = () => bed.log(deployment).filter(({ type }) => type === 'tasks-ended');
    await waitUntil('it has failed, and blocked what needs it', () => ends().length === 2);
    writeFileSync(bed.pathOf('n1', 'retry-may-pass'), '');
    expect(await bed.control(deployment, 'retry', ['again@n1'])).toMatchObject({ ok: true });
    await waitUntil('what needs it has succeeded', () =>
      ends().some(
        (each) => each.type === 'tasks-ended' && each.state === 'succeeded' && each.tasks.includes('next@n3'),
      ),
    );
    writeFileSync(bed.pathOf('n2', 'long-may-end'), '');
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
  });

  it('changes a limit at once, also one that the graph was planned without, and refuses what cannot be', async () => {
    const wait = { cmd: 'until [ -e ~/limit-over ]; do sleep 0.05; done' };
    const { deployment } = await bed.deploy({
      tasks: ['n1', 'n2', 'n3'].map((node) => graphTask(`x@${node}`, { limits: ['role:x'], parameters: wait })),
      limits: { 'role:x': 1 },
    });
    const started = () => bed.log(deployment).filter(({ type }) => type === 'attempt-started').length;
    const set = (key: string, amount: number) => bed.control(deployment, 'set-limit', undefined, { key, amount });
    await waitUntil('one runs', () => started() === 1);
    expect(await set('role:y', 2)).toMatchObject({ ok: false, problems: [{ code: 'CONTROL_LIMIT_IMPOSSIBLE' }] });
    expect(await set('nodes', 2)).toMatchObject({ ok: true });
    expect(await set('role:x', 3)).toMatchObject({ ok: true });
    await waitUntil('as many run as nodes may', () => started() === 2);
    expect(await bed.limits(deployment)).toMatchObject({
      body: {
        limits: [
          { key: 'nodes', amount: 2, used: 2, planned: null },
          { key: 'role:x', amount: 3, used: 2, planned: 1, holders: ['x@n2', 'x@n1'] },
        ],
      },
    });
    // Another owner finds the limits in the log.
    const [first] = bed.executors.splice(0);
    await bed.startExecutor();
    await first?.close();
    await waitUntil(
      'another owns it',
      () => bed.log(deployment).filter(({ type }) => type === 'owner-changed').length === 2,
    );
    expect(started()).toBe(2);
    expect(await set('nodes', 3)).toMatchObject({ ok: true });
    await waitUntil('all run', () => started() === 3);
    for (const node of ['n1', 'n2', 'n3']) writeFileSync(bed.pathOf(node, 'limit-over'), '');
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
  });

  it('is fenced when its transaction is closed by force: it starts nothing more, and its nodes are free', async () => {
    const { deployment, transaction } = await bed.deploy({
      tasks: [
        graphTask('stuck@n1', {
          parameters: { cmd: 'echo $$ > ~/stuck; until [ -e ~/stuck-over ]; do sleep 0.05; done' },
        }),
        graphTask('then@n2', { requires: ['stuck@n1'], parameters: { cmd: 'touch ~/must-not-be' } }),
      ],
    });
    await waitUntil('it runs', () => bed.fileOf('n1', 'stuck') !== '');
    expect(await bed.forceClose(transaction)).toMatchObject({ ok: true });
    // What runs is not ended by it, and when it ends nothing follows.
    writeFileSync(bed.pathOf('n1', 'stuck-over'), '');
    const other = await bed.deploy({ tasks: [graphTask('after@n2')] });
    expect(other.reply).toMatchObject({ ok: true });
    expect(await bed.end(other.deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(bed.log(deployment).filter(({ type }) => type === 'attempt-ended')).toEqual([]);
    expect(bed.fileOf('n2', 'must-not-be')).toBe('');
    expect(await bed.control(deployment, 'pause')).toMatchObject({
      ok: false,
      problems: [{ code: 'CONTROL_NOT_POSSIBLE' }],
    });
  });

  it('waits for what an earlier transaction left running on a node, says whose it is, and gives up at the timeout', async () => {
    const cmd = 'echo $$ > ~/left; until [ -e ~/left-over ]; do sleep 0.05; done';
    const left = await bed.deploy({ tasks: [graphTask('left@n1', { parameters: { cmd } })] });
    await waitUntil('it runs', () => bed.fileOf('n1', 'left') !== '');
    await bed.forceClose(left.transaction);
    const late = await bed.deploy({ tasks: [graphTask('late@n1', { timeoutMs: 1500 })] });
    expect((await bed.end(late.deployment)).tasks).toEqual({ 'late@n1': 'failed' });
    const whose = `attempt 1 of left@n1, which transaction ${left.transaction} of cluster c began`;
    expect(bed.log(late.deployment).find(({ type }) => type === 'attempt-ended')).toMatchObject({
      result: { kind: 'refused', code: 'NODE_BUSY', detail: `on its node still runs ${whose}` },
    });
    const { deployment, transaction } = await bed.deploy({ tasks: [graphTask('next@n1')] });
    const reply = await waitUntil('it says what it waits for', async () => {
      const answer = await bed.why(deployment, 'next@n1');
      return JSON.stringify(answer).includes('"node-busy"') ? answer : null;
    });
    const text = `attempt 1 waits for its node, on which still runs ${whose}`;
    expect(reply).toMatchObject({ body: { state: 'running', reasons: [{ code: 'node-busy', text }] } });
    // Whose it is, is told to people of the same project alone; machines are shared by all.
    await bed.forceClose(transaction);
    const elsewhere = await bed.deploy({ tasks: [graphTask('next@n1')] }, { project: 'blue' });
    const told = await waitUntil('it says what it waits for', async () => {
      const answer = JSON.stringify(await bed.why(elsewhere.deployment, 'next@n1'));
      return answer.includes('"node-busy"') ? answer : null;
    });
    expect(told).toContain('on which still runs an attempt of another project"');
    for (const secret of [left.transaction, left.deployment, 'left@n1', 'cluster c'])
      expect(told + JSON.stringify(bed.log(elsewhere.deployment))).not.toContain(secret);
    writeFileSync(bed.pathOf('n1', 'left-over'), '');
    expect(await bed.end(elsewhere.deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(bed.log(elsewhere.deployment).filter(({ type }) => type === 'attempt-started')).toHaveLength(1);
  });

  it('refuses a start that comes after its transaction was closed by force', async () => {
    const command = randomUUID();
    const transaction = randomUUID();
    expect(await bed.forceClose(transaction, [command])).toMatchObject({ ok: true });
    const { reply } = await bed.deploy({ tasks: [graphTask('late@n1')] }, { transaction }, command);
    expect(reply).toMatchObject({ ok: false, problems: [{ code: 'DEPLOY_FORCE_CLOSED' }] });
    // And it has claimed nothing.
    const { deployment } = await bed.deploy({ tasks: [graphTask('free@n1')] });
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
  });

  it('refuses a node of another transaction, naming it, and frees it at the end', async () => {
    const one = await bed.deploy({ tasks: [graphTask('hold@n1', { parameters: { cmd: 'sleep 30' } })] });
    const two = await bed.deploy({ tasks: [graphTask('other@n1')] });
    expect(two.reply).toMatchObject({ ok: false, problems: [{ code: 'DEPLOY_NODE_CLAIMED' }, {}, {}] });
    expect(JSON.stringify(two.reply)).toMatch(
      new RegExp(`claimed by transaction ${one.transaction} of cluster c, started by test, since 20..-`),
    );
    const nodes = [{ ...bed.node('n1'), name: 'other-name' }];
    const alias = await bed.deploy({ tasks: [graphTask('x@other-name')] }, { nodes });
    expect(JSON.stringify(alias.reply)).toContain('which knows the same machine as node n1');
    // Another project learns that it is held, and nothing of whom or what by.
    const blue = JSON.stringify((await bed.deploy({ tasks: [graphTask('other@n1')] }, { project: 'blue' })).reply);
    expect(blue).toMatch(/claimed by a transaction of another project, since 20\d\d-/);
    for (const secret of [one.transaction, one.deployment, 'cluster c', 'started by', 'hold@'])
      expect(blue).not.toContain(secret);
    await waitUntil('it runs', () => bed.log(one.deployment).some(({ type }) => type === 'attempt-started'));
    expect(await bed.control(one.deployment, 'cancel')).toMatchObject({ ok: true });
    expect(await bed.end(one.deployment)).toMatchObject({ outcome: 'cancelled', tasks: { 'hold@n1': 'cancelled' } });
    const three = await bed.deploy({ tasks: [graphTask('other@n1')] });
    expect(await bed.end(three.deployment)).toMatchObject({ outcome: 'succeeded' });
  });

  it('puts files on nodes: uploaded, copied and synchronised, and leaves alone what is right already', async () => {
    const file = (path: string, text: string, executable = false) => ({
      path,
      digest: bed.artifact(text),
      size: text.length,
      executable,
    });
    const target = bed.pathOf('n3', 'etc');
    const tasks = [
      graphTask('upload@n3', {
        type: 'upload_file',
        parameters: { path: `${target}/it's.conf`, data: 'grüße\n', permissions: '0600' },
      }),
      graphTask('copy@n3', {
        type: 'copy_files',
        requires: ['upload@n3'],
        files: [file('bin/run.sh', '#!/bin/sh\n', true), file('conf/a.txt', 'A')],
        parameters: {
          files: [
            { src: 'bin/run.sh', dst: `${target}/run.sh` },
            { src: 'conf', dst: `${target}/conf` },
          ],
        },
      }),
      graphTask('sync@n3', {
        type: 'sync',
        requires: ['copy@n3'],
        files: [file('tree/x/y.txt', 'Y')],
        parameters: { src: 'tree', dst: `${target}/conf` },
      }),
    ];
    const first = await bed.deploy({ tasks });
    expect(await bed.end(first.deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(bed.fileOf('n3', "etc/it's.conf")).toBe('grüße\n');
    expect(bed.fileOf('n3', 'etc/run.sh')).toBe('#!/bin/sh\n');
    expect([bed.fileOf('n3', 'etc/conf/a.txt'), bed.fileOf('n3', 'etc/conf/x/y.txt')]).toEqual(['', 'Y']);
    bed.output.splice(0);
    const again = await bed.deploy({
      tasks: tasks.filter(({ task }) => task !== 'copy@n3').map((task) => ({ ...task, requires: [] })),
    });
    expect(await bed.end(again.deployment)).toMatchObject({ outcome: 'succeeded' });
    await waitUntil('the output has come', () => bed.outputOf('sync@n3').startsWith('unchanged'));
    expect(bed.outputOf('upload@n3')).toBe('');
  });

  it("explains a wait, pauses, and skips at a person's word", async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('long@n1', { parameters: { cmd: 'until [ -e ~/long-over ]; do sleep 0.05; done' } }),
        graphTask('next@n1', { requires: ['long@n1'] }),
        graphTask('last@n2', { requires: ['next@n1'] }),
      ],
    });
    await waitUntil('it runs', () => bed.log(deployment).some(({ type }) => type === 'attempt-started'));
    expect(await bed.why(deployment, 'next@n1')).toMatchObject({
      ok: true,
      body: { state: 'waiting', reasons: [{ code: 'dependency', holders: ['long@n1'] }, { code: 'node-busy' }] },
    });
    await bed.control(deployment, 'pause');
    await waitUntil('it is paused', () =>
      bed.log(deployment).some((event) => event.type === 'state-changed' && event.state === 'paused'),
    );
    writeFileSync(bed.pathOf('n1', 'long-over'), '');
    await waitUntil('long has ended', () => bed.log(deployment).some((event) => event.type === 'tasks-ended'));
    expect(await bed.why(deployment, 'next@n1')).toMatchObject({
      body: {
        state: 'ready',
        deploymentState: 'paused',
        reasons: [{ code: 'paused', text: 'paused by test: a reason' }],
      },
    });
    await bed.control(deployment, 'skip', ['next@n1']);
    await bed.control(deployment, 'resume');
    expect(await bed.end(deployment)).toMatchObject({
      outcome: 'succeeded-with-skips',
      tasks: { 'next@n1': 'skipped', 'last@n2': 'succeeded' },
    });
  });

  it('refuses a node of another installation, until a person says to adopt it', async () => {
    const other = await bed.deploy({ tasks: [graphTask('theirs@n1')] }, { installation: 'another' });
    expect(await bed.end(other.deployment)).toMatchObject({ outcome: 'failed' });
    expect(JSON.stringify(bed.log(other.deployment))).toContain('NODE_OTHER_OWNER');
    const node = bed.node('n1');
    expect(await bed.adopt(node, 'another')).toEqual({ ok: true, body: { accepted: true } });
    const again = await bed.deploy({ tasks: [graphTask('theirs@n1')] }, { installation: 'another' });
    expect(await bed.end(again.deployment)).toMatchObject({ outcome: 'succeeded' });
    await bed.adopt(node, 'test');
  });

  it('refuses a graph that goes in a circle, and keeps nothing of it', async () => {
    const circle = await bed.deploy({
      tasks: [graphTask('a@n1', { requires: ['b@n2'] }), graphTask('b@n2', { requires: ['a@n1'] })],
    });
    expect(circle.reply).toMatchObject({
      ok: false,
      problems: [{ code: 'API_INVALID', summary: expect.stringContaining('circle') }],
    });
    const next = await bed.deploy({ tasks: [graphTask('a@n1')] });
    expect(await bed.end(next.deployment)).toMatchObject({ outcome: 'succeeded' });
  });

  it('ends a deployment whose stored graph cannot be read, says why, and goes on with the others', async () => {
    const spoil = new Client({ connectionString: bed.database.url });
    await spoil.connect();
    try {
      const before = await bed.deploy({ tasks: [graphTask('a@n1', { parameters: { cmd: 'sleep 30' } })] });
      await waitUntil('it runs', () => bed.log(before.deployment).some(({ type }) => type === 'attempt-started'));
      // As its owner would find it after a restart.
      await spoil.query(`UPDATE executor.deployment SET graph = 'x', epoch = epoch + 1, owner = NULL WHERE id = $1`, [
        before.deployment,
      ]);
      expect(await bed.end(before.deployment)).toMatchObject({
        outcome: 'failed',
        text: expect.stringContaining('the graph cannot be read'),
      });
      const { rows } = await spoil.query('SELECT owner FROM executor.deployment WHERE ended_at IS NULL');
      expect(rows).toEqual([]);
      await bed.release(before.transaction);
    } finally {
      await spoil.end();
    }
    const next = await bed.deploy({ tasks: [graphTask('a@n2')] });
    expect(await bed.end(next.deployment)).toMatchObject({ outcome: 'succeeded' });
  });
});

import { writeFileSync } from 'node:fs';
import type { JsonObject } from '@muster/model';
import { createMasker, createSecretBox } from '@muster/secrets';
import { waitUntil } from '@muster/testkit';
import { Client } from 'pg';
import { ExecutorBed, graphTask } from './executor-bed.testing';

jest.setTimeout(90_000);

const SECRET = 'q8ZkOutputSecretMarker5';

describe('what tasks give each other', () => {
  const box = createSecretBox('a key of the test that is long enough to be one');
  let bed: ExecutorBed;

  beforeAll(async () => {
    bed = await ExecutorBed.open(2, { box, makeMasker: createMasker });
    await bed.startExecutor();
  });
  afterAll(() => bed.close());

  const gives = (text: string, outputs: JsonObject | null = null, over: object = {}) =>
    graphTask('give@n1', { parameters: { cmd: `printf %s '${text}' > "$MUSTER_OUTPUT"` }, outputs, ...over });
  const from = (field?: string) => ({ output: { task: 'give', node: 'n1', ...(field ? { field } : {}) } });
  const resultOf = (deployment: string, task: string): unknown =>
    bed
      .log(deployment)
      .flatMap((event) => (event.type === 'attempt-ended' && event.task === task ? [event.result] : []))[0];

  it('brings typed values to another node: into variables, files and what is nested', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        gives('{"port": 5432, "hosts": [{"name": "db; touch injected"}], "odd": "two\\nlines $(touch injected)"}'),
        graphTask('env@n2', {
          requires: ['give@n1'],
          parameters: {
            cmd: 'cd ~; printf "%s|%s|%s" "$PORT" "$NAME" "$ALL"; [ "$ODD" = "$(printf "two\\nlines \\$(touch injected)")" ]',
            env: { PORT: from('port'), NAME: from('hosts.0.name'), ALL: from('hosts'), ODD: from('odd') },
          },
        }),
        graphTask('file@n1', {
          type: 'upload_file',
          requires: ['give@n1'],
          parameters: { path: bed.pathOf('n1', 'odd'), data: from('odd') },
        }),
      ],
    });
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
    await waitUntil('the output has come', () => bed.outputOf('env@n2').endsWith(']'));
    expect(bed.fileOf('n1', 'odd')).toBe('two\nlines $(touch injected)');
    expect(bed.outputOf('env@n2')).toBe('5432|db; touch injected|[{"name":"db; touch injected"}]');
  });

  it.each([
    ['nothing at all', 'true', null, 'give@n1 has given no outputs'],
    ['another one', `echo '{"other": 1}' > "$MUSTER_OUTPUT"`, null, 'give@n1 has given no output port (it gave other)'],
  ])('fails clearly who takes an output where the other gave %s', async (_, cmd, outputs, text) => {
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('give@n1', { parameters: { cmd }, outputs }),
        graphTask('take@n2', {
          requires: ['give@n1'],
          parameters: { cmd: 'echo 1 > ~/ran', env: { A: from('port') } },
        }),
      ],
    });
    expect((await bed.end(deployment)).tasks).toMatchObject({ 'give@n1': 'succeeded', 'take@n2': 'failed' });
    expect(resultOf(deployment, 'take@n2')).toMatchObject({
      kind: 'refused',
      code: 'TASK_OUTPUT_MISSING',
      detail: text,
    });
    expect(bed.fileOf('n2', 'ran')).toBe('');
  });

  const declared = { type: 'object', required: ['port'], properties: { port: { type: 'integer', maximum: 65535 } } };
  it.each<[string, string, JsonObject | null, string]>([
    ['lacks what is declared', '{}', declared, 'port is required'],
    ['is of another type', '{"port": "80"}', declared, 'port must be of type integer'],
    ['is no JSON', '{"port": ', declared, 'are not JSON'],
    ['is too large', `{"port": 1, "x": "${'x'.repeat(70_000)}"}`, declared, 'larger than 65536'],
    ['is too deep', `{"x": ${'['.repeat(30)}${']'.repeat(30)}}`, null, 'levels deep'],
    ['has a name that is none', '{"a b": 1}', null, '"a b" is no name'],
    ['pretends to be sealed', '{"x": {"$sealed": {"v": 1, "data": "", "wrapped": ""}}}', null, '$sealed'],
  ])('fails the task whose output %s', async (_, text, outputs, fault) => {
    const { deployment } = await bed.deploy({
      tasks: [
        gives(text, outputs),
        graphTask('take@n2', { requires: ['give@n1'], parameters: { cmd: 'true', env: { A: from('port') } } }),
      ],
    });
    expect((await bed.end(deployment)).tasks).toMatchObject({ 'give@n1': 'failed', 'take@n2': 'blocked' });
    expect(resultOf(deployment, 'give@n1')).toMatchObject({ code: 0, fault: expect.stringContaining(fault) as string });
  });

  it('never runs what a node gave', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        gives('{"c": "echo 1 > ~/ran"}'),
        graphTask('take@n2', { requires: ['give@n1'], parameters: { cmd: from('c') } }),
      ],
    });
    expect((await bed.end(deployment)).tasks['take@n2']).toBe('failed');
    expect(resultOf(deployment, 'take@n2')).toMatchObject({ code: 'TASK_OUTPUT_AS_CODE' });
  });

  async function stored(): Promise<string> {
    const client = new Client({ connectionString: bed.database.url });
    await client.connect();
    try {
      return (await client.query<{ row: string }>('SELECT t::text AS row FROM executor.event t')).rows
        .map(({ row }) => row)
        .join('\n');
    } finally {
      await client.end();
    }
  }

  it('keeps secret what is declared so, and what holds a secret that the task was given', async () => {
    const sealed = { $sealed: { ...box.seal({ reveal: () => `${SECRET}Given` } as never).$sealed } };
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('give@n1', {
          parameters: {
            cmd: `printf '{"token": "%s", "plain": 1, "made": "<%s>"}' ${SECRET.slice(0, 5)}"${SECRET.slice(5)}" "$GIVEN" > "$MUSTER_OUTPUT"`,
            env: { GIVEN: sealed },
          },
          outputs: { properties: { token: { type: 'string', secret: true } } },
        }),
        graphTask('take@n2', {
          requires: ['give@n1'],
          parameters: {
            cmd: 'cd ~; printf %s "$TOKEN$MADE" > got; echo "$TOKEN $MADE $PLAIN"',
            env: { TOKEN: from('token'), MADE: from('made'), PLAIN: from('plain') },
          },
        }),
      ],
    });
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(bed.fileOf('n2', 'got')).toBe(`${SECRET}<${SECRET}Given>`);
    await waitUntil('the output has come', () => bed.outputOf('take@n2').endsWith('1\n'));
    expect(bed.outputOf('take@n2')).toMatch(/^\*+ [*<>]+ 1\n$/);
    const events = await stored();
    expect(events).toContain('"plain"');
    expect(events + JSON.stringify(bed.log(deployment)) + bed.logged.join('')).not.toContain(SECRET);
  });

  it('has them after a takeover', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        gives('{"port": 8080}'),
        graphTask('slow@n1', {
          requires: ['give@n1'],
          parameters: { cmd: 'until [ -e ~/slow-over ]; do sleep 0.05; done' },
        }),
        graphTask('take@n2', {
          requires: ['slow@n1'],
          parameters: { cmd: 'echo $PORT > ~/port', env: { PORT: from('port') } },
        }),
      ],
    });
    await waitUntil('the slow task runs', () =>
      bed.log(deployment).some((event) => event.type === 'attempt-started' && event.task === 'slow@n1'),
    );
    const first = bed.executors.shift();
    const second = await bed.startExecutor();
    await first?.close();
    const owners = () => bed.log(deployment).filter(({ type }) => type === 'owner-changed').length;
    await waitUntil('another owns it', () => owners() === 2);
    writeFileSync(bed.pathOf('n1', 'slow-over'), '');
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(owners()).toBe(2);
    expect(bed.fileOf('n2', 'port')).toBe('8080\n');
    expect(second.id).not.toBe(first?.id);
  });
});

import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretValue, type SealedSecret } from '@muster/model';
import { createMasker, createSecretBox } from '@muster/secrets';
import { waitUntil } from '@muster/testkit';
import { Client } from 'pg';
import { ExecutorBed, graphTask } from './executor-bed.testing';

jest.setTimeout(90_000);

/** Nothing else looks like it, encoded or not. */
const MARKER = 'vq7nTaskSecretMarkerK4';
const STARS = '*'.repeat(MARKER.length);
const HALF = 11;
/** Printed at once with the half; longer than what a masker holds back, so that seeing its begin says that the half came. */
const LEAD = `lead${'-'.repeat(2 * MARKER.length)}`;

function traces(text: string): string[] {
  const bytes = Buffer.from(MARKER);
  return [MARKER, bytes.toString('base64').replace(/.?=*$/, ''), bytes.toString('hex')].filter((form) =>
    text.includes(form),
  );
}

describe('a secret in the parameters of a task', () => {
  const box = createSecretBox('a key of the test that is long enough to be one');
  let bed: ExecutorBed;

  beforeAll(async () => {
    bed = await ExecutorBed.open(1, { box, makeMasker: createMasker });
    await bed.startExecutor();
  });
  afterAll(() => bed.close());

  /** As a parameter: an envelope is JSON, which its type does not say. */
  const sealed = (text: string): { $sealed: SealedSecret['$sealed'] & Record<string, string | number> } => ({
    $sealed: { ...box.seal(new SecretValue(text)).$sealed },
  });

  /** Every row of every table, as text; bytea shows as hex. */
  async function dump(): Promise<string> {
    const client = new Client({ connectionString: bed.database.url });
    await client.connect();
    try {
      const tables = await client.query<{ name: string }>(
        `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
         WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
      );
      const rows: string[] = [];
      for (const { name } of tables.rows)
        rows.push(
          ...(await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).rows.map((it) => it.row),
        );
      return rows.join('\n');
    } finally {
      await client.end();
    }
  }

  async function everything(): Promise<Readonly<Record<string, string>>> {
    return {
      tables: await dump(),
      events: JSON.stringify([...bed.events.values()]),
      output: JSON.stringify(bed.output),
      shown: bed.output.map(({ data }) => Buffer.from(data, 'base64').toString('latin1')).join(''),
      log: bed.logged.join('\n'),
    };
  }

  async function expectNowhere(): Promise<void> {
    for (const [place, text] of Object.entries(await everything())) expect([place, ...traces(text)]).toEqual([place]);
  }

  it('reaches the file that it is for, is masked in what commands print, also where chunks cut it, and is nowhere else', async () => {
    const path = bed.pathOf('n1', 'password');
    // The halves come as chunks of their own: the second one is printed only when the first one has been seen.
    const cmd = `cd ~; echo "whole $(cat password)"; echo "to the other $(cat password)" >&2
printf '%s' "${LEAD}$(head -c ${HALF} password)"; until [ -e go ]; do sleep 0.05; done; tail -c +${HALF + 1} password; echo end`;
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('place@n1', {
          type: 'upload_file',
          parameters: { path, data: sealed(`${MARKER}\n`), permissions: '0600' },
        }),
        graphTask('print@n1', { requires: ['place@n1'], parameters: { cmd, given: sealed(MARKER) } }),
      ],
    });
    await waitUntil('the first half has come', () => bed.outputOf('print@n1').includes('lead'), { timeoutMs: 30_000 });
    expect(bed.outputOf('print@n1')).not.toContain(MARKER.slice(0, 1));
    expect(traces(processTexts())).toEqual([]);
    writeFileSync(bed.pathOf('n1', 'go'), '');
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
    expect(bed.fileOf('n1', 'password')).toBe(`${MARKER}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await waitUntil('the output is complete', () => bed.outputOf('print@n1').endsWith('end\n'));
    expect(bed.outputOf('print@n1')).toBe(`whole ${STARS}\n${LEAD}${STARS}\nend\n`);
    await waitUntil('so is the other stream', () => bed.outputOf('print@n1', 'stderr') === `to the other ${STARS}\n`);
    await expectNowhere();
  });

  it('is not told in the outputs of a task, nor in why a parameter was refused', async () => {
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('tell@n1', {
          parameters: {
            cmd: 'printf \'{"url": "db://me:%s@host"}\' "$(cat ~/password)" > "$MUSTER_OUTPUT"',
            given: sealed(MARKER),
          },
        }),
        graphTask('refused@n1', {
          type: 'upload_file',
          requires: ['tell@n1'],
          parameters: { path: '/never', data: 'x', permissions: sealed(MARKER) },
        }),
      ],
    });
    expect(await bed.end(deployment)).toMatchObject({
      outcome: 'failed',
      tasks: { 'tell@n1': 'succeeded', 'refused@n1': 'failed' },
    });
    const results = bed.log(deployment).flatMap((event) => (event.type === 'attempt-ended' ? [event.result] : []));
    expect(results).toEqual([
      expect.objectContaining({ kind: 'exited', outputs: { url: { $sealed: expect.anything() as unknown } } }),
      expect.objectContaining({
        kind: 'refused',
        detail: expect.stringContaining('<secret>, not an octal mode') as string,
      }),
    ]);
    await expectNowhere();
  });

  it("is not left in the launcher's folder on the node", async () => {
    await waitUntil(
      'the folders of the attempts are gone',
      () => traces(treeText(bed.pathOf('n1'), ['password'])).length === 0,
    );
  });

  it('would be found if it were there', async () => {
    // Printed by a task that was not given it, so that nobody knows what to mask.
    const { deployment } = await bed.deploy({
      tasks: [
        graphTask('leak@n1', {
          parameters: {
            cmd: 'cat ~/password; sh -c "until [ -e ~/seen ]; do sleep 0.05; done; exit 3" $(cat ~/password)',
          },
        }),
      ],
    });
    await waitUntil('argv shows it', () => traces(processTexts()).length > 0);
    writeFileSync(bed.pathOf('n1', 'seen'), '');
    await bed.end(deployment);
    await waitUntil('the output has come', () => bed.outputOf('leak@n1') !== '');
    bed.logged.push(MARKER);
    const found = Object.entries(await everything()).flatMap(([place, text]) =>
      traces(text).length > 0 ? [place] : [],
    );
    expect(found).toEqual(['output', 'shown', 'log']);
  });
});

/** Command lines and environments of all processes of this machine. */
function processTexts(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`])
    .map(textOf)
    .join('\n');
}

/** All files below `folder`, but those named. */
function treeText(folder: string, but: readonly string[]): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !but.includes(each.name))
    .map((each) => textOf(join(each.parentPath, each.name)))
    .join('\n');
}

/** Empty when it is gone by now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

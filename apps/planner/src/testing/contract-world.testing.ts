import { ApiDescription, type ApiDocument, type ApiOperation } from './api-description.testing';
import { SMALL_RELEASE } from './bundle-archive.testing';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from './test-planner.testing';

/** Values of path parameters, by name. */
export type Ids = Readonly<Record<string, string>>;

export interface Asked {
  readonly token?: string | null;
  readonly project?: string;
  readonly ids?: Ids;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; with a content type of JSON unless `headers` say another. */
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly headers: Headers;
  readonly text: string;
  /** Of JSON; null for anything else. */
  readonly body: unknown;
}

/** Far beyond what any route takes: whoever has not answered by then hangs. */
const ANSWER_MS = 20_000;

const RELEASE = {
  ...SMALL_RELEASE,
  'release.yaml': `${SMALL_RELEASE['release.yaml']}options:\n  security:\n    options:\n      tls: { title: Encrypted }\n`,
};
const PLUGIN = { 'plugin.yaml': 'name: plug\nversion: 1.0.0\nreleases: ["small@^1.0.0"]\n' };

/** A planner in whose project `default` there is something of everything that a route can name; `other` is empty. */
export class ContractWorld {
  private constructor(
    readonly planner: TestPlanner,
    readonly api: ApiDescription,
    /** What is there, by name of the path parameter. */
    readonly ids: Ids,
    /** The deployment of `ids.transaction`, as its executor knows it. */
    readonly deployment: string,
  ) {}

  static async start(): Promise<ContractWorld> {
    const planner = await TestPlanner.start();
    try {
      planner.executor.hostKeys.set('192.0.2.11', `SHA256:${'3'.repeat(43)}`);
      const api = new ApiDescription((await planner.get('/api/openapi.json')).body as ApiDocument);
      await planner.publish(RELEASE).then((each) => expectStatus(each, 201));
      await planner.publish(PLUGIN, 'plugins').then((each) => expectStatus(each, 201));
      await planner.apply().then((each) => expectStatus(each, 200));
      const made = async (path: string, body: object): Promise<Record<string, string>> => {
        const answer = await planner.post(path, body);
        if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
        return answer.body as Record<string, string>;
      };
      await made('/api/v1/projects', { name: 'other' });
      const plan = await made('/api/v1/clusters/c1/plans', {});
      const token = await made('/api/v1/tokens', { name: 'someone', role: 'viewer' });
      const hook = { name: 'hook', url: 'http://127.0.0.1:9/', kinds: ['project.*'] };
      await made('/api/v1/webhooks', hook);
      await planner.put('/api/v1/pools/licences', { slots: 3 }).then((each) => expectStatus(each, 200));
      const { transaction, deployment } = await planner.deploy();
      await planner.executor.tell(deployment, [
        { type: 'accepted' },
        { type: 'state-changed', state: 'running', text: null },
      ]);
      await planner.untilState(transaction, 'running');
      await made('/api/v1/presets', { name: 'web', cluster: 'c1' });
      const profile = { rules: ['cpus>=4'] };
      await planner.put('/api/v1/profiles/big', profile).then((each) => expectStatus(each, 200));
      const ids = {
        ...{ name: 'small', version: '1.0.0', cluster: 'c1', node: 'n1', number: '1', option: 'tls' },
        ...{ digest: plan['digest'] ?? '', pool: 'licences', project: 'default', token: token['name'] ?? '' },
        ...{ transaction, task: 'a@n1', webhook: 'hook', preset: 'web', profile: 'big' },
        inspection: (await made('/api/v1/inspections', { nodes: ['n2'] }))['inspection'] ?? '',
      };
      return new ContractWorld(planner, api, ids, deployment);
    } catch (error) {
      await planner.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.planner.close();
  }

  /** Path parameters that the world has nothing for: it is to be made, or another project's could be found unseen. */
  get missing(): readonly string[] {
    const names = this.api.operations.flatMap(({ path }) =>
      [...path.matchAll(/\{([^}]+)\}/g)].map((each) => each[1] ?? ''),
    );
    return [...new Set(names)].filter((name) => (this.ids[name] ?? '') === '');
  }

  /** Parameters of an operation in this world. */
  idsOf({ path }: ApiOperation): Ids {
    const plugin: Ids = path.includes('/plugins/') ? { name: 'plug' } : {};
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? '');
    return Object.fromEntries(
      names.map((name) => {
        return [name, plugin[name] ?? this.ids[name] ?? 'missing'];
      }),
    );
  }

  /** Sends an operation; the administrator's, with what is there, unless told otherwise. Streams are not waited for. */
  async ask(operation: ApiOperation, asked: Asked = {}): Promise<Answer> {
    const { token = ADMIN_TOKEN, ids = this.idsOf(operation), body, project } = asked;
    const path = operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ''));
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(project === undefined ? {} : { 'muster-project': project }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...asked.headers,
    };
    const response = await fetch(`${this.planner.url}${path}${asked.query ?? ''}`, {
      method: operation.method.toUpperCase(),
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    }).catch((error: unknown) => {
      throw new Error(`${operation.id} did not answer`, { cause: error });
    });
    const contentType = response.headers.get('content-type') ?? undefined;
    const text = await response.text();
    const isJson = contentType?.includes('json') === true;
    return {
      status: response.status,
      contentType,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  }

  /** What is wrong with an answer whatever was asked: a failure, or what the description does not tell of. */
  faultsOf(operation: ApiOperation, answer: Answer): readonly string[] {
    const faults = [...this.api.faultsOf(operation, answer.status, answer.contentType, answer.body)];
    if (answer.status === 500) faults.push(`${operation.id} failed: ${answer.text}`);
    if (answer.status >= 400) {
      const { status, problems = [] } = (answer.body ?? {}) as { status?: number; problems?: readonly unknown[] };
      if (answer.contentType?.includes('application/problem+json') !== true || status !== answer.status)
        faults.push(`${operation.id} answers ${answer.status} without problem details`);
      if (problems.length === 0) faults.push(`${operation.id} answers ${answer.status} without a problem`);
    }
    return faults;
  }
}

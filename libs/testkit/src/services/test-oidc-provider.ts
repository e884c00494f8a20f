import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real provider of OpenID Connect, in a process of its own since it is made of ES modules. */
export class TestOidcProvider {
  private constructor(
    readonly issuer: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<TestOidcProvider> {
    const child = spawn(process.execPath, [join(__dirname, 'oidc-provider.mjs')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] },
    });
    const [issuer] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new TestOidcProvider(issuer, child);
  }

  /** An access token of a client, as JWT. */
  async tokenOf(client: string, resource = 'urn:muster'): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${client}:${encodeURIComponent(`secret of ${client}`)}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'api' }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`);
    return answer.access_token;
  }

  /** Does in a browser's place what a person does at the address that a device shows: signs in as `name` and says yes. */
  async confirm(address: string, name: string): Promise<string> {
    const cookies = new Map<string, string>();
    let next: { readonly url: string; readonly form?: URLSearchParams } = { url: address };
    for (let step = 0; step < 20; step++) {
      const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');
      const sent = next.form === undefined ? {} : { method: 'POST', body: next.form };
      const page = await fetch(next.url, { ...sent, redirect: 'manual', headers: { cookie } });
      for (const each of page.headers.getSetCookie()) {
        const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
        cookies.set(key, value);
      }
      const location = page.headers.get('location');
      const html = await page.text();
      if (location !== null) {
        next = { url: new URL(location, next.url).href };
        continue;
      }
      const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
      if (action === undefined) return html;
      const fields = [...html.matchAll(/<input[^>]*name="([^"]+)"[^>]*?(?:value="([^"]*)")?[^>]*>/g)];
      const form = new URLSearchParams();
      for (const [input, key = ''] of fields) form.append(key, /value="([^"]*)"/.exec(input)?.[1] ?? name);
      next = { url: new URL(action.replaceAll('&amp;', '&'), next.url).href, form };
    }
    throw new Error('the provider asks on and on');
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.stdin?.end();
    await ended;
  }
}

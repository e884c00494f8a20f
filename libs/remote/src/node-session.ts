import type { NodeFailure, NodeTarget, NodeTicket } from '@muster/execution';
import { refused, unreachable } from './connection/node-failure';
import { within, type SshLink } from './connection/ssh-link';
import { ChannelClosed, LauncherChannel, type Answer, type LauncherOptions } from './launcher/launcher-channel';
import { refusalOf } from './launcher/refusal';

/** The launcher running on one node, over one connection. */
export class NodeSession {
  #owner = '';
  #folder = '';
  #closed = false;
  #usedAt = performance.now();

  private constructor(
    readonly target: NodeTarget,
    readonly link: SshLink,
    readonly launcher: LauncherChannel,
    readonly bootId: string,
    /** What the machine is known by, under whatever name and address. */
    readonly machine: string,
  ) {}

  /** Starts the launcher on the node. `shell` is what runs it, `/bin/sh` but for tests. */
  static async open(
    target: NodeTarget,
    link: SshLink,
    options: LauncherOptions & { readonly shell: string },
  ): Promise<NodeSession | NodeFailure> {
    let launcher: LauncherChannel;
    let ended: Promise<boolean>;
    try {
      const asked = link.exec(`exec ${target.become === 'sudo' ? 'sudo -n ' : ''}${options.shell}`);
      // A server may let us in and then never answer; keepalives do not tell, since it answers those.
      const { channel, hasEnded } = await within(asked, options.helloTimeoutMs);
      ended = hasEnded;
      launcher = new LauncherChannel(channel, { ...options, stateDir: target.stateDir });
    } catch (error) {
      link.close();
      return unreachable(
        `node ${target.name} opened no session: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    const hello = await launcher.open();
    if (hello.kind === 'hello') return new NodeSession(target, link, launcher, hello.bootId, hello.machine);
    // A shell that is no shell ends with a code. Without one the machine or its sshd went down meanwhile, or the link broke.
    const isShellGone =
      hello.kind === 'closed' && !hello.silent && (await within(ended, options.helloTimeoutMs).catch(() => false));
    link.close();
    if (hello.kind === 'missing') return refused('NODE_REQUIREMENT_MISSING', `node ${target.name}: ${hello.detail}`);
    if (hello.silent)
      return unreachable(
        `node ${target.name} logged in, but its shell did not answer in time; does \`ssh ${target.user}@${target.address} exec /bin/sh\` give one?`,
      );
    if (!isShellGone) return unreachable(`the connection to node ${target.name} broke during the login`);
    const said = hello.detail ? `: ${hello.detail}` : '';
    return target.become === 'sudo'
      ? refused('NODE_BECOME_REFUSED', `sudo -n on node ${target.name} gave no shell${said}`)
      : refused('NODE_SHELL_UNUSABLE', `the login of ${target.user} on node ${target.name} gave no shell${said}`);
  }

  /** Called once, when the connection or its launcher is gone. */
  onClosed(listener: () => void): void {
    const once = (): void => {
      if (this.#closed) return;
      this.#closed = true;
      this.link.close();
      listener();
    };
    this.launcher.onClosed = once;
    this.link.onClosed(() => {
      this.launcher.close();
      once();
    });
  }

  get closed(): boolean {
    return this.#closed || this.link.closed;
  }

  /** The state folder's id, once `own` has succeeded. */
  get stateFolder(): string {
    return this.#folder;
  }

  /** Raises the ticket on the node and makes this launcher the one that acts there; remembered for the same ticket. */
  async own(ticket: NodeTicket, adopt: boolean): Promise<NodeFailure | null> {
    const owner = `${ticket.installation} ${ticket.ticket}`;
    if (owner === this.#owner && !adopt) return null;
    const { words } = await this.launcher.request('own', [ticket.installation, ticket.ticket, adopt ? 'adopt' : 'own']);
    if (words[0] !== 'ok') return this.refusal(words);
    this.#owner = owner;
    this.#folder = words[1] ?? '';
    return null;
  }

  /** The failure that an answer of the launcher means. */
  refusal(words: readonly string[]): NodeFailure {
    return refusalOf(this.target.name, words);
  }

  close(): void {
    this.launcher.close();
    this.link.close();
  }

  /** How long nothing was asked of this launcher. */
  get idleMs(): number {
    return performance.now() - this.#usedAt;
  }

  request(...request: Parameters<LauncherChannel['request']>): Promise<Answer> {
    this.#usedAt = performance.now();
    return this.launcher.request(...request);
  }
}

/** What `ask` gives, or a failure if the link broke meanwhile. For requests that change nothing on the node. */
export async function orUnreachable<T>(node: string, ask: () => Promise<T>): Promise<T | NodeFailure> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ChannelClosed) return unreachable(`the connection to node ${node} broke`);
    throw error;
  }
}

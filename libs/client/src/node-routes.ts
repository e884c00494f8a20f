import type { Connection } from './connection';
import type { AdoptedNode, InspectedNode, NodeHistoryEntry, NodeView, RegisteredNodes, RegisterNode } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class NodeRoutes {
  constructor(private readonly connection: Connection) {}

  /** All of them or none. */
  add(nodes: readonly RegisterNode[], acceptHostKeys = false): Promise<RegisteredNodes> {
    return this.connection.json('POST', path('nodes'), { json: { nodes, acceptHostKeys } });
  }

  list(): AsyncGenerator<NodeView> {
    return allPages(this.connection, path('nodes'));
  }

  get(name: string): Promise<NodeView> {
    return this.connection.json('GET', path('nodes', name));
  }

  async remove(name: string): Promise<void> {
    await this.connection.json('DELETE', path('nodes', name));
  }

  /** What has happened to it, newest first. */
  history(name: string): AsyncGenerator<NodeHistoryEntry> {
    return allPages(this.connection, path('nodes', name, 'history'));
  }

  /** `retire`: keep it on record, not to be used; `restore`: use it again; `reset`: what was wrong with it is mended. */
  move(name: string, verb: 'retire' | 'restore' | 'reset', reason?: string): Promise<NodeView> {
    return this.connection.json('POST', path('nodes', name, verb), { json: reason === undefined ? {} : { reason } });
  }

  /** Takes the node over from another installation. */
  adopt(name: string): Promise<AdoptedNode> {
    return this.connection.json('POST', path('nodes', name, 'adopt'), { json: {} });
  }

  /** Asks the machine itself: the host key it shows, and what else is found. */
  inspect(name: string): Promise<InspectedNode> {
    return this.connection.json('POST', path('nodes', name, 'inspect'), { json: {} });
  }
}

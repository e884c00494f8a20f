import type { Connection } from './connection';
import type {
  AdoptedNode,
  DiscoveredMachines,
  InspectedNode,
  Inspection,
  InspectionWithNodes,
  ListedNode,
  NodeDriverView,
  NodeFilter,
  NodeHistoryEntry,
  NodeView,
  PoweredNode,
  PowerWish,
  RegisteredNodes,
  RegisterNode,
} from './dto';
import { allPages } from './pages';
import { path } from './path';

export class NodeRoutes {
  constructor(private readonly connection: Connection) {}

  /** All of them or none. */
  add(nodes: readonly RegisterNode[], acceptHostKeys = false): Promise<RegisteredNodes> {
    return this.connection.json('POST', path('nodes'), { json: { nodes, acceptHostKeys } });
  }

  /** By name. */
  list(filter: NodeFilter = {}): AsyncGenerator<ListedNode> {
    const { state, online, ...rest } = filter;
    const query = {
      ...rest,
      ...(state === undefined ? {} : { state: state.join(',') }),
      ...(online === undefined ? {} : { online: String(online) }),
    };
    return allPages(this.connection, path('nodes'), query);
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

  /** By hand, whatever its facts; null: none. */
  giveProfile(name: string, profile: string | null): Promise<NodeView> {
    return this.connection.json('PUT', path('nodes', name, 'profile'), { json: { profile } });
  }

  /** How it is made, erased and switched. */
  driver(name: string): Promise<NodeDriverView> {
    return this.connection.json('GET', path('nodes', name, 'driver'));
  }

  /** In place of any other. `etag`: refused if the node was changed since. */
  writeDriver(name: string, driver: unknown, etag?: string): Promise<NodeDriverView> {
    const headers = etag === undefined ? {} : { headers: { 'if-match': `"${etag}"` } };
    return this.connection.json('PUT', path('nodes', name, 'driver'), { json: driver, ...headers });
  }

  /** It has its cluster's driver again. */
  clearDriver(name: string): Promise<NodeDriverView> {
    return this.connection.json('DELETE', path('nodes', name, 'driver'));
  }

  /** Has its driver switch it, or say whether it is on. */
  power(name: string, wish: PowerWish): Promise<PoweredNode> {
    return this.connection.json('POST', path('nodes', name, 'power'), { json: wish });
  }

  /** Which SSH servers there are in a range of addresses. */
  discover(
    range: string,
    wish: { readonly port?: number; readonly allowPublic?: boolean; readonly jump?: string } = {},
  ): Promise<DiscoveredMachines> {
    return this.connection.json('POST', path('discoveries'), { json: { range, ...wish } });
  }

  /** Accepts a host key that was compared with the machine; `replace`: also in place of another one. */
  acceptHostKey(name: string, hostKey: string, replace: boolean, reason?: string): Promise<NodeView> {
    const json = { hostKey, replace, ...(reason === undefined ? {} : { reason }) };
    return this.connection.json('PUT', path('nodes', name, 'host-key'), { json });
  }

  /** Has nodes asked for their facts, beside this request; none named: all of them. */
  startInspection(names: readonly string[] | null, reason?: string): Promise<InspectionWithNodes> {
    const json = { ...(names === null ? {} : { nodes: names }), ...(reason === undefined ? {} : { reason }) };
    return this.connection.json('POST', path('inspections'), { json });
  }

  inspection(id: string): Promise<InspectionWithNodes> {
    return this.connection.json('GET', path('inspections', id));
  }

  inspections(): AsyncGenerator<Inspection> {
    return allPages(this.connection, path('inspections'));
  }

  /** Asks the machine itself: the host key it shows, and what else is found. */
  inspect(name: string): Promise<InspectedNode> {
    return this.connection.json('POST', path('nodes', name, 'inspect'), { json: {} });
  }
}

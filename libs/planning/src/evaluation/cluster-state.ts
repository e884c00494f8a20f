import { commonSettings, deepUnion, enabledOptions, knownOptions, settingsSchema, withDefaults } from '@muster/catalog';
import { MASTER, SYNC_POINT, type Bundle, type ClusterSpec, type JsonObject } from '@muster/model';
import type { ExpectedState } from '../previous/previous-states';

/** What expressions see of a cluster: per place the common part, the node's part and both together. Everything is made once. */
export class ClusterState {
  readonly #schema: JsonObject | null;
  readonly #common: JsonObject;
  readonly #settings: ReadonlyMap<string, JsonObject>;
  readonly #states = new Map<string, ExpectedState>();

  constructor(
    private readonly cluster: ClusterSpec,
    bundles: readonly Bundle[],
  ) {
    this.#schema = settingsSchema(bundles).schema;
    const common = commonSettings(cluster, bundles);
    this.#common = withOptions(this.#schema ? withDefaults(this.#schema, common) : common, cluster, bundles);
    this.#settings = new Map(cluster.nodes.map(({ name, settings }) => [name, settings]));
  }

  /**
   * The state of a place: a node, `master` (settings of the node that carries it) or `sync` (the common part alone).
   * `uid`, `name`, `roles` and `tags` are added where the settings do not give them; roles and tags are both `tags`.
   */
  of(place: string, tags: readonly string[]): ExpectedState {
    const known = this.#states.get(place);
    if (known) return known;
    const carrier = place === MASTER ? this.cluster.master : place;
    const own = (carrier === null ? undefined : this.#settings.get(carrier)) ?? {};
    const shown = place === MASTER ? [MASTER] : tags;
    const given = place === SYNC_POINT ? {} : { uid: place, name: place, roles: shown, tags: shown };
    const added = Object.entries(given).filter(
      ([key]) => !Object.hasOwn(own, key) && !Object.hasOwn(this.#common, key),
    );
    const state = { common: this.#common, node: added.length === 0 ? own : { ...own, ...Object.fromEntries(added) } };
    this.#states.set(place, state);
    return state;
  }

  /** `$`: node part over common part, defaults of the schema filled in. */
  union({ common, node }: ExpectedState): JsonObject {
    const union = deepUnion(common, node);
    return this.#schema ? withDefaults(this.#schema, union) : union;
  }
}

/** `options` says of every option that there is whether it is on, where the settings do not say something of that name. */
function withOptions(common: JsonObject, cluster: ClusterSpec, bundles: readonly Bundle[]): JsonObject {
  const known = knownOptions(bundles);
  if (known.size === 0 || Object.hasOwn(common, 'options')) return common;
  const enabled = new Set(enabledOptions(cluster, known));
  return { ...common, options: Object.fromEntries([...known.keys()].map((name) => [name, enabled.has(name)])) };
}

import type { Bundle, ClusterSpec, GraphTask, Plan } from '@muster/model';
import { formatProblem } from '@muster/problems';
import { parse } from 'yaml';
import { newtonCluster, withComputes, withoutNode, withSetting } from './fuel-cluster.testing';
import { fuelData, readFuel } from '@muster/testkit';
import { asSucceeded, plan } from './index';
import { release, sha256 } from './planning.testing';

const folder = fuelData();

if (folder === null) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("Planning OpenStack with the field's conditions was left out: its data are absent.");
  });
} else {
  const tasksText = readFuel(folder, 'fuel-library-newton-tasks.yaml');
  const bundle = release(tasksText);
  const cluster = newtonCluster();
  const everyRole = newtonCluster('cluster-all-roles.yaml');

  /** Text of each condition by definition, as it stands in the file. */
  const conditions = new Map(
    (parse(tasksText, { uniqueKeys: false }) as { id: string; condition?: { yaql_exp: string } }[]).flatMap(
      ({ id, condition }): [string, string][] => (condition ? [[id, condition.yaql_exp]] : []),
    ),
  );

  /** Definitions whose condition has one of these in its text. */
  const naming = (...patterns: readonly RegExp[]): string[] =>
    [...conditions].flatMap(([id, text]) => (patterns.some((pattern) => pattern.test(text)) ? [id] : []));

  /** `changed($)`: everything reaches it. */
  const EVERYTHING = /changed\(\$\)/;
  /** Conditions of services that `cluster.yaml` switches off; nothing reaches those. */
  const SWITCHED_OFF = naming(
    /^\(?\$\.(ceilometer|ironic|murano|sahara)\.enabled and/,
    /^\(?\$\.get\('(murano-cfapi|mu_upgrade)'(, \{\})?\)\.(get\('enabled'\)|enabled) and/,
    /^\(?\$\.storage\.objects_ceph (and|or)/,
  );

  const planned = (
    spec: ClusterSpec,
    before: ClusterSpec | null,
    { raw = false, from = bundle }: { readonly raw?: boolean; readonly from?: Bundle } = {},
  ): Plan => {
    // As kept elsewhere: equal to what the settings say, but not the same objects.
    const previous = before && asSucceeded(structuredClone(before), from, [], sha256);
    const outcome = plan({
      cluster: spec,
      release: from,
      plugins: [],
      graphType: 'default',
      options: { raw },
      sha256,
      ...(previous ? { previous: previous.states, previousPrimaries: previous.primaries } : {}),
    });
    if (!outcome.plan || outcome.problems.length > 0) throw new Error(outcome.problems.map(formatProblem).join('\n'));
    return outcome.plan;
  };
  const running = (made: Plan): string[] => made.tasks.flatMap(({ task, action }) => (action === 'run' ? [task] : []));

  /** Tasks of these definitions wherever the plan has them, without some definitions or tasks. */
  const tasksOf = (
    made: Plan,
    ids: readonly string[],
    { without = [] }: { readonly without?: readonly string[] } = {},
  ): string[] =>
    made.tasks
      .filter(
        ({ definition, task }) => ids.includes(definition) && ![definition, task].some((it) => without.includes(it)),
      )
      .map(({ task }) => task);

  /** What runs every time: definitions without a condition, and those whose condition looks at no change and holds. */
  const ALWAYS = [
    'copy_keys',
    'create_resources',
    'generate_keys',
    'heat-cfn-keystone',
    'openstack-haproxy',
    'rsync_core_puppet',
  ];
  const LOOK_AT_NO_CHANGE = ['plugins_rsync', 'plugins_setup_repositories'];

  describe("OpenStack from the field's definitions, on three controllers and two computes", () => {
    const first = planned(cluster, null);

    it('is the graph of the field', () => {
      expect(first.tasks).toHaveLength(486);
      const raw = planned(cluster, null, { raw: true });
      expect(raw.tasks.reduce((sum, { requires }) => sum + requires.length, 0)).toBe(1817);
    });

    it('runs everything at first, but for what is switched off or has nothing to do', () => {
      const idle = [
        // Routers are highly available; there are no plugins, huge pages or certificates of the operator's own.
        ...['openstack-network-routers', ...LOOK_AT_NO_CHANGE, 'allocate_hugepages', 'ssl-keys-saving'],
        // Only where something was deployed before.
        'restart-haproxy',
      ];
      const ids = first.tasks.filter(({ reason }) => reason.code !== 'no-work').map(({ definition }) => definition);
      // The first node has the primary's task, `primary-cluster`, instead.
      expect(running(first)).toEqual(tasksOf(first, ids, { without: [...SWITCHED_OFF, ...idle, 'cluster@1'] }));
    });

    it('runs only what asks for no change once nothing changed', () => {
      expect(running(planned(cluster, cluster))).toEqual(tasksOf(first, ALWAYS));
    });

    const reached: Record<string, { spec: ClusterSpec; expected: string[] }> = {
      'one of the NTP servers': {
        spec: newtonCluster('cluster-other-ntp.yaml'),
        // Nothing on the computes: `ntp-client` looks at `ntp_servers`, which the settings do not have.
        expected: tasksOf(first, [...ALWAYS, ...naming(EVERYTHING), 'ntp-server', 'ntp-check']),
      },
      'whether the dashboard has a certificate': {
        spec: withSetting(cluster, 'public_ssl.horizon', false),
        expected: tasksOf(first, [...ALWAYS, ...naming(EVERYTHING, /\$\.public_ssl/)], {
          without: [
            ...SWITCHED_OFF,
            // Asks for a host name that changed, on nodes that were deployed before.
            'restart-haproxy',
            // Asks for certificates that an operator gave.
            'ssl-keys-saving',
            // Keys were there before, no node is new, and the host name is the same.
            'copy_haproxy_keys',
          ],
        }),
      },
      'that bare metal is offered': {
        spec: withSetting(cluster, 'ironic.enabled', true),
        // In the field, too, its load balancer waits for another change: `openstack-haproxy-ironic` does not ask for this.
        expected: tasksOf(first, [...ALWAYS, ...naming(EVERYTHING, /\$\.ironic\b/)], {
          without: ['openstack-haproxy-ironic'],
        }),
      },
      "the port of the operator's syslog server": {
        spec: withSetting(cluster, 'syslog.syslog_port', '1514'),
        expected: tasksOf(first, [...ALWAYS, ...naming(EVERYTHING), 'logging']),
      },
      'what runs virtual machines': {
        spec: withSetting(cluster, 'libvirt_type', 'qemu'),
        expected: tasksOf(first, [
          ...[...ALWAYS, ...naming(EVERYTHING)],
          ...[
            'enable_nova_compute_service',
            'openstack-controller',
            'primary-openstack-controller',
            'top-role-compute',
          ],
        ]),
      },
    };

    it.each(Object.keys(reached))('runs exactly what a change reaches: %s', (name) => {
      const { spec, expected } = reached[name] as (typeof reached)[string];
      expect(running(planned(spec, cluster))).toEqual(expected);
    });

    /** Conditions on all that is known of all nodes. */
    const ALL_NODES = [EVERYTHING, /\$\.network_metadata(?![\w.])/, /changed\(\$\.network_metadata\.nodes\)/];

    it('deploys a new compute wholly, and tells the others of it', () => {
      const made = planned(withComputes(cluster, 3), cluster);
      const onFirst = running(first).filter((task) => task.endsWith('@4'));
      const elsewhere = tasksOf(
        made,
        // Computes look at whoever has an address for messages.
        [...ALWAYS, ...naming(...ALL_NODES, /where\(\s*\$\.network_roles\.get\('mgmt\/messaging'\)/)],
        { without: [...SWITCHED_OFF, 'cluster@1'] },
      ).filter((task) => !task.endsWith('@6'));
      expect(running(made)).toEqual([...elsewhere, ...onFirst.map((task) => task.replace('@4', '@6'))].sort());
    });

    it('tells everybody of a controller that is gone, and names it', () => {
      const made = planned(withoutNode(cluster, '3'), cluster);
      // Besides, all that looks at controllers alone: their roles, or their addresses for messages.
      const ids = [...ALWAYS, ...naming(...ALL_NODES, /\bnode_roles\b/)];
      // Where `$.uid` in a filter is the node's own, only that node's own entry counts.
      expect(running(made)).toEqual(tasksOf(made, ids, { without: [...SWITCHED_OFF, 'cluster@1'] }));
      const data = made.tasks.find(({ task }) => task === 'generate_deleted_nodes@master')?.parameters['data'];
      expect(parse(String(data))).toEqual({ deleted_nodes: ['node-3.cloud.example'] });
    });

    it('says of each task what made it run', () => {
      const made = planned(newtonCluster('cluster-other-ntp.yaml'), cluster);
      const reason = (task: string): GraphTask['reason'] | undefined =>
        made.tasks.find((it) => it.task === task)?.reason;
      expect(reason('ntp-server@2')).toMatchObject({ code: 'condition-true', text: expect.stringContaining('ntp') });
      expect(reason('memcached@2')).toMatchObject({ code: 'condition-false' });
    });
  });

  describe("OpenStack from the field's definitions, with every role", () => {
    it('evaluates each of the 175 conditions wherever it stands, at first and again', () => {
      const first = planned(everyRole, null);
      expect(conditions.size).toBe(175);
      const placed = new Set(first.tasks.map(({ definition }) => definition));
      expect([...conditions.keys()].filter((id) => !placed.has(id))).toEqual([]);
      expect(running(planned(everyRole, everyRole))).toEqual(tasksOf(first, [...ALWAYS, ...LOOK_AT_NO_CHANGE]));
      // With a service on every one of its nodes, one flag reaches far.
      const verbose = [...naming(EVERYTHING, /\$\.debug\b/), 'logging'];
      expect(running(planned(withSetting(everyRole, 'debug', true), everyRole))).toEqual(
        tasksOf(first, [...ALWAYS, ...LOOK_AT_NO_CHANGE, ...verbose]),
      );
    });

    it('has the tags that the roles of the field give', () => {
      const { roles_metadata: roles, tags_metadata: tags } = parse(
        readFuel(folder, 'fuel-web-newton-roles-tags.yaml'),
      ) as {
        roles_metadata: Record<string, { tags: string[] }>;
        tags_metadata: Record<string, { has_primary: boolean }>;
      };
      const named = release(tasksText, {
        compat: 'fuel',
        fuelVersion: '10.0',
        roles: Object.fromEntries(Object.entries(roles).map(([name, role]) => [name, { tags: role.tags }])),
        tags: Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, { hasPrimary: tag.has_primary }])),
      });
      const derived = { ...everyRole, nodes: everyRole.nodes.map((node) => ({ ...node, tags: null })) };
      const [given, made] = [planned(everyRole, null, { from: named }), planned(derived, null, { from: named })];
      expect(made.tasks).toEqual(given.tasks);
      const roleNames = new Set(everyRole.nodes.flatMap((node) => node.roles));
      expect([...roleNames].sort()).toEqual(Object.keys(roles).sort());
    });
  });
}

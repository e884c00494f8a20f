import { parseBundle } from '@muster/catalog';
import type { Bundle, GraphTask, JsonObject } from '@muster/model';
import { parse } from 'yaml';
import { newtonCluster } from './fuel-cluster.testing';
import { fuelData, readFuel } from '@muster/testkit';
import { plan, type PlanOutcome } from './index';
import { codes, sha256 } from './planning.testing';

const folder = fuelData();

if (folder === null) {
  it("is left out: the field's data are absent (MUSTER_FUEL_DATA, ../shared/fuel)", () => {
    console.warn("Planning the field's other graphs was left out: its data are absent.");
  });
} else {
  const bundle = otherGraphs(readFuel(folder, 'fuel-library-newton-extra-graphs.yaml'));
  // The graphs for provisioning and deletion run commands on the master node, which a cluster has to allow.
  const cluster = { ...newtonCluster('cluster-all-roles.yaml'), allow: ['master_shell'] };
  const planned = (graphType: string, attributes: Record<string, JsonObject>): PlanOutcome =>
    plan({ cluster, release: bundle, plugins: [], graphType, attributes, sha256 });
  const task = ({ plan: made }: PlanOutcome, address: string): GraphTask | undefined =>
    made?.tasks.find((each) => each.task === address);

  describe("the field's other graphs", () => {
    it('erase the nodes that are to go, each by its own name, and no others', () => {
      const made = planned('experimental-deletion', {
        '5': { pending_deletion: true },
        '7': { error_type: 'deletion' },
      });
      expect(made.problems).toEqual([]);
      expect(made.plan?.tasks.map((each) => `${each.task} ${each.requires.join()}`)).toEqual([
        'cobbler_enable_netboot@5 deletion_start@sync',
        'cobbler_enable_netboot@7 deletion_start@sync',
        'deletion_end@sync node_erase@5,node_erase@7',
        'deletion_start@sync ',
        'move_to_bootstrap@5 cobbler_enable_netboot@5',
        'move_to_bootstrap@7 cobbler_enable_netboot@7',
        'node_erase@5 move_to_bootstrap@5',
        'node_erase@7 move_to_bootstrap@7',
      ]);
      expect(task(made, 'cobbler_enable_netboot@7')?.parameters['cmd']).toBe(
        'sh /etc/puppet/modules/osnailyfacter/modular/provision/netboot enable node-7',
      );
    });

    it('provision the nodes that are new; a relation of theirs leads nowhere', () => {
      const made = planned('experimental-provision', { '4': { pending_addition: true } });
      expect(codes(made.problems)).toEqual(['PLAN_UNKNOWN_NAME task node_reboot']);
      expect(task(made, 'move_to_bootstrap@4')?.parameters['slave_name']).toBe('node-4');
      expect(JSON.parse(String(task(made, 'upload_provision_info@4')?.parameters['data']))).toMatchObject({
        name: 'node-4',
        method: 'image',
        codename: 'xenial',
      });
      expect(made.plan?.tasks.filter(({ node }) => !['4', 'master', 'sync'].includes(node))).toEqual([]);
    });

    it('check the network of new nodes; a relation of theirs leads nowhere', () => {
      const made = planned('experimental-net-verification', { '4': { pending_addition: true } });
      expect(codes(made.problems)).toEqual(['PLAN_UNKNOWN_NAME task v_upload_cluster_configuration']);
      expect(task(made, 'connectivity-checker@4')?.action).toBe('run');
    });
  });
}

function otherGraphs(text: string): Bundle {
  const graphs = parse(text) as Record<string, { metadata: unknown; tasks: unknown[] }>;
  const { bundle } = parseBundle([
    { path: 'release.yaml', text: JSON.stringify({ name: 'openstack-newton', version: '10.0.0', compat: 'fuel' }) },
    ...Object.entries(graphs).flatMap(([type, { metadata, tasks }]) => [
      { path: `graphs/${type}/graph.yaml`, text: JSON.stringify(metadata) },
      { path: `graphs/${type}/tasks.yaml`, text: JSON.stringify(tasks) },
    ]),
  ]);
  if (!bundle) throw new Error('the graphs cannot be read');
  return bundle;
}

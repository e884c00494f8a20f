import { bundleOf, MANIFEST } from '../catalog.testing';
import { checkCluster } from './check-cluster';
import { parseClusterFile } from './parse-cluster-file';

const release = bundleOf({
  'release.yaml': `${MANIFEST}roles:
  db: {min: 1, max: 1}
  web: {min: 2, conflicts: [db]}
settings:
  type: object
  required: [domain]
  properties:
    domain: {type: string}
    port: {type: integer, minimum: 1, default: 80}
    password: {type: string, secret: true, minLength: 8}
`,
  'tasks.yaml': '- {id: x, type: shell, roles: [extra], parameters: {cmd: "true"}}\n',
});
const plugin = (manifest: string): ReturnType<typeof bundleOf> =>
  bundleOf({ 'plugin.yaml': `name: p\nversion: 1.0.0\n${manifest}` });

function check(text: string, plugins: Parameters<typeof checkCluster>[2] = []): string[] {
  const { spec, placeOf, problems } = parseClusterFile(text, 'c.yaml');
  if (!spec) throw new Error(JSON.stringify(problems));
  return checkCluster(spec, release, plugins, placeOf).map(
    ({ code, severity, subject, summary, place }) => `${place?.line} ${severity} ${code} ${subject}: ${summary}`,
  );
}

const GOOD =
  'cluster: c\nsettings: {domain: x}\nnodes:\n  a: {roles: [db]}\n  b: {roles: [web]}\n  c: {roles: [web, extra]}\n';

describe('a cluster and its release', () => {
  it('fit', () => {
    expect(check(GOOD)).toEqual([]);
  });

  it('do not fit: everything is said at once, with the line in the cluster file', () => {
    const text =
      'cluster: c\nsettings:\n  port: 0\n  password: hunter2\nnodes:\n  a: {roles: [db, web]}\n  b: {roles: [db, wb]}\n  c:\n    roles: []\n    settings: {port: x}\n';
    expect(check(text)).toEqual([
      '7 warning CLUSTER_UNKNOWN_ROLE node b: has the role wb, which neither the release nor its plugins declare',
      '5 error CLUSTER_ROLE_COUNT role db: has 2 nodes; the release wants exactly 1',
      '5 error CLUSTER_ROLE_COUNT role web: has 1 node; the release wants at least 2',
      '6 error CLUSTER_ROLE_CONFLICT node a: has the roles db and web, which exclude each other',
      '2 error CLUSTER_SETTINGS_INVALID cluster c: setting `domain` is required',
      '3 error CLUSTER_SETTINGS_INVALID cluster c: setting `port` must be at least 1',
      '4 error CLUSTER_SETTINGS_INVALID cluster c: setting `password` must have at least 8 characters',
      '10 error CLUSTER_SETTINGS_INVALID node c: setting `port` must be of type integer',
    ]);
    expect(check(text).join()).not.toContain('hunter2');
  });

  it('do not fit if a ramp is for a role that nobody has', () => {
    expect(check(`${GOOD}limits: {ramps: {extra: null, web: {steps: [1]}, wbe: {steps: [1]}}}\n`)).toEqual([
      '7 error CLUSTER_UNKNOWN_ROLE ramp of wbe: is for a role that neither the release nor any node has',
    ]);
  });

  it('let settings come from each node', () => {
    expect(
      check(
        'cluster: c\nnodes:\n  a: {roles: [db], settings: {domain: x}}\n  b: {roles: [web], settings: {domain: y}}\n  c: {roles: [web]}\n',
      ),
    ).toEqual(['1 error CLUSTER_SETTINGS_INVALID cluster c: setting `domain` is required']);
  });

  it('know of plugins: for which release they are, and the settings that they add', () => {
    const fitting = plugin('releases: ["r@^1.0.0"]\nsettings: {properties: {alerts: {type: boolean}}}');
    expect(check(GOOD.replace('domain: x', 'domain: x, alerts: maybe'), [fitting])).toEqual([
      '2 error CLUSTER_SETTINGS_INVALID cluster c: setting `alerts` must be of type boolean',
    ]);
    expect(check(GOOD, [plugin('releases: ["r@^2.0.0", "s@*"]')])).toEqual([
      '1 error CLUSTER_PLUGIN_INCOMPATIBLE plugin p@1.0.0: is made for r@^2.0.0, s@*, and the cluster has r@1.0.0',
    ]);
    expect(check(GOOD, [plugin('releases: ["r@*"]\nsettings: {properties: {domain: {type: number}}}')])[0]).toContain(
      'CLUSTER_SETTINGS_CLASH setting domain: is declared differently (properties) by release r@1.0.0 and plugin p@1.0.0',
    );
  });
});

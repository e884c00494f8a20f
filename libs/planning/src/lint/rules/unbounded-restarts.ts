import type { Json, Role, TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import { exampleSize } from '../example-size';
import { isPrimary, plainTag } from '../known-tags';
import type { LintGraph } from '../lint-graph';
import { finding, listed, over } from '../lint-rule';

/** Names of services that go on only while most of their nodes do. */
const QUORUM_NAME =
  /etcd|zookeeper|consul|galera|mysql|mariadb|rabbit|mongo|ceph-mon|pacemaker|corosync|cassandra|kafka|quorum|raft/i;
const RESTARTING_COMMAND =
  /\b(re-?start|try-restart|condrestart|reload|reboot|shutdown)\b|\b(systemctl\s+stop|service\s+\S+\s+stop)\b/i;

/** Definitions that restart something on nodes that keep a quorum, with nothing that bounds how many do so at once. */
export function findUnboundedRestarts(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) => {
    if (definition.strategy.amount !== 'unlimited') return [];
    const nodes = graph.nodesOf(definition);
    const { few, many } = exampleSize(graph.tags, nodes);
    // One node at a time, whoever asks.
    if (few + many < 2) return [];
    graph.work.spend([...nodes.tags].reduce((sum, tag) => sum + 1 + graph.tags.rolesOf(tag).length / 2, 0));
    graph.work.spend(textOf(definition.parameters['cmd']).length / 100);
    const tags = [...nodes.tags].filter((tag) => !isPrimary(tag) && !isBounded(graph, tag));
    const what = restartOf(definition);
    const restarted =
      what === null
        ? setUpBy(
            definition,
            tags.filter((tag) => keepsQuorum(graph, tag)),
          )
        : tags.filter((tag) => keepsQuorum(graph, tag) || graph.tags.hasPrimary(tag));
    if (restarted.length === 0) return [];
    return [
      finding(graph, 'LINT_UNBOUNDED_RESTARTS', definition, {
        summary: `${what ?? 'sets up a service, and restarts it where something changed,'} on all nodes of ${listed(restarted.sort())} at once, which may need most of them up`,
      }),
    ];
  });
}

/** Its name says so, or that there are at least three. */
function keepsQuorum(graph: LintGraph, tag: string): boolean {
  return QUORUM_NAME.test(tag) || graph.tags.rolesOf(tag).some(({ min, name }) => min >= 3 || QUORUM_NAME.test(name));
}

/** Its roles bound how many of their nodes act at once. */
function isBounded(graph: LintGraph, tag: string): boolean {
  const isBoundedRole = ({ concurrency, mode, max }: Role): boolean =>
    concurrency !== null || mode === 'serial' || max === 1;
  const roles = graph.tags.rolesOf(tag);
  return roles.length > 0 && roles.every(isBoundedRole);
}

/** What it does that restarts something, whatever the node is there for; null: nothing that one could know of. */
function restartOf({ id, type, parameters }: TaskDefinition): string | null {
  if (type === 'reboot') return 'reboots';
  if (type === 'shell')
    return RESTARTING_COMMAND.test(textOf(parameters['cmd'])) ? 'runs a command that restarts something' : null;
  return /restart/i.test(id) || /restart[^/]*$/i.test(manifestOf({ type, parameters })) ? 'restarts something' : null;
}

/** Of these tags, those that the definition sets up the service of: its manifest or playbook is called like them. */
function setUpBy(definition: TaskDefinition, tags: readonly string[]): string[] {
  const name = manifestOf(definition)
    .replace(/^.*\//, '')
    .replace(/\.(pp|ya?ml)$/, '');
  return tags.filter((tag) => name !== '' && (plainTag(name) === tag || plainTag(definition.id) === tag));
}

/** Puppet and Ansible restart what they configure. Empty for other types. */
function manifestOf({ type, parameters }: Pick<TaskDefinition, 'type' | 'parameters'>): string {
  if (type === 'puppet') return textOf(parameters['puppet_manifest']);
  return type === 'ansible' ? textOf(parameters['playbook']) : '';
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

import { byCodeUnit, canonicalJson, type Json } from '@muster/model';
import { byNaturalOrder } from '../draft/natural-order';
import type { PlanGrounds } from '../plan-grounds';

/** Names that are shown of each kind. */
const NAMES_MAX = 5;

/**
 * What two plans were made from differently, for people, each as the end of "what differs is": the revision, release and
 * plugins, nodes, their identities and tags, the previous state of tasks, options, the planner itself. Empty: nothing.
 */
export function compareGrounds(before: PlanGrounds, after: PlanGrounds): readonly string[] {
  return [
    ...(before.revision === after.revision ? [] : ['the revision']),
    ...compareBundles(before.bundles, after.bundles),
    ...compareNodes(before.nodes, after.nodes),
    ...comparePrevious(before.previous, after.previous),
    ...compareOptions(before.options, after.options),
    ...(before.semantics === after.semantics ? [] : ['the version of the planner']),
  ];
}

function compareBundles(before: PlanGrounds['bundles'], after: PlanGrounds['bundles']): readonly string[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const [left, right] = [before, after].map((bundles) => bundles.map(([name]) => name));
  const [release, plugins] = [
    [left?.[0] ?? '', right?.[0] ?? ''],
    [left?.slice(1).join(', ') || 'none', right?.slice(1).join(', ') || 'none'],
  ];
  const named = [
    ...(release[0] === release[1] ? [] : [`the release (${release.join(' -> ')})`]),
    ...(plugins[0] === plugins[1] ? [] : [`the plugins (${plugins.join(' -> ')})`]),
  ];
  // A version that is published again is another bundle.
  return named.length > 0 ? named : ['the content of release or plugins'];
}

function compareNodes(before: PlanGrounds['nodes'], after: PlanGrounds['nodes']): readonly string[] {
  const [left, right] = [byName(before), byName(after)];
  const all = [...new Set([...left.keys(), ...right.keys()])].sort(byNaturalOrder);
  const which = (differs: (one: Node, other: Node) => boolean): string[] =>
    all.filter((name) => {
      const [one, other] = [left.get(name), right.get(name)];
      return one !== undefined && other !== undefined && differs(one, other);
    });
  return [
    ...told(
      'nodes that are gone',
      all.filter((name) => !right.has(name)),
    ),
    ...told(
      'new nodes',
      all.filter((name) => !left.has(name)),
    ),
    ...told(
      'the identity of nodes',
      which(([, one], [, other]) => one !== other),
    ),
    ...told(
      'tags or primaries of nodes',
      which(([, , one], [, , other]) => canonicalJson(one) !== canonicalJson(other)),
    ),
  ];
}

type Node = PlanGrounds['nodes'][number];

function byName(nodes: PlanGrounds['nodes']): ReadonlyMap<string, Node> {
  return new Map(nodes.map((node) => [node[0], node]));
}

function comparePrevious(before: PlanGrounds['previous'], after: PlanGrounds['previous']): readonly string[] {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byCodeUnit);
  return told(
    'the previous state of',
    all.filter((address) => before[address] !== after[address]),
  );
}

function compareOptions(before: PlanGrounds['options'], after: PlanGrounds['options']): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byCodeUnit);
  return names
    .filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
    .map((name) => `the option ${name} (${shown(before[name])} -> ${shown(after[name])})`);
}

function shown(value: Json | undefined): string {
  if (value === null || value === undefined) return 'all';
  if (!Array.isArray(value)) return String(value);
  return listed(value.map(String)) || 'none';
}

function told(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what} ${listed(names)}`];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

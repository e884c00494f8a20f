import type { NodeFacts } from '@muster/model';

/** What rules speak of, and how it is read from a machine. Numbers compare, texts are equal or not. */
const NUMBERS: Readonly<Record<string, (facts: NodeFacts) => number | null>> = {
  cpus: ({ cpus }) => cpus,
  memoryMiB: ({ memoryMiB }) => memoryMiB,
  disks: ({ disks }) => disks.length,
  diskMiB: ({ disks }) => disks.reduce((sum, { sizeMiB }) => sum + sizeMiB, 0),
  largestDiskMiB: ({ disks }) => disks.reduce((most, { sizeMiB }) => Math.max(most, sizeMiB), 0),
  interfaces: ({ interfaces }) => interfaces.length,
};

const TEXTS: Readonly<Record<string, (facts: NodeFacts) => string | null>> = {
  arch: ({ arch }) => arch,
  'os.id': ({ os }) => os.id,
  'os.version': ({ os }) => os.version,
  virtualization: ({ virtualization }) => virtualization,
};

export const RULE_NAMES: readonly string[] = [...Object.keys(NUMBERS), ...Object.keys(TEXTS), 'label'];

/** One rule: `cpus>=4`, `arch=x86_64`, `label=rack-1`. */
export interface ProfileRule {
  readonly name: string;
  readonly operator: '>=' | '<=' | '!=' | '=';
  readonly value: string;
}

/** Null for what is no rule: an unknown name, a number that is none, an order between texts. */
export function parseRule(text: string): ProfileRule | null {
  const parts = /^([A-Za-z][A-Za-z.]{0,30})\s*(>=|<=|!=|=)\s*([A-Za-z0-9][A-Za-z0-9._-]{0,127})$/.exec(text);
  if (parts === null) return null;
  const [, name = '', operator = '', value = ''] = parts;
  const rule = { name, operator: operator as ProfileRule['operator'], value };
  if (Object.hasOwn(NUMBERS, name)) return /^\d{1,12}$/.test(value) ? rule : null;
  const isEqual = operator === '=' || operator === '!=';
  return isEqual && (Object.hasOwn(TEXTS, name) || name === 'label') ? rule : null;
}

/** What a rule is compared with. */
export interface Machine {
  /** Null: it was never inspected, so no rule about facts is met. */
  readonly facts: NodeFacts | null;
  readonly labels: readonly string[];
}

/** Half a sentence for each rule that the machine does not meet; empty: it fits. */
export function unmetRules(rules: readonly string[], machine: Machine): readonly string[] {
  return rules.flatMap((text) => {
    const rule = parseRule(text);
    if (rule === null) return [`${text} is no rule`];
    if (rule.name === 'label') {
      const has = machine.labels.includes(rule.value);
      return has === (rule.operator === '=') ? [] : [`${text} (labels: ${machine.labels.join(', ') || 'none'})`];
    }
    if (machine.facts === null) return [`${text} (never inspected)`];
    const is = NUMBERS[rule.name]?.(machine.facts) ?? TEXTS[rule.name]?.(machine.facts) ?? null;
    return is !== null && holds(is, rule) ? [] : [`${text} (is ${is ?? 'not told'})`];
  });
}

function holds(is: number | string, { operator, value }: ProfileRule): boolean {
  const wanted = typeof is === 'number' ? Number(value) : value;
  switch (operator) {
    case '>=':
      return is >= wanted;
    case '<=':
      return is <= wanted;
    case '=':
      return is === wanted;
    case '!=':
      return is !== wanted;
  }
}

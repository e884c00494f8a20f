import { textFault } from '@muster/model';
import type { ProblemCode } from '@muster/problems';
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Located, LocatedMap, LocatedScalar, Position } from './located';

interface Reports {
  readonly at: (offset: number) => Position;
  readonly invalid: (summary: string, offset: number, code?: ProblemCode) => void;
  readonly repeated: (key: string, offset: number) => void;
}

/** The parsed nodes as located values; null after a mistake, which is reported. Recursion is bounded by the depth checked before. */
export function locate(node: Node | null, reports: Reports): Located | null {
  return new Locator(reports).read(node, { line: 1, column: 1 });
}

class Locator {
  /** What each anchor stands for at this point of the document; an anchor may be given again. */
  readonly #anchors = new Map<string, Located>();

  constructor(private readonly reports: Reports) {}

  read(node: unknown, missingAt: Position): Located | null {
    if (node === null || node === undefined) return scalar(null, '', missingAt);
    if (isAlias(node)) return this.#alias(node.source, node.range?.[0] ?? 0);
    const located = this.#plain(node);
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined && located) this.#anchors.set(anchor, located);
    return located;
  }

  #alias(name: string, offset: number): Located | null {
    const target = this.#anchors.get(name);
    // An anchor is known only once its value is complete, so that an alias inside of it is refused too.
    if (!target) this.reports.invalid(`the alias \`*${name}\` stands for nothing before it`, offset);
    return target ?? null;
  }

  #plain(node: unknown): Located | null {
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) return this.#list(node);
    if (isScalar(node)) return this.#scalar(node);
    return null;
  }

  #scalar(node: Scalar): LocatedScalar | null {
    const offset = node.range?.[0] ?? 0;
    const { value } = node;
    const isJson =
      value === null ||
      typeof value === 'boolean' ||
      typeof value === 'string' ||
      (typeof value === 'number' && Number.isFinite(value));
    if (!isJson) {
      this.reports.invalid(
        `\`${String(node.source ?? value).slice(0, 80)}\` is no value that JSON can say`,
        offset,
        'YAML_NOT_JSON',
      );
      return null;
    }
    // Escapes can say what is no text to keep, and what stands in the file as it is can be that too.
    const fault = typeof value === 'string' ? textFault(value) : null;
    if (fault !== null) {
      this.reports.invalid(fault, offset);
      return null;
    }
    return scalar(value, node.source ?? String(value), this.reports.at(offset));
  }

  #list(node: YAMLSeq): Located | null {
    const at = this.reports.at(node.range?.[0] ?? 0);
    const items = node.items.map((item) => this.read(item, at));
    if (!items.every((item) => item !== null)) return null;
    return { kind: 'list', items, at, ...measured(items) };
  }

  #map(node: YAMLMap): LocatedMap | null {
    const at = this.reports.at(node.range?.[0] ?? 0);
    const entries = new Map<string, { at: Position; value: Located }>();
    let ok = true;
    for (const pair of node.items) {
      const key = this.read(pair.key, at);
      const offset = (pair.key as Node | null)?.range?.[0] ?? node.range?.[0] ?? 0;
      const value = this.read(pair.value, key?.at ?? at);
      if (key && key.kind !== 'scalar')
        this.reports.invalid('a key of a mapping is no scalar', offset, 'YAML_NOT_JSON');
      if (key?.kind !== 'scalar' || !value) {
        ok = false;
        continue;
      }
      const name = typeof key.value === 'string' ? key.value : key.source;
      if (entries.has(name)) this.reports.repeated(name, offset);
      entries.set(name, { at: key.at, value });
    }
    if (!ok) return null;
    const values = [...entries.values()].map(({ value }) => value);
    const ofKeys = [...entries.keys()].map((name) => name.length);
    const { size, length, depth } = measured(values);
    return { kind: 'map', entries, at, size, length: length + sum(ofKeys), depth };
  }
}

function scalar(value: null | boolean | number | string, source: string, at: Position): LocatedScalar {
  const length = typeof value === 'string' ? value.length : source.length;
  return { kind: 'scalar', value, source, at, size: 1, length, depth: 1 };
}

/** Of a list or mapping with these values. */
function measured(values: readonly Located[]): Pick<Located, 'size' | 'length' | 'depth'> {
  return {
    size: 1 + sum(values.map(({ size }) => size)),
    length: sum(values.map(({ length }) => length)),
    depth: 1 + deepest(values),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function deepest(values: readonly Located[]): number {
  return values.reduce((most, { depth }) => Math.max(most, depth), 0);
}

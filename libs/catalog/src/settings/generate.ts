import type { Json, JsonObject } from '@muster/model';
import { isJsonObject, isSealedSecret } from '@muster/model';
import { schemaLayers, withDefaultsAt } from './settings-defaults';

/** How the planner makes a value that nobody gives. */
export type GenerateRule =
  | { readonly type: 'password'; readonly length: number; readonly characters: string }
  | { readonly type: 'hex' | 'base64'; readonly bytes: number }
  | { readonly type: 'uuid' };

/** Random bytes, as many as asked for. */
export type RandomBytes = (count: number) => Uint8Array;

export const GENERATE_TYPES = ['password', 'hex', 'base64', 'uuid'] as const;
const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const DEPTH_MAX = 64;

/** What `generate` in a schema means: `true` or a type alone, or a mapping. Null: it cannot be read. */
export function readGenerate(written: Json): GenerateRule | null {
  const rule = written === true ? { type: 'password' } : typeof written === 'string' ? { type: written } : written;
  if (!isJsonObject(rule)) return null;
  const { type, length = 32, characters = LETTERS_AND_DIGITS, bytes = 32, ...unknown } = rule;
  if (Object.keys(unknown).length > 0) return null;
  switch (type) {
    case 'password':
      if (Object.hasOwn(rule, 'bytes') || !isCount(length, 8, 1024) || !isAlphabet(characters)) return null;
      return { type, length, characters };
    case 'hex':
    case 'base64':
      if (Object.hasOwn(rule, 'length') || Object.hasOwn(rule, 'characters') || !isCount(bytes, 8, 1024)) return null;
      return { type, bytes };
    case 'uuid':
      return Object.keys(rule).length === 1 ? { type } : null;
    default:
      return null;
  }
}

function isCount(value: Json | undefined, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

/** Ten different printable characters at least: fewer make no password. */
function isAlphabet(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[!-~]{10,95}$/.test(value) && new Set(value).size === value.length;
}

/** A fresh value. Each character of a password is as likely as any other. */
export function generateValue(rule: GenerateRule, random: RandomBytes): string {
  if (rule.type === 'password') return password(rule, random);
  if (rule.type === 'uuid') return uuid(random(16));
  const bytes = random(rule.bytes);
  return rule.type === 'hex' ? hex(bytes) : base64(bytes);
}

function password({ length, characters }: GenerateRule & { type: 'password' }, random: RandomBytes): string {
  const fair = 256 - (256 % characters.length);
  let made = '';
  while (made.length < length) {
    for (const byte of random(length))
      if (byte < fair && made.length < length) made += characters[byte % characters.length];
  }
  return made;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const four = [18, 12, 6, 0].map((shift) => BASE64.charAt((word >> shift) & 63));
    text += four
      .join('')
      .slice(0, c === undefined ? (b === undefined ? 2 : 3) : 4)
      .padEnd(4, '=');
  }
  return text;
}

function uuid(bytes: Uint8Array): string {
  const marked = [...bytes].map((byte, index) =>
    index === 6 ? (byte & 15) | 64 : index === 8 ? (byte & 63) | 128 : byte,
  );
  return hex(Uint8Array.from(marked)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where values come from that are missing. */
export interface GenerateFrom {
  /** Settings that lie under those to be filled: what they say is not missing. */
  readonly under: JsonObject;
  /** Settings as they were before: what was generated then stays. Null: everything is made anew. */
  readonly before: JsonObject | null;
  readonly random: RandomBytes;
}

/** `settings` with a value for each property that has `generate` and none; a group is made for them as for defaults. */
export function fillGenerated(schema: JsonObject, settings: JsonObject, from: GenerateFrom): JsonObject {
  return fillObject(schema, schema, settings, from, 0);
}

function fillObject(
  root: JsonObject,
  schema: JsonObject,
  value: JsonObject,
  from: GenerateFrom,
  depth: number,
): JsonObject {
  if (depth > DEPTH_MAX) return value;
  const filled = new Map<string, Json>(Object.entries(value));
  for (const [key, property] of propertiesOf(root, schema)) {
    const given = filled.get(key);
    const under = own(from.under, key);
    const before = own(from.before ?? {}, key);
    const all = schemaLayers(root, property);
    const rule = ruleOf(all);
    if (rule !== null) {
      const kept = before !== undefined && !isBlank(before) ? before : undefined;
      if (given === undefined && under === undefined) filled.set(key, kept ?? generateValue(rule, from.random));
      continue;
    }
    if (!all.some((each) => isJsonObject(each['properties']))) continue;
    if (given !== undefined && (!isJsonObject(given) || isSealedSecret(given))) continue;
    const inner: GenerateFrom = { ...from, under: group(under) ?? {}, before: from.before && (group(before) ?? {}) };
    const next = fillObject(root, property, given ?? {}, inner, depth + 1);
    if (
      given === undefined &&
      (Object.keys(next).length === 0 || !isWhole(root, property, { ...inner.under, ...next }))
    )
      continue;
    filled.set(key, next);
  }
  return Object.fromEntries(filled);
}

/** Paths of the properties that have `generate`, wherever the schema has them by name. */
export function generatedPaths(schema: JsonObject | null): string[][] {
  const found: string[][] = [];
  const walk = (at: JsonObject, path: string[], depth: number): void => {
    if (schema === null || depth > DEPTH_MAX) return;
    for (const [key, property] of propertiesOf(schema, at)) {
      if (ruleOf(schemaLayers(schema, property)) !== null) found.push([...path, key]);
      else walk(property, [...path, key], depth + 1);
    }
  };
  if (schema) walk(schema, [], 0);
  return found;
}

function propertiesOf(root: JsonObject, schema: JsonObject): [string, JsonObject][] {
  const found = new Map<string, JsonObject>();
  for (const each of schemaLayers(root, schema)) {
    for (const [key, property] of Object.entries(isJsonObject(each['properties']) ? each['properties'] : {}))
      if (isJsonObject(property) && !found.has(key)) found.set(key, property);
  }
  return [...found];
}

function ruleOf(layers: readonly JsonObject[]): GenerateRule | null {
  const written = layers.find((each) => Object.hasOwn(each, 'generate'))?.['generate'];
  return written === undefined ? null : readGenerate(written);
}

function isWhole(root: JsonObject, schema: JsonObject, value: JsonObject): boolean {
  const filled = withDefaultsAt(root, schema, value);
  const required = schemaLayers(root, schema).flatMap((each) =>
    Array.isArray(each['required']) ? (each['required'] as readonly Json[]) : [],
  );
  return required.every((key) => typeof key === 'string' && Object.hasOwn(filled, key));
}

function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function group(value: Json | undefined): JsonObject | null {
  return isJsonObject(value) && !isSealedSecret(value) ? value : null;
}

function isBlank(value: Json): boolean {
  return isJsonObject(value) && value['$blank'] === true;
}

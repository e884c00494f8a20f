import { canonicalJson, isJsonObject, type JsonObject } from '@muster/model';
import { z } from 'zod';
import { digest } from './fields';
import type { PackedGraph } from './packed-graph';

/** Parameters whose canonical JSON is longer (in bytes of UTF-8) travel as artifacts, so that a message stays small. */
export const PARAMETERS_INLINE_MAX = 4096;
/** References that one message may hold; what is smaller than the largest so many stays in the graph. */
const REFERENCES_MAX = 2000;

/** A packed graph whose large parameters are elsewhere. A version that does not know this refuses it by its `v`. */
export type GraphWithReferences = Omit<PackedGraph, 'v'> & { readonly v: 2 };

/** A pack, and the texts that it refers to, in the order of their digests in it. */
export interface TakenApart {
  readonly packed: PackedGraph | GraphWithReferences;
  readonly contents: readonly string[];
}

/**
 * The pack with large parameters replaced by their digests; as it was, if none is large. Parameters are replaced whole, in
 * a field of their own, so that nothing that an author writes is taken for a reference.
 */
export function takeParametersApart(packed: PackedGraph, digestOf: (text: string) => string): TakenApart {
  const large = packed.shapes
    .map((shape, index) => ({ index, text: shape.action === 'run' ? canonicalJson(shape.parameters) : '' }))
    .map((each) => ({ ...each, bytes: utf8Length(each.text) }))
    .filter(({ bytes }) => bytes > PARAMETERS_INLINE_MAX)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, REFERENCES_MAX);
  if (large.length === 0) return { packed, contents: [] };
  const contents = new Map<string, string>();
  const shapes: PackedGraph['shapes'] = [...packed.shapes];
  for (const { index, text } of large) {
    const parametersFrom = digestOf(text);
    contents.set(parametersFrom, text);
    const shape = { ...packed.shapes[index], parameters: {}, parametersFrom };
    shapes[index] = shape as unknown as PackedGraph['shapes'][number];
  }
  return { packed: { ...packed, v: 2, shapes }, contents: [...contents.values()] };
}

/** Bytes of a text in UTF-8; the two halves of a pair are four. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}

const withReferences = z.looseObject({
  v: z.literal(2),
  shapes: z.array(z.looseObject({ parametersFrom: digest.optional() })),
});

/**
 * The pack as it was before `takeParametersApart`; anything else as it is, for `unpackGraph` to judge. `read` gives the
 * text of an artifact. Fails with an Error if a text is no parameters, and as `read` does.
 */
export async function putParametersBack(packed: unknown, read: (digest: string) => Promise<string>): Promise<unknown> {
  const found = withReferences.safeParse(packed);
  if (!found.success) return packed;
  const shapes: object[] = [];
  for (const { parametersFrom, ...shape } of found.data.shapes)
    shapes.push(
      parametersFrom === undefined ? shape : { ...shape, parameters: parametersOf(await read(parametersFrom)) },
    );
  return { ...found.data, v: 1, shapes };
}

function parametersOf(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error('the parameters of a task are no object');
  return value;
}

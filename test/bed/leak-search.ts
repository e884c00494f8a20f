import { gunzipSync } from 'node:zlib';

/** Shortest text that is searched for: shorter ones are found by chance. */
const LENGTH_MIN = 12;

/** A secret, or a part of one that gives it away. */
export interface Marker {
  readonly name: string;
  readonly text: string;
}

/** Names of the markers that `text` holds: as they are, as hex, or as base64 wherever in it they begin; also inside gzip. */
export function tracesIn(text: string, markers: readonly Marker[]): string[] {
  const all = [text, ...unpacked(text)];
  return markers
    .filter((marker) => formsOf(marker).some((form) => all.some((each) => each.includes(form))))
    .map(({ name }) => name);
}

function formsOf({ name, text }: Marker): string[] {
  if (text.length < LENGTH_MIN) throw new Error(`the marker ${name} is too short to be searched for`);
  const bytes = Buffer.from(text);
  // Base64 of the same bytes differs by where they begin in a group of three; the edges depend on what stands beside them.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4)
      .replace(/.?.?=*$/, ''),
  );
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), bytes.toString('hex'), ...base64];
}

/** What is gzipped in it, as base64 or as PostgreSQL shows bytes. */
function unpacked(text: string): string[] {
  const found = [
    ...[...text.matchAll(/H4sI[A-Za-z0-9+/]+/g)].map(([it]) => Buffer.from(it, 'base64')),
    ...[...text.matchAll(/\\x(1f8b[0-9a-f]+)/g)].map(([, hex = '']) => Buffer.from(hex, 'hex')),
  ];
  return found.flatMap((bytes) => {
    try {
      return [gunzipSync(bytes).toString('latin1')];
    } catch {
      return [];
    }
  });
}

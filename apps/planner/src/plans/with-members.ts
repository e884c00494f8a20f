/**
 * The JSON text of an object with further members behind its own: a plan of a large cluster is not worth parsing only to
 * print it again. `members` are names and JSON texts; a name that the object has already would be there twice.
 */
export function withMembers(object: Uint8Array, members: Readonly<Record<string, string>>): Buffer {
  const more = Object.entries(members).map(([name, text]) => `,${JSON.stringify(name)}:${text}`);
  return Buffer.concat([object.subarray(0, -1), Buffer.from(`${more.join('')}}`)]);
}

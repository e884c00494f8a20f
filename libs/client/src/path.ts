/** Path of a route below `/api/v1`, each part percent-encoded. */
export function path(...parts: readonly string[]): string {
  return `/api/v1/${parts.map((each) => encodeURIComponent(each)).join('/')}`;
}

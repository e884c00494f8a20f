/** One file of a bundle folder, as the caller found it. */
export interface BundleEntry {
  /** Below the bundle, with `/` between folders. */
  readonly path: string;
  /** Content of a file that `isBundleText` names; others need none. */
  readonly text?: string;
  /** Of files below `files/`: `sha256:` and 64 hex digits. */
  readonly digest?: string;
  readonly size?: number;
  readonly executable?: boolean;
  /** Anything but a plain file (link, device...): refused. */
  readonly irregular?: boolean;
}

export const BUNDLE_LIMITS = {
  /** Files of a bundle. */
  filesMax: 50_000,
  /** Characters of YAML in all files together. */
  textMax: 16 * 1024 * 1024,
  /** Values in all files of tasks together, aliases counted as what they stand for; and characters of them. */
  valuesMax: 4_000_000,
  charactersMax: 64 * 1024 * 1024,
  /** Problems reported of one bundle; more are counted. */
  problemsMax: 1000,
} as const;

/** True for the files whose text `parseBundle` reads: manifests, task files and graph files. */
export function isBundleText(path: string): boolean {
  return (
    path === 'release.yaml' ||
    path === 'plugin.yaml' ||
    path === 'tasks.yaml' ||
    path === 'validations.yaml' ||
    /^(tasks\/.+|validations\/.+|graphs\/[^/]+\/.+)\.yaml$/.test(path)
  );
}

/** Why `path` cannot be in a bundle, or null. */
export function pathFault(path: string): string | null {
  if (path === '' || path.length > 1000) return 'is empty or longer than 1000 characters';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  if (path.includes('\\')) return 'has a backslash';
  // Control characters would make listings lie.
  if ([...path].some((character) => character < ' ' || character === '\u007f')) return 'has a control character';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'has an empty part, `.` or `..`';
  return null;
}

import { launcherSource } from '../launcher/launcher-source';

/** The launcher with a fault in it: each text replaced, wherever it stands. Fails if the launcher no longer says it. */
export function plant(...faults: readonly (readonly [from: string, to: string])[]): string {
  return faults.reduce((source, [from, to]) => {
    if (!source.includes(from)) throw new Error(`the launcher no longer says: ${from}`);
    return source.replaceAll(from, to);
  }, launcherSource());
}

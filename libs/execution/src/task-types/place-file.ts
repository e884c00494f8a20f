import { shellQuote } from './shell-quote';

/**
 * Script lines that put the attempt's file `from` at `to`: whole or not at all, and left alone when it has that content
 * already. The target's folder is made if missing. Two nodes that share a file system may do so at the same time: what is
 * not whole yet has a name that is this task's alone, the same for each of its attempts, so that nothing piles up.
 */
export function placeFile(from: string, to: string, mode: string | null, folderMode: string | null): string {
  const target = shellQuote(to);
  return [
    `folder=$(dirname -- ${target})`,
    `new=$folder/.muster-new-\${MUSTER_ATTEMPT%.*}`,
    `if ! [ -d "$folder" ]; then mkdir -p -- "$folder"${folderMode ? ` && chmod ${folderMode} -- "$folder"` : ''}; fi`,
    `if [ -d ${target} ]; then echo "is a folder:" ${target} >&2; exit 1; fi`,
    `if ! cmp -s "$MUSTER_ATTEMPT_DIR"/${shellQuote(from)} ${target}; then`,
    `  cp -- "$MUSTER_ATTEMPT_DIR"/${shellQuote(from)} "$new"`,
    `  chmod ${mode ?? '0644'} -- "$new"`,
    `  mv -f -- "$new" ${target}`,
    `  echo "changed" ${target}`,
    mode ? `else chmod ${mode} -- ${target}` : `else :`,
    `fi`,
  ].join('\n');
}

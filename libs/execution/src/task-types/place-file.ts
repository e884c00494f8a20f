import { shellQuote } from './shell-quote';

/**
 * Script lines that put the attempt's file `from` at `to`: whole or not at all, and left alone when it has that content
 * already. The target's folder is made if missing.
 */
export function placeFile(from: string, to: string, mode: string | null, folderMode: string | null): string {
  const target = shellQuote(to);
  const folder = `"$(dirname -- ${target})"`;
  const temporary = shellQuote(`${to}.muster-new`);
  return [
    `if ! [ -d ${folder} ]; then mkdir -p -- ${folder}${folderMode ? ` && chmod ${folderMode} -- ${folder}` : ''}; fi`,
    `if [ -d ${target} ]; then echo "is a folder:" ${target} >&2; exit 1; fi`,
    `if ! cmp -s "$MUSTER_ATTEMPT_DIR"/${shellQuote(from)} ${target}; then`,
    `  cp -- "$MUSTER_ATTEMPT_DIR"/${shellQuote(from)} ${temporary}`,
    `  chmod ${mode ?? '0644'} -- ${temporary}`,
    `  mv -f -- ${temporary} ${target}`,
    `  echo "changed" ${target}`,
    mode ? `else chmod ${mode} -- ${target}` : `else :`,
    `fi`,
  ].join('\n');
}

import { shellQuote } from './shell-quote';

/**
 * Shell functions that put files in place, and count what changes.
 *
 * `place FROM TO MODE FOLDER_MODE` puts the attempt's file FROM at TO: whole or not at all, and left alone when it has that
 * content and mode already. An empty MODE: 0644 for a new one, else as it is; an empty FOLDER_MODE: as umask says. The
 * target's folder is made if missing. Two nodes that share a file system may do so at the same time: what is not whole yet
 * has a name that is this task's alone, the same for each of its attempts, so that nothing piles up.
 *
 * Under noop it changes nothing and says what it would change.
 */
export function placeFunctions(noop: boolean): string {
  return `set -eu
changed=0
total=0
place() {
  total=$((total + 1))
  if [ -d "$2" ]; then echo "is a folder: $2" >&2; exit 1; fi
  if cmp -s -- "$MUSTER_ATTEMPT_DIR/$1" "$2"; then
    [ "$3" ] || return 0
    was=$(stat -c %a -- "$2")
    [ "$3" != "$was" ] || return 0
    changed=$((changed + 1))
    ${noop ? 'echo "would change the mode of $2 from $was to $3"' : 'chmod "$3" -- "$2"; echo "changed the mode of $2 from $was to $3"'}
    return 0
  fi
  changed=$((changed + 1))
  ${noop ? 'echo "would change $2"\n}' : PLACE}
report() { printf '{"changed": %s, "total": %s}\\n' "$changed" "$total" >"$MUSTER_OUTPUT"; }
`;
}

const PLACE = `folder=$(dirname -- "$2")
  new=$folder/.muster-new-\${MUSTER_ATTEMPT%.*}
  if ! [ -d "$folder" ]; then
    mkdir -p -- "$folder"
    [ -z "$4" ] || chmod "$4" -- "$folder"
  fi
  cp -- "$MUSTER_ATTEMPT_DIR/$1" "$new"
  chmod "\${3:-0644}" -- "$new"
  mv -f -- "$new" "$2"
  echo "changed $2"
}`;

/** The line that puts the attempt's file `from` at `to`. */
export function placeLine(from: string, to: string, mode: string | null, folderMode: string | null): string {
  return `place ${shellQuote(from)} ${shellQuote(to)} '${mode ?? ''}' '${folderMode ?? ''}'`;
}

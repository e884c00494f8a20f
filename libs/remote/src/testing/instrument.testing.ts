import { launcherSource } from '../launcher/launcher-source';

/** Lines that only end or part what an earlier line began: nothing can stand before them. */
const INNER = /^(\}|fi|done|esac|else|elif|then|do|;;)/;
const PATTERN = /^([^()]+\))\s+(.*)$/;
const HEADER = /^\w+\(\) \{/;

/**
 * The launcher with a call of `at NUMBER` before each statement, and the numbers. `at` does to the process that gets
 * there what the environment says: `KILL_AT` kills it, after making the file `KILLED`, if one is named; `PAUSE_AT` holds it up
 * for 250 ms, after making the file `PAUSED`, and if a file `RESUMED` is named, until that is there, at most three seconds more.
 */
export function instrument(source = launcherSource()): {
  readonly source: string;
  readonly points: readonly number[];
  readonly lines: readonly string[];
} {
  const points: number[] = [];
  const lines = source.split('\n');
  let inCase = false;
  const marked = lines.flatMap((line, index) => {
    if (line.startsWith('case ')) {
      inCase = true;
      points.push(index);
      return [`at ${index}`, line];
    }
    if (line.startsWith('esac')) inCase = false;
    if (HEADER.test(line) || INNER.test(line)) return [line];
    const pattern = inCase ? PATTERN.exec(line) : null;
    if (inCase && pattern) return [line];
    if (inCase && /^[^()]*\)$/.test(line)) return [line];
    points.push(index);
    return [`at ${index}`, line];
  });
  return { source: [AT, ...marked].join('\n'), points, lines };
}

// Gives back the status of the statement before, which the next one may want to know.
const AT = `at() {
  status=$?
  if [ "$1" = "\${PAUSE_AT:-}" ] && [ ! "\${paused:-}" ]; then
    paused=1
    : >"$PAUSED"
    sleep 0.25
    naps=0
    while [ "\${RESUMED:-}" ] && [ ! -e "$RESUMED" ] && [ "$naps" -lt 30 ]; do
      naps=$((naps + 1))
      sleep 0.1
    done
  fi
  [ "$1" = "\${KILL_AT:-}" ] || return "$status"
  : >"\${KILLED:-/dev/null}"
  IFS= read -r itself_now </proc/self/stat
  kill -KILL "\${itself_now%% *}"
}`;

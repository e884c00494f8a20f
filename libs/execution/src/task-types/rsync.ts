import { ParameterWrong } from './parameter';
import { shellQuote } from './shell-quote';

/** What an rsync address may be: a host, perhaps a port, a module and a path. No user, since nobody could give the password. */
const ADDRESS = /^rsync:\/\/[A-Za-z0-9.:[\]-]+\/[^\0\n]+$/;

/**
 * The line by which the node itself fetches `src` into `to` in the attempt's folder: a file as that name; a folder's content
 * in it. A source without a slash at its end may be either, which rsync tells by listing it.
 */
export function rsyncLine(src: string, to: string, what: 'copy' | 'tree'): string {
  if (!ADDRESS.test(src)) throw new ParameterWrong(`src ${src} is no address such as rsync://host/module/path`);
  const target = `"$MUSTER_ATTEMPT_DIR"/${shellQuote(to)}`;
  const bare = shellQuote(src.replace(/\/+$/, ''));
  return `command -v rsync >/dev/null || { echo "rsync is not installed on this node" >&2; exit 127; }
mkdir -p "$(dirname -- ${target})"
kind=$(rsync --no-motd --timeout=60 -- ${bare} | head -n 1)
case $kind in
  d*) rsync --no-motd -r --links --perms --times --timeout=60 -- ${bare}/ ${target}/ ;;
  ${what === 'tree' ? '*) echo "is no folder:" ' + bare + ' >&2; exit 1 ;;' : `*) rsync --no-motd --perms --times --timeout=60 -- ${bare} ${target} ;;`}
esac`;
}

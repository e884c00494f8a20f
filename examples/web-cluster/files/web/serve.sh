#!/bin/sh
# serve.sh db|app|proxy     starts the server, or leaves it alone if it runs with these files and settings and answers
# serve.sh stop NAME        stops it
# serve.sh health NAME      succeeds if it answers
# serve.sh check            succeeds if requests through the proxy reach every application server
#
# ~/web.env says what this machine is (see examples/README.md); ~/web-run holds what runs.
set -eu

files=$(cd "$(dirname "$0")" && pwd)
run=$HOME/web-run
mkdir -p "$run"

set -a
HOST=127.0.0.1
NODE=node
DATA=$run
. "$HOME/web.env"
set +a

process_of() { # name: prints the process of that server; fails if there is none
  [ -s "$run/$1.pid" ] || return 1
  read -r pid <"$run/$1.pid"
  # The number may belong to another process by now.
  cat "/proc/$pid/cmdline" 2>/dev/null | tr '\0' '\n' | grep -qxF "$run/$1" || return 1
  echo "$pid"
}

stop() { # name
  process=$(process_of "$1") || return 0
  echo "stopping $1 (process $process)"
  kill -TERM "$process" 2>/dev/null || return 0
  tries=0
  while process_of "$1" >/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -eq 50 ] && kill -KILL "$process" 2>/dev/null
    sleep 0.1
  done
}

health() { # name, seconds
  "$NODE" "$files/health.mjs" "http://$HOST:$PORT/health" "$2"
}

serve() { # name
  version=$(cat "$files/$1.mjs" "$HOME/web.env" | cksum)
  if process_of "$1" >/dev/null && [ "$(cat "$run/$1.version")" = "$version" ] && health "$1" 1; then
    echo "$1 is up to date"
    return
  fi
  stop "$1"
  # A session of its own: the server outlives this task. The last word says whose process it is.
  setsid "$NODE" "$files/$1.mjs" "$run/$1" </dev/null >>"$run/$1.log" 2>&1 &
  echo $! >"$run/$1.pid"
  # Answering is not enough: something else may hold the port.
  if ! health "$1" 20 || ! process_of "$1" >/dev/null; then
    echo "$1 does not answer; the end of its log:" >&2
    tail -n 20 "$run/$1.log" >&2
    exit 1
  fi
  # Written last: a start that was cut short is made again.
  echo "$version" >"$run/$1.version"
  echo "$1 serves on http://$HOST:$PORT (process $(cat "$run/$1.pid"))"
}

case $1 in
  db | app | proxy) serve "$1" ;;
  stop) stop "$2" ;;
  health) health "$2" 5 ;;
  check) exec "$NODE" "$files/check.mjs" ;;
  *) echo "serve.sh: unknown word $1" >&2 && exit 2 ;;
esac

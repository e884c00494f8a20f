# A short question between tasks: nothing of it stays on the node, and it may be asked at any time.

check() { # seq seconds script: answers with the script's exit code; 124 if it took longer and was ended
  owned "$1" || return
  run_check "$@" &
}

run_check() {
  exec 3>&- 8>&- 9>&- </dev/null >/dev/null 2>&1
  trap - HUP PIPE TERM
  umask "$mask"
  cd /
  # In a variable, since other users may read what is in argv.
  MUSTER_CHECK=$(printf '%b' "$3") "$setsid" /bin/sh -c 'eval "$MUSTER_CHECK"' 7>&- &
  its=$!
  watch_check "$2" "$its" 7>&- &
  watch=$!
  wait "$its"
  code=$?
  kill -TERM "$watch" && wait "$watch"
  [ "$code" = 137 ] && code=124
  say "$1" checked "$code"
}

watch_check() { # seconds process: ends its group when the time is over
  trap 'kill "$nap"; exit 0' TERM
  sleep "$1" &
  nap=$!
  wait "$nap"
  kill -KILL "-$2" || kill -KILL "$2"
}

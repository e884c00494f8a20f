# A short question between tasks, asked at any time, but once at a time for each attempt. Nothing of it stays on the node.
# Whoever asks holds a lock on the question's file; the question holds it, too, until its process is recorded there.

check() { # seq id seconds script: answers with the script's exit code; 124 if it took longer and was ended
  owned "$1" || return
  [ -e "done/$2" ] && { say "$1" checked over; return; }
  survivor && { say "$1" checked busy "$current"; return; }
  printf '' >>"checks/$2" || { say "$1" error "cannot write checks/$2"; return; }
  exec 6>>"checks/$2"
  if flock -n 6 && ! check_recorded "$2"; then run_check "$@" & else say "$1" checked busy "$2"; fi
  exec 6>&-
}

run_check() {
  exec 3>&- 8>&- 9>&- </dev/null >/dev/null 2>&1
  trap - HUP PIPE TERM
  umask "$mask"
  # In a variable, since other users may read what is in argv.
  MUSTER_CHECK=$(printf '%b' "$4")
  put_question "$2" &
  its=$!
  watch_check "$3" "$its" &
  watch=$!
  wait "$its"
  code=$?
  kill -TERM "$watch" && wait "$watch"
  # What it has left running.
  tries=0
  while group_lives "$its" && [ "$tries" -lt 100 ]; do
    kill -KILL "-$its"
    nap
  done
  exec 6>&-
  [ "$code" = 137 ] && code=124
  say "$1" checked "$code"
}

put_question() { # id: becomes the question
  itself
  printf '%s %s %s .\n' "$boot" "$pid" "$start" >"checks/$1" || exit 125
  cd /
  export MUSTER_CHECK
  exec "$setsid" /bin/sh -c 'eval "$MUSTER_CHECK"' 6>&- 7>&-
}

watch_check() { # seconds process: ends its group when the time is over
  # Closed here and not where this is called, as in `keep`: the copy would hold the lock of a question that is over.
  exec 6>&- 7>&-
  trap 'kill "$nap"; exit 0' TERM
  sleep "$1" &
  nap=$!
  wait "$nap"
  kill -KILL "-$2" || kill -KILL "$2"
}

check_recorded() { # id: true if the recorded process of a question lives; sets $its_pid
  IFS=' ' read -r its_boot its_pid its_start dot <"checks/$1" &&
    [ "$its_boot" = "$boot" ] && [ "$dot" = . ] && lives "$its_pid" "$its_start" && return
  its_pid=
  return 1
}

check_lives() { # id: true while a question is asked for that attempt; $its_pid is empty while nobody knows its process
  [ -e "checks/$1" ] || return 1
  check_recorded "$1" && return
  exec 6>>"checks/$1"
  flock -n 6 || { exec 6>&-; return 0; }
  exec 6>&-
  # Nobody holds the lock, so nothing is about to be recorded any more.
  check_recorded "$1"
}

end_checks() { # ends what earlier launchers, or for an earlier ticket, were asking: nobody hears those answers
  tries=0
  set +f
  for file in checks/*; do
    set -f
    id=${file#checks/}
    while check_lives "$id" && [ "$tries" -lt 100 ]; do
      [ "$its_pid" ] && signal_command KILL
      nap
    done
    if check_lives "$id"; then
      printf '' >"ending/$id"
    elif [ -e "checks/$id" ]; then
      rm -f "checks/$id"
    fi
  done
  set -f
}

survivor() { # true if a question lives that was to be ended and could not be; sets $current to its attempt
  set +f
  for file in ending/*; do
    set -f
    current=${file#ending/}
    check_lives "$current" && return
    [ -e "$file" ] && rm -f "$file"
  done
  set -f
  current=
  return 1
}

cancel_check() { # seq id grace: of an attempt that has started no command
  tries=0
  # Alive without a recorded process: it is about to record itself, or just ending.
  while check_lives "$2" && [ ! "$its_pid" ]; do
    [ "$tries" -gt 40 ] && { say "$1" unconfirmed "the process of its question is not recorded yet"; return; }
    nap
  done
  if [ "$its_pid" ]; then
    end_command "$@" &
  else
    say "$1" confirmed
  fi
}

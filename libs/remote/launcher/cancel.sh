# Ending a command: TERM to its process group, KILL after the grace, and a look whether it is gone.

group_lives() { # pgid: true if any process of the group lives; zombies are dead
  kill -0 "-$1" || return 1
  set +f
  for file in /proc/[0-9]*/stat; do
    set -f
    read_stat "$file"
    set -- "$1" ${stat##*") "}
    [ "${4:-}" = "$1" ] || continue
    case $2 in
      Z | X | x) ;;
      *) return 0 ;;
    esac
  done
  set -f
  return 1
}

signal_command() { # signal: the group, and the process itself while it has no group yet
  kill "-$1" "-$its_pid" || { lives "$its_pid" "$its_start" && kill "-$1" "$its_pid"; }
}

end_command() { # seq id grace (in naps of 50 ms)
  exec 3>&- 9>&-
  signal_command TERM
  tries=0
  while group_lives "$its_pid" || lives "$its_pid" "$its_start"; do
    [ "$tries" -gt "$3" ] && signal_command KILL
    [ "$tries" -gt "$(($3 + 100))" ] && {
      [ -e "checks/$2" ] && printf '' >"ending/$2"
      say "$1" unconfirmed "process group $its_pid survives KILL"
      return
    }
    nap
  done
  say "$1" confirmed
}

cancel() { # seq id grace
  owned "$1" || return
  look "$2"
  # Alive without a recorded process: it is about to record itself, or just ending.
  tries=0
  while [ "$state" = alive ] && ! command_lives "$d"; do
    [ "$tries" -gt 40 ] && { say "$1" unconfirmed "its process is not recorded yet"; return; }
    nap
    look "$2"
  done
  case $state in
    none)
      # So that a late start or question is answered, and not run.
      printf 'exit cancelled .\n' >"done/$2"
      cancel_check "$@"
      ;;
    done) cancel_check "$@" ;;
    alive) end_command "$@" & ;;
    *) say "$1" confirmed ;;
  esac
}

leave_line() { # id: what a late start is answered with
  printf '%s %s .\n' "$state" "$code" >"done/$1"
}

forget() { # seq id...: removes the folders of ended attempts, keeping a line each
  owned "$1" || return
  seq=$1
  shift
  for id in "$@"; do
    [ "$id" = . ] && continue
    look "$id"
    case $state in
      alive) continue ;;
      done) ;;
      *)
        # On a full disk the line finds room only after the output has made it; the claim stays until the line is there.
        leave_line "$id" || { rm -rf "$d/work" "$d/stdout" "$d/stderr" 9>&-; leave_line "$id"; } || continue
        ;;
    esac
    rm -rf "attempts/$id" "checks/$id" 9>&-
  done
  say "$seq" ok
}


# Who may act on the node: one installation, its highest ticket, and one launcher at a time.

own() { # seq installation ticket adopt
  exec 8>>gate
  flock 8
  own_gated "$@"
  exec 8>&-
}

own_gated() {
  held_by=$2
  held=0
  [ -s owner ] && IFS=' ' read -r held_by held rest <owner
  if [ "$held_by" != "$2" ] && [ "$4" != adopt ]; then
    say "$1" refused owner "$held_by"
    return
  fi
  if [ "$held_by" = "$2" ] && [ "$3" -lt "$held" ]; then
    say "$1" refused ticket "$held"
    return
  fi
  if [ "$held_by $held" != "$2 $3" ] || [ ! -s owner ]; then
    printf '%s %s .\n' "$2" "$3" >owner.new && mv owner.new owner || { say "$1" refused folder; return; }
  fi
  evict || { say "$1" refused holder "$other_pid"; return; }
  installation=$2
  ticket=$3
  [ "$locked" ] || take_lock
  end_checks
  say "$1" ok "$folder_id"
  sweep &
}

sweep() { # what nobody has asked to forget: ended attempts after a week; lines of forgotten ones after 90 days
  # Closed here and not where this is called, as in `keep`: the copies would hold the gate and the node's lock meanwhile.
  exec 3>&- 7>&- 8>&- 9>&-
  find done -type f -mtime +90 -exec rm -f {} +
  state=exit
  for d in $(find attempts -maxdepth 2 -name exit -mtime +7); do
    d=${d%/exit}
    recorded "$d" && leave_line "${d#attempts/}" && rm -rf "$d"
  done
}

evict() { # ends the launcher that served the node before; commands go on
  other_boot=
  [ -s holder ] && IFS=' ' read -r other_boot other_pid other_start rest <holder
  if [ "$other_boot" = "$boot" ] && [ "$other_pid" != "$me_pid" ]; then
    tries=0
    lives "$other_pid" "$other_start" && kill -TERM "$other_pid"
    while lives "$other_pid" "$other_start"; do
      [ "$tries" -gt 100 ] && kill -KILL "$other_pid"
      [ "$tries" -gt 140 ] && return 1
      nap
    done
  fi
  printf '%s %s %s .\n' "$boot" "$me_pid" "$me_start" >holder
}

owned() { # seq: true while no larger ticket and no adoption has been seen
  IFS=' ' read -r held_by held rest <owner
  [ "$installation $ticket" = "$held_by $held" ] && [ "$installation" ] && return 0
  say "$1" refused ticket "$held"
  return 1
}


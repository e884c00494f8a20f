# Starting: claim, then spawn; at most once per attempt and one at a time per node.

put() { # seq id name mode new|more size: the next `size` bytes of the requests are the file's
  d=attempts/$2
  if ! owned "$1" || [ -e "$d/claim" ] || [ -e "done/$2" ]; then
    head -c "$6" 9>&-
    [ "$installation $ticket" = "$held_by $held" ] && say "$1" claimed
    return
  fi
  name=$(printf '%b.' "$3")
  name=$d/${name%.}
  [ "$5" = more ] || { mkdir -p "${name%/*}" && rm -f "$name"; } || { say "$1" error "cannot make ${name%/*}"; exit 1; }
  # After a failed write the rest of the bytes would be read as requests: end the connection instead.
  head -c "$6" >>"$name" 9>&- || { say "$1" error "cannot write $name"; exit 1; }
  [ "$4" = 600 ] || chmod "$4" "$name"
  say "$1" ok
}

is_free() { # true if nothing of an earlier attempt lives
  [ -s current ] || { [ "$locked" ] || take_lock; return; }
  IFS=' ' read -r current rest <current
  # Held for a moment by a supervisor that has just recorded the end, by a command that is about to record itself, or by
  # what a killed launcher leaves behind; held for longer by a supervisor at work, whose command is then seen to live.
  tries=0
  until is_over "attempts/$current" && [ "$locked" ] || take_lock; do
    command_lives "attempts/$current" && return 1
    [ "$tries" -gt 40 ] && return 1
    nap
  done
  is_over "attempts/$current" || ! command_lives "attempts/$current"
}

is_over() { # attempt folder
  [ -e "done/$current" ] || recorded "$1"
}

start() { # seq id setup script: both escaped; `-` means delivered by `put`
  owned "$1" || return
  d=attempts/$2
  [ -e "done/$2" ] && { say "$1" done; return; }
  [ -e "$d/claim" ] && { say "$1" claimed; return; }
  ! survivor && is_free || { say "$1" busy "$current"; return; }
  mkdir -p "$d/work" || { say "$1" error "cannot make $d"; return; }
  [ -p "$d/err" ] || mkfifo "$d/out" "$d/err" || { say "$1" error "cannot make pipes in $d"; return; }
  [ "$3" = - ] || printf '%b' "$3" >"$d/setup" || { say "$1" error "cannot write $d"; return; }
  [ "$4" = - ] || printf '%b' "$4" >"$d/script" || { say "$1" error "cannot write $d"; return; }
  # Room for the end, so that a command that fills the disk cannot keep its own end from being recorded.
  printf 'none    \n' >"$d/exit" || { say "$1" error "cannot write $d"; return; }
  printf '%s .\n' "$2" >current || { say "$1" error "cannot write current"; return; }
  set -C
  printf '%s %s .\n' "$boot" "$ticket" >"$d/claim" || { set +C; say "$1" claimed; return; }
  set +C
  supervise "$2" &
  say "$1" started
}


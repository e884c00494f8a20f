# What became of an attempt. Every record ends in a dot: a record cut short counts as none.

recorded() { # attempt folder: true if the end is recorded; sets $code
  code=-
  IFS=' ' read -r word code dot rest <"$1/exit" || return 1
  [ "$word" = exit ] && [ "$dot" = . ]
}

command_lives() { # attempt folder
  IFS=' ' read -r its_boot its_pid its_start dot <"$1/proc" || return 1
  [ "$its_boot" = "$boot" ] && [ "$dot" = . ] && lives "$its_pid" "$its_start"
}

look() { # id: sets $state to none, done, exit, alive or gone
  d=attempts/$1
  code=-
  if [ -e "done/$1" ]; then
    state=done
    IFS=' ' read -r word code rest <"done/$1"
  elif [ ! -e "$d/claim" ]; then
    state=none
  elif recorded "$d"; then
    state=exit
  elif command_lives "$d"; then
    state=alive
  # The supervisor, and the command until it has recorded its process, hold the lock. Once that is
  # free nothing is between two records any more, so the second look is the truth.
  elif ! take_lock; then
    state=alive
  elif recorded "$d"; then
    state=exit
  elif command_lives "$d"; then
    state=alive
  else
    state=gone
  fi
}

ask() { # seq id
  owned "$1" || return
  look "$2"
  claim_boot=-
  [ -e "$d/claim" ] && IFS=' ' read -r claim_boot rest <"$d/claim"
  say "$1" "$state" "$code" "$claim_boot"
}


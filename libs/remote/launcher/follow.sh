# Reading what a command wrote, while it runs and afterwards. Bytes go to the bulk descriptor, their number into the answer.

emit() { # file block count: sets $bytes
  bytes=0
  [ -f "$1" ] && [ -s "$1" ] || return
  # Without the lock: a link that hangs would hang `dd`, and with it the node.
  if [ "$dd_counts" ]; then
    counts=$(LC_ALL=C dd bs=1024 skip="$2" count="$3" if="$1" 2>&1 >&3 9>&-)
    set -- ${counts##*"records out"}
    bytes=${1:-0}
    return
  fi
  bytes=$(($(wc -c <"$1") - $2 * 1024))
  [ "$bytes" -le "$(($3 * 1024))" ] || bytes=$(($3 * 1024))
  [ "$bytes" -gt 0 ] || { bytes=0; return; }
  dd bs=1024 skip="$2" count="$3" if="$1" 9>&- | head -c "$bytes" >&3 9>&-
}

drained() { # count-file index: true if all that was written before the command's end is in the file
  [ -s "$1" ] && return
  set -- "$1" $2
  [ "${2:-}" ] && [ -r "/proc/$2/stat" ] || return 0
  # A keeper's reader asleep means an empty pipe: it writes to the file before it reads again.
  set +f
  for file in /proc/[0-9]*/stat; do
    set -f
    read_stat "$file"
    set -- "$1" "$2" ${stat##*") "}
    [ "${4:-}" = "$2" ] && [ "$3" = S ] && return 0
  done
  set -f
  return 1
}

poll() { # seq id out-block err-block count
  look "$2"
  has_output=0
  if [ "$state" = exit ]; then
    keeper_out=
    keeper_err=
    IFS=' ' read -r keeper_out keeper_err rest <"$d/keepers"
    drained "$d/stdout.n" "$keeper_out" && drained "$d/stderr.n" "$keeper_err" && state=end
    [ -s "$d/output" ] && has_output=1
  fi
  dropped_out=0
  dropped_err=0
  [ -s "$d/stdout.n" ] && IFS=' ' read -r rest dropped_out rest <"$d/stdout.n"
  [ -s "$d/stderr.n" ] && IFS=' ' read -r rest dropped_err rest <"$d/stderr.n"
  emit "$d/stdout" "$3" "$5"
  bytes_out=$bytes
  emit "$d/stderr" "$4" "$5"
  say "$1" "$state" "$code" "$bytes_out" "$bytes" "$dropped_out" "$dropped_err" "$has_output"
}

fetch() { # seq id file block count
  case $3 in
    stdout | stderr | output) emit "attempts/$2/$3" "$4" "$5" ;;
    *) bytes=0 ;;
  esac
  say "$1" ok "$bytes"
}


boots() { # seq id: the boot under which the attempt was claimed, and this one
  state=-
  claim_boot=-
  [ -e "attempts/$2/claim" ] && IFS=' ' read -r claim_boot rest <"attempts/$2/claim"
  recorded "attempts/$2" && state=exit
  say "$1" "$claim_boot" "$boot" "$state" "$code"
}

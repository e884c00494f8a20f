# The supervisor: runs one command, keeps its output bounded, records its end. It outlives the connection.

keep() { # file: keeps the head of standard input there, drains and counts the rest
  # Closed here and not where this is called: dash and busybox would keep a saved copy there, and the pipe open.
  exec 4<&- 5>&- 6<&- 7>&- 8>&- 9>&-
  kept=0
  dropped=0
  while room=$(((limit - kept) / 65536)) && [ "$room" -gt 0 ]; do
    # In place of the subshell: bash would else wait in one between, and `drained` take it for the reader.
    counts=$(export LC_ALL=C; exec dd bs=65536 count="$room" 2>&1 >>"$1")
    failed=$?
    blocks=${counts%%" records in"*}
    blocks=$((${blocks##*[!0-9+]}))
    if [ "$dd_counts" ]; then
      set -- "$1" ${counts##*"records out"}
      kept=$((kept + $2))
    else
      kept=$(($(wc -c <"$1")))
    fi
    # Fewer blocks than asked for: the writers are gone, or the disk is full.
    [ "$failed" = 0 ] && [ "$blocks" = "$room" ] || break
  done
  [ "$failed" = 0 ] && [ "$room" -gt 0 ] || dropped=$(exec wc -c)
  printf '%s %s .\n' "$kept" "$((dropped))" >"$1.n"
}

run_command() { # id: becomes the command
  itself
  printf '%s %s %s .\n' "$boot" "$pid" "$start" >"$d/proc" || exit 125
  trap - HUP PIPE
  umask "$mask"
  export MUSTER_ATTEMPT="$1" MUSTER_ATTEMPT_DIR="$folder/$d/work" MUSTER_OUTPUT="$folder/$d/output"
  script=$folder/$d/script
  exec >&5 2>&8
  . "./$d/setup"
  exec "$setsid" /bin/sh "$script" 5>&- 7>&- 8>&- 9>&-
}

# Short output goes with the end, so that nobody has to ask for it. What a shell drops, NUL bytes, shows in the length.
carry() { # file: adds what it holds to $text, each line end as $line_end; false if it holds that itself
  [ -s "$1" ] || return 0
  while IFS= read -r piece; do
    [ "${piece#*"$line_end"}" = "$piece" ] || return 1
    text=$text$piece$line_end
  done <"$1"
  [ "${piece#*"$line_end"}" = "$piece" ] || return 1
  text=$text$piece
}

supervise() { # id
  exec 3>&- </dev/null
  d=attempts/$1
  # Opened for both first: neither end then waits for the other, and no byte is lost whoever is late.
  exec 8<>"$d/out" 4<"$d/out" 5>"$d/out" 8>&-
  exec 8<>"$d/err" 6<"$d/err" 8>"$d/err"
  keep "$d/stdout" <&4 &
  keeper=$!
  keep "$d/stderr" <&6 &
  printf '%s %s .\n' "$keeper" "$!" >"$d/keepers"
  exec 4<&- 6<&-
  (run_command "$1")
  code=$?
  # In place, into the room that `start` made: one write, whole or not at all.
  printf 'exit %s .\n' "$code" 1<>"$d/exit"
  exec 5>&- 8>&- 9>&-
  # A daemon of the command may hold its output open for ever: then `poll` tells the end.
  wait
  # Left empty where a keeper could not tell, on a full disk: then the reader has to look.
  kept_out=
  kept_err=
  dropped_out=0
  dropped_err=0
  IFS=' ' read -r kept_out dropped_out rest <"$d/stdout.n"
  IFS=' ' read -r kept_err dropped_err rest <"$d/stderr.n"
  has_output=0
  [ -s "$d/output" ] && has_output=1
  text=
  # Bytes, whatever the machine speaks: a shell that knows characters takes a line end for the rest of a broken one.
  LC_ALL=C
  if [ "${kept_out:-513}" -le 512 ] && [ "${kept_err:-513}" -le 512 ]; then
    carry "$d/stdout" && carry "$d/stderr" || text=
  fi
  say ended "$1" "$code" "$kept_out" "$dropped_out" "$kept_err" "$dropped_err" "$has_output" "$text"
}


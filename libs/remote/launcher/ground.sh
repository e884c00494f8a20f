# Words that everything else is made of. POSIX sh: dash, busybox and bash run it alike.
# Descriptors: 0 requests, 7 answers, 3 bulk (bytes of output), 9 the node's lock. The working folder is the state folder.

say() { # word...: one answer, in one write, so that answers of several processes never mix
  printf '%s\n' "$*" >&7
}

nap() { # 50 ms, or a second where sleep knows no fractions; counts in $tries how many times 50 ms have passed
  if sleep 0.05; then tries=$((tries + 1)); else sleep 1; tries=$((tries + 20)); fi
}

itself() { # sets $pid and $start of the process that runs this line, without a fork
  IFS= read -r stat </proc/self/stat
  pid=${stat%% *}
  set -- ${stat##*") "}
  start=${20}
}

read_stat() { # file: sets $stat; the process's name in it may hold anything, line ends too
  stat=
  while IFS= read -r piece; do
    stat="$stat $piece"
  done <"$1"
}

lives() { # pid start: true while that very process lives; a zombie is dead
  read_stat "/proc/$1/stat"
  set -- "$1" "$2" ${stat##*") "}
  case ${3:-Z} in
    Z | X | x) return 1 ;;
  esac
  [ "${22}" = "$2" ]
}

take_lock() { # true if nobody else holds the node's lock; the lock is then held afresh
  locked=
  exec 9>&-
  exec 9>>lock
  flock -n 9 || return 1
  locked=1
}


# Connecting: what the node needs to have, and the first answer.

missing() { # what...: the first answer when the node cannot serve
  printf '\n%s missing %s\n' "$nonce" "$*" >&7
  exit 1
}

persistent() { # folder: false if a reboot would empty it
  case $1/ in
    /tmp/* | /run/* | /var/run/* | /dev/shm/*) return 1 ;;
  esac
  case $(stat -f -c %T "$1") in
    tmpfs | ramfs) return 1 ;;
  esac
}

machine_id() { # sets $machine, a dash if the system has none, and $folder_id, made once
  if [ ! -s id ]; then
    exec 8>>gate
    flock 8
    [ -s id ] || {
      IFS= read -r folder_id </proc/sys/kernel/random/uuid
      printf '%s\n' "$folder_id" >id.new && mv id.new id || missing "folder: cannot write to $folder"
    }
    exec 8>&-
  fi
  IFS= read -r folder_id <id
  file=${MUSTER_MACHINE_ID_FILE:-/etc/machine-id}
  machine=
  [ -r "$file" ] && IFS= read -r machine <"$file"
  case $machine in
    '' | *[!0-9a-f]*) machine=- ;;
  esac
}

hello() { # nonce folder limit
  nonce=$1
  limit=$3
  exec 7>&1 3>&2 >/dev/null 2>&1
  set -f
  trap '' HUP PIPE
  # Another launcher takes the node over: never in the middle of a request, at once between two.
  trap 'quit=1; [ "$working" ] || exit 0' TERM
  mask=$(umask)
  umask 077
  lacking=
  for tool in flock setsid dd head mkdir mkfifo mv rm sleep wc; do
    command -v "$tool" || lacking="$lacking $tool"
  done
  [ -r /proc/self/stat ] || lacking="$lacking /proc"
  [ -r "${MUSTER_BOOT_ID_FILE:-/proc/sys/kernel/random/boot_id}" ] || lacking="$lacking boot_id"
  [ "$lacking" ] && missing "programs:$lacking"
  setsid=$(command -v setsid)
  line_end=$(printf '\001')
  IFS= read -r boot <"${MUSTER_BOOT_ID_FILE:-/proc/sys/kernel/random/boot_id}"
  folder=${MUSTER_STATE_DIR:-$2}
  [ -d "$folder" ] || mkdir -p "$folder" || missing "folder: cannot make $folder"
  cd -P "$folder" || missing "folder: cannot enter $folder"
  folder=$PWD
  [ "${MUSTER_STATE_DIR:-}" ] || persistent "$folder" || missing "folder: $folder does not survive a reboot"
  [ -d attempts ] && [ -d done ] && [ -d checks ] && [ -d ending ] || mkdir -p attempts done checks ending
  chmod 700 . && printf . >probe || missing "folder: cannot write to $folder"
  (exec 9>>lock && flock -u 9) || missing "programs: flock on a descriptor"
  # Some builds of busybox tell blocks only; there it takes a program more to know how many bytes were copied.
  set -- $(LC_ALL=C dd bs=1 count=2 if=/proc/self/stat 2>&1 >/dev/null)
  dd_counts=
  [ "${7:-}" = 2 ] && dd_counts=1
  machine_id
  itself
  me_pid=$pid
  me_start=$start
  printf '\n%s\n' "$nonce" >&3
  printf '\n%s hello 1 %s %s %s\n' "$nonce" "$boot" "$machine" "$folder_id" >&7
}


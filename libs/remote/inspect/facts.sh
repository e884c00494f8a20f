# What a machine says of itself: a line per fact, its name and value parted by a tab. Read whole before it runs, changes nothing.
{
  LC_ALL=C
  PATH=$PATH:/usr/sbin:/sbin:/opt/puppetlabs/bin
  export LC_ALL PATH
  say() { printf '%s\t%s\n' "$1" "$2"; }
  first() { [ -r "$2" ] && IFS= read -r line <"$2" && say "$1" "$line"; }

  say hostname "$(uname -n)"
  say kernel "$(uname -r)"
  say arch "$(uname -m)"
  for file in /etc/os-release /usr/lib/os-release; do
    [ -r "$file" ] || continue
    while IFS='=' read -r name value; do
      case $name in
        ID | VERSION_ID | PRETTY_NAME) say "os.$name" "$value" ;;
      esac
    done <"$file"
    break
  done
  cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null) || cpus=$(grep -c '^processor' /proc/cpuinfo 2>/dev/null)
  say cpus "$cpus"
  model=$(grep -m 1 '^model name' /proc/cpuinfo 2>/dev/null) && say cpuModel "${model#*: }"
  while read -r name value rest; do
    [ "$name" = MemTotal: ] && say memoryKiB "$value" && break
  done </proc/meminfo
  for disk in /sys/block/*; do
    name=${disk##*/}
    case $name in
      '*' | loop* | ram* | zram* | dm-* | md* | sr* | fd*) continue ;;
    esac
    first "disk.$name.sectors" "$disk/size"
    first "disk.$name.rotational" "$disk/queue/rotational"
    first "disk.$name.model" "$disk/device/model"
  done
  for nic in /sys/class/net/*; do
    name=${nic##*/}
    case $name in
      '*' | lo) continue ;;
    esac
    [ -r "$nic/address" ] || continue
    first "nic.$name.mac" "$nic/address"
    first "nic.$name.state" "$nic/operstate"
    first "nic.$name.mtu" "$nic/mtu"
  done
  ip -o addr show 2>/dev/null | while read -r number name family address rest; do
    case $family in
      inet | inet6) say "nic.${name%%@*}.address" "$address" ;;
    esac
  done
  first bootId /proc/sys/kernel/random/boot_id
  first machineId /etc/machine-id || first machineId /var/lib/dbus/machine-id
  if command -v systemd-detect-virt >/dev/null 2>&1; then
    say virtualization "$(systemd-detect-virt 2>/dev/null)"
  fi
  for name in python3 puppet; do
    if command -v "$name" >/dev/null 2>&1; then
      say "program.$name" "$("$name" --version 2>/dev/null | head -n 1)"
    else
      say "missing.$name" ''
    fi
  done
  for name in flock setsid sudo; do
    if command -v "$name" >/dev/null 2>&1; then say "program.$name" ''; else say "missing.$name" ''; fi
  done
  say end ''
} </dev/null 2>/dev/null

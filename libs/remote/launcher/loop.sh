# Requests: one line each, `number verb word... .`; without the dot at its end a line was cut short and runs nothing.

serve() {
  locked=
  quit=
  working=
  installation=
  ticket=
  while [ ! "$quit" ] && IFS= read -r request; do
    working=1
    case $request in
      *' .') ;;
      *) break ;;
    esac
    set -- $request
    seq=$1
    verb=$2
    shift 2
    case $verb in
      own | ask | put | start | poll | fetch | boots | cancel | forget | check) "$verb" "$seq" "$@" ;;
      *) say "$seq" error "unknown request" ;;
    esac
    working=
  done
}

#!/bin/sh
# postgres.sh primary      makes the database cluster if there is none, and starts it
# postgres.sh replica      copies the primary if there is no copy yet, and starts following it
# postgres.sh ready        succeeds if the server takes connections
# postgres.sh streaming    succeeds if this replica streams from the primary
# postgres.sh write|read   writes a row on the primary; waits on a replica until the newest row of the primary is there
# postgres.sh stop         stops the server
#
# ~/postgres.env says what this machine is (see examples/README.md).
set -eu

BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || :)
HOST=127.0.0.1
PORT=5432
DATA=/var/lib/postgresql/muster
PRIMARY_HOST=$HOST
PRIMARY_PORT=5432
NETWORK=samenet
BACKUP_RATE=
JOURNAL=
. "$HOME/postgres.env"
: "${BIN:?PostgreSQL is not installed: apt-get install postgresql}" "${REPLICATION_PASSWORD:?is to be set in ~/postgres.env}"
PATH=$BIN:$PATH PGOPTIONS=--client-min-messages=warning
export PATH PGOPTIONS
ran=$DATA.run

# Sockets and passwords are for the server's user only; local connections need no password for that reason.
as_server() { # command...: PostgreSQL refuses to run as root
  (
    cd /
    if [ "$(id -u)" = 0 ]; then
      exec setpriv --reuid postgres --regid postgres --clear-groups -- env HOME=/ PGPASSFILE="$ran/pgpass" "$@"
    fi
    exec env PGPASSFILE="$ran/pgpass" "$@"
  )
}

note() { # text: what this command does, for whoever wants to know that it ran once
  [ -z "$JOURNAL" ] || echo "$(date +%s.%N) $1 $verb" >>"$JOURNAL"
}

sql() { # statement: on this node
  as_server psql -X -qtA -v ON_ERROR_STOP=1 -h "$ran" -p "$PORT" -U postgres -d postgres -c "$1"
}

primary_sql() { # statement: on the primary, as the replicating user
  as_server psql -X -qtA -v ON_ERROR_STOP=1 -h "$PRIMARY_HOST" -p "$PRIMARY_PORT" -U replicator -d postgres -c "$1"
}

prepare() {
  mkdir -p "$ran"
  chmod 700 "$ran"
  [ "$(id -u)" != 0 ] || chown postgres:postgres "$ran"
  as_server sh -c 'umask 077; cat >"$1"' sh "$ran/pgpass" <<END
*:*:*:replicator:$REPLICATION_PASSWORD
END
}

configure() { # folder: what differs from node to node (a copy of the primary brings the primary's along), and that the primary
  # keeps what a slow copy still needs of its log
  as_server sh -c 'umask 077; cat >"$1"' sh "$1/muster.conf" <<END
listen_addresses = '$HOST'
port = $PORT
unix_socket_directories = '$ran'
hot_standby = on
wal_keep_size = 512MB
END
  grep -q "muster.conf" "$1/postgresql.conf" || as_server sh -c 'echo "include '\''muster.conf'\''" >>"$1"' sh "$1/postgresql.conf"
}

start() {
  configure "$DATA"
  if as_server pg_ctl -D "$DATA" status >/dev/null; then
    echo "it runs already"
    as_server pg_ctl -D "$DATA" reload
  else
    as_server pg_ctl -D "$DATA" -l "$ran/log" -w -t 60 start || {
      tail -n 20 "$ran/log" >&2
      exit 1
    }
  fi
}

fresh_folder() { # prints the folder in which a database cluster is made; it takes its name when it is complete
  rm -rf "$DATA.new"
  mkdir -p "$DATA.new"
  chmod 700 "$DATA.new"
  [ "$(id -u)" != 0 ] || chown postgres:postgres "$DATA.new"
}

primary() {
  if [ ! -s "$DATA/PG_VERSION" ]; then
    fresh_folder
    as_server initdb -D "$DATA.new" -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C.UTF-8
    as_server sh -c 'echo "host replication replicator $2 scram-sha-256" >>"$1"' sh "$DATA.new/pg_hba.conf" "$NETWORK"
    as_server sh -c 'echo "host postgres replicator $2 scram-sha-256" >>"$1"' sh "$DATA.new/pg_hba.conf" "$NETWORK"
    mv "$DATA.new" "$DATA"
  fi
  start
  # By stdin: an argument could be read by every user of the machine.
  as_server psql -X -q -v ON_ERROR_STOP=1 -h "$ran" -p "$PORT" -U postgres -d postgres <<END
DO \$\$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'replicator') THEN CREATE ROLE replicator LOGIN REPLICATION; END IF;
END \$\$;
ALTER ROLE replicator PASSWORD '$(printf %s "$REPLICATION_PASSWORD" | sed "s/'/''/g")';
CREATE TABLE IF NOT EXISTS muster_check (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, written timestamptz NOT NULL DEFAULT now());
GRANT SELECT ON muster_check TO replicator;
END
}

replica() {
  if [ ! -s "$DATA/PG_VERSION" ]; then
    fresh_folder
    as_server pg_basebackup -h "$PRIMARY_HOST" -p "$PRIMARY_PORT" -U replicator -D "$DATA.new" -R -X stream -c fast \
      ${BACKUP_RATE:+--max-rate="$BACKUP_RATE"}
    configure "$DATA.new"
    mv "$DATA.new" "$DATA"
  fi
  start
}

read_row() {
  newest=$(primary_sql 'SELECT max(id) FROM muster_check')
  [ -n "$newest" ] || { echo "the primary has no row" >&2; exit 1; }
  tries=0
  until [ "$(sql "SELECT count(*) FROM muster_check WHERE id = $newest")" = 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { echo "row $newest of the primary did not arrive" >&2; exit 1; }
    sleep 0.1
  done
  echo "row $newest of the primary is here"
}

verb=$1
case $verb in
  primary | replica)
    note start
    prepare
    "$verb"
    note end
    ;;
  ready) as_server pg_isready -q -h "$ran" -p "$PORT" ;;
  streaming) [ "$(sql "SELECT status FROM pg_stat_wal_receiver")" = streaming ] ;;
  write)
    note start
    echo "row $(sql 'INSERT INTO muster_check DEFAULT VALUES RETURNING id') is written"
    note end
    ;;
  read)
    note start
    read_row
    note end
    ;;
  stop) as_server pg_ctl -D "$DATA" -m fast -w stop ;;
  *)
    echo "postgres.sh: unknown word $verb" >&2
    exit 2
    ;;
esac

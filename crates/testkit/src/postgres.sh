#!/bin/sh
# A throw-away PostgreSQL on loopback: prints its URL as one line, and lives until standard input ends.
#
# Whoever starts this holds the writing end of a pipe as our standard input. However that process ends, killed
# with -9 included, the pipe closes, and we stop the server and remove its files. Nothing else has to be remembered.
# Used by testkit (postgres.rs) and by ./test.
set -eu

# Ctrl-C reaches the whole process group; only the end of standard input may end us, so that we always clean up.
trap '' HUP INT TERM

say() { printf 'throw-away PostgreSQL: %s\n' "$1" >&2; }

# The newest packaged server, else the one on PATH.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
    bin=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
fi
if [ ! -x "$bin/initdb" ] || [ ! -x "$bin/pg_ctl" ]; then
    say "no server found in /usr/lib/postgresql/*/bin or on PATH (Debian: apt-get install postgresql)"
    exit 3
fi

# initdb refuses to run as root, so root hands the files and the processes to an account that owns nothing else.
# TMPDIR may lie where that account cannot go; /tmp never does.
if [ "$(id -u)" = 0 ]; then
    if id postgres >/dev/null 2>&1; then owner=postgres; else owner=nobody; fi
    dir=$(mktemp -d /tmp/noroshi-postgres.XXXXXX)
    chown "$owner" "$dir"
    as_owner() { setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups env HOME="$dir" "$@"; }
else
    dir=$(mktemp -d "${TMPDIR:-/tmp}/noroshi-postgres.XXXXXX")
    as_owner() { "$@"; }
fi
cd "$dir"

finish() {
    status=$?
    trap - EXIT
    # Immediate: no checkpoint, because nothing of it is read again.
    as_owner "$bin/pg_ctl" stop -D "$dir/data" -m immediate -t 30 >/dev/null 2>&1 || true
    cd /
    rm -rf "$dir"
    exit "$status"
}
trap finish EXIT

if ! as_owner "$bin/initdb" -D "$dir/data" -U noroshi --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync >"$dir/initdb.log" 2>&1; then
    say "initdb failed:"
    cat "$dir/initdb.log" >&2
    exit 1
fi

# A free port is only known by binding it; below 32768 none is handed out to outgoing connections meanwhile.
attempt=0
while :; do
    port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
    # Reached over 127.0.0.1 only. Durability is for data that somebody keeps.
    if as_owner "$bin/pg_ctl" start -w -t 60 -D "$dir/data" -l "$dir/data/server.log" -o "-p $port \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null 2>&1 </dev/null; then
        break
    fi
    attempt=$((attempt + 1))
    if [ "$attempt" = 5 ]; then
        say "the server did not start:"
        tail -n 20 "$dir/data/server.log" >&2 || true
        exit 1
    fi
done

printf 'postgres://noroshi@127.0.0.1:%s/postgres\n' "$port"
cat >/dev/null

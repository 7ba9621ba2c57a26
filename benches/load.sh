#!/usr/bin/env bash
# What a machine goes through at worst, and what it costs here:
#
#   benches/load.sh PROGRAM REPOSITORY [DIRECTORY]
#
# The whole history of REPOSITORY in an address space of 512 MB above its packs, which are mapped; 200
# hooks before a commit at once; a tree of a million files; a sparse file of 20 GB. What is made is made
# in DIRECTORY, or in a temporary one, which needs 5 GB. FILES and HOOKS make it smaller. Each row says
# how long it took, the peak of memory in MB, and the exit code; 3 is a repository that is not whole.
# Needs GNU time.
set -euo pipefail
program=$(realpath "${1:?usage: benches/load.sh PROGRAM REPOSITORY [DIRECTORY]}")
repository=$(realpath "${2:?usage: benches/load.sh PROGRAM REPOSITORY [DIRECTORY]}")
work=${3:-$(mktemp -d)}
[ $# -gt 2 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
files=${FILES:-1000000} hooks=${HOOKS:-200}
gnu_time=$(command -v gtime || echo /usr/bin/time)
export HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com \
  GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com

# row NAME COMMAND...: what the command costs.
row() {
  local name=$1 said
  shift
  said=$("$gnu_time" -f '%e | %M | %x' "$@" 2>&1 >/dev/null | tail -1 || true)
  awk -v name="$name" -v said="$said" 'BEGIN {
    split(said, part, " [|] "); printf "| %s | %.1f | %.0f | %s |\n", name, part[1], part[2] / 1024, part[3] }'
}
printf '| | seconds | peak MB | exit |\n|---|---:|---:|---:|\n'

packs=$(find "$(git -C "$repository" rev-parse --absolute-git-dir)/objects/pack" -type f -printf '%s\n' | awk '{ n += $1 } END { print int(n / 1024) }')
limited() { ulimit -v "$((packs + 512 * 1024))"; exec "$program" scan --history --no-cache --no-progress "$repository"; }
export -f limited
export packs program repository
row "history in 512 MB above $((packs / 1024)) MB of packs" bash -c limited

git init -q "$work/hooks"
cd "$work/hooks"
seq 1000 >a
git add a
at_once() { seq "$1" | xargs -P "$1" -I{} "$program" hook run pre-commit; }
export -f at_once
row "$hooks hooks before a commit at once" bash -c "at_once $hooks"

cd "$work"
if [ ! -d files ]; then
  mkdir files
  awk -v n="$files" 'BEGIN { for (d = 0; d < n / 1000; d++) print "files/d" d }' | xargs mkdir -p
  awk -v n="$files" 'BEGIN { for (i = 0; i < n; i++) print "files/d" int(i / 1000) "/f" i }' | xargs touch
  find files -type f -name '*7' -print0 | xargs -0 sh -c 'for f; do echo "line of $f" >"$f"; done' sh
fi
row "a tree of $files files" "$program" scan --tree --no-progress files

rm -rf sparse
mkdir sparse
truncate -s 20G sparse/file
row 'a sparse file of 20 GB' "$program" scan --tree --no-progress sparse

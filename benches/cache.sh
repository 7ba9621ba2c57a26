#!/usr/bin/env bash
# What the cache saves: a scan of the whole history of a repository that reads everything, one that
# knows all of it, and one after 100 new commits, beside what git needs to open the same database.
#
#   benches/cache.sh PROGRAM REPOSITORY [RUNS]
#
# Each figure is the median of RUNS (default 5) in milliseconds. REPOSITORY is not changed: the commits
# go to a bare copy that borrows nothing, made beside the cache in a temporary directory. A repository
# with findings, or with objects that are missing, is never known, and the script says so.
set -euo pipefail
program=$(realpath "${1:?usage: benches/cache.sh PROGRAM REPOSITORY [RUNS]}")
repository=$(realpath "${2:?usage: benches/cache.sh PROGRAM REPOSITORY [RUNS]}")
runs=${3:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git config --global gc.auto 0
git config --global maintenance.auto false
git config --global safe.directory '*'

git clone -q --mirror --no-hardlinks "$repository" "$work/copy"
cd "$work/copy"
cache=$work/cache

scan() { "$program" scan --history --no-progress "$@" --format json=report.json . || [ $? = 3 ]; }
# How many objects the last run knew.
known() { sed -n 's/^ *"known": \([0-9]*\).*/\1/p' report.json; }

# measure COMMAND...: the median time of COMMAND.
measure() {
  local start end
  for _ in $(seq "$runs"); do
    start=${EPOCHREALTIME/[.,]/}
    "$@"
    end=${EPOCHREALTIME/[.,]/}
    echo $((end - start))
  done | sort -n | awk '{ t[NR] = $1 } END { printf "%.1f", t[int((NR + 1) / 2)] / 1000 }'
}
row() { printf '| %s | %s |\n' "$1" "$2"; }

printf '%s\n\n' "$(git count-objects -v | tr '\n' ' ')"
printf '| | ms |\n|---|---:|\n'
row 'reading everything (--no-cache)' "$(measure scan --no-cache)"
# What git does to be ready for any question: it opens the index of the pack, and lists references.
ready() { git cat-file -e HEAD && git for-each-ref >/dev/null; }
row 'git cat-file -e HEAD && git for-each-ref' "$(measure ready)"
sleep 0.2
scan --cache-dir "$cache"
row 'reading nothing again' "$(measure scan --cache-dir "$cache")"
[ "$(known)" -gt 0 ] || { echo "this repository cannot be known: it has findings, or is not whole" >&2; exit 1; }

# 100 commits of one file each, as a fetch brings them: a pack of their own.
commits() {
  awk -v from="$(git rev-parse HEAD)" 'BEGIN {
    for (i = 1; i <= 100; i++) {
      printf "commit refs/heads/bench-cache\ncommitter a <a@example.com> %d +0000\ndata 2\nm\n", 1700000000 + i
      if (i == 1) printf "from %s\n", from
      text = "line " i "\n"
      printf "M 644 inline bench/%d/file%d\ndata %d\n%s\n", i % 7, i, length(text), text
    }
  }'
}
commits | git -c fastimport.unpackLimit=1 fast-import --quiet
sleep 0.2
cp -a "$cache" "$work/before"
first() { rm -rf "$cache" && cp -a "$work/before" "$cache" && scan --cache-dir "$cache"; }
row 'after 100 new commits' "$(measure first)"
row 'once more' "$(measure scan --cache-dir "$cache")"
printf '\n%s objects were known in the last run\n' "$(known)"

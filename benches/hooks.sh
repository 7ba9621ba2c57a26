#!/usr/bin/env bash
# What the hooks cost: commits and pushes of the real git without a hook, with a hook that does
# nothing, and with ours. Usage: benches/hooks.sh PROGRAM [REPOSITORY] [RUNS]
# Each figure is the median of RUNS (default 21) in milliseconds; a clone of REPOSITORY (default: the
# one here) is worked on. The budget: 10 ms for a commit of one file, 100 ms for one of 1,000 files and
# for a push of 100 commits, beyond what git itself takes. The last column is the same in the time of the
# processor, which other work on the machine hardly changes.
set -euo pipefail
program=$(realpath "${1:?usage: benches/hooks.sh PROGRAM [REPOSITORY] [RUNS]}")
repository=$(realpath "${2:-$(dirname "$0")/..}")
runs=${3:-21}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --global user.name 'A U Thor'
git config --global user.email author@example.com
git config --global gc.auto 0
git config --global advice.detachedHead false

git clone -q --no-hardlinks "$repository" "$work/clone"
git init -q --bare "$work/server"
cd "$work/clone"
git checkout -q -B bench
git remote add server "$work/server"
git push -q --no-verify server bench
git fetch -q server
hooks=$(git rev-parse --git-path hooks)
mkdir -p "$hooks"

hook() {
  rm -f "$hooks/pre-commit" "$hooks/pre-push"
  case $1 in
    none) ;;
    empty)
      printf '#!/bin/sh\nexit 0\n' >"$hooks/pre-commit"
      cp "$hooks/pre-commit" "$hooks/pre-push"
      chmod +x "$hooks/pre-commit" "$hooks/pre-push"
      ;;
    ours) "$program" hook install >/dev/null ;;
  esac
}

# measure UNDO COMMAND...: the median time of COMMAND, with UNDO after each run, and what a run takes of the
# processor together with its UNDO.
measure() {
  local TIMEFORMAT='%U %S'
  { time repeat "$@" >"$work/times"; } 2>"$work/processor"
  sort -n "$work/times" | awk '{ t[NR] = $1 } END { printf "%f ", t[int((NR + 1) / 2)] / 1000 }'
  tail -1 "$work/processor" | awk -v runs="$runs" '{ print ($1 + $2) * 1000 / runs }'
}
repeat() {
  local undo=$1 start end
  shift
  for _ in $(seq "$runs"); do
    start=${EPOCHREALTIME/[.,]/}
    "$@"
    end=${EPOCHREALTIME/[.,]/}
    echo $((end - start))
    $undo
  done
}

# row NAME UNDO COMMAND...: the three figures, the cost of ours, how many times git's own, and the cost in
# time of the processor.
row() {
  local name=$1 none empty ours
  shift
  hook none; none=$(measure "$@")
  hook empty; empty=$(measure "$@")
  hook ours; ours=$(measure "$@")
  echo "$none $empty $ours" | awk -v n="$name" '{
    printf "| %s | %.1f | %.1f | %.1f | %.1f | %.2f | %.1f |\n", n, $1, $3, $5, $5 - $1, $5 / $1, $6 - $2 }'
}

uncommit() { git reset -q --soft HEAD~1; }
unpush() {
  git --git-dir="$work/server" update-ref -d refs/heads/topic
  git update-ref -d refs/remotes/server/topic
}

echo "$(git rev-list --count HEAD) commits, $(git ls-files | wc -l) files, $(git --version), medians of $runs, ms"
echo
echo '| | no hook | empty hook | stripeguard | beyond git | times | processor |'
echo '|---|---:|---:|---:|---:|---:|---:|'

echo "one more line" >>bench-one
git add bench-one
row 'commit of one file' uncommit git commit -q -m one
git commit -q -m one --no-verify

mkdir -p bench-many
for n in $(seq 1000); do
  seq "$n" $((n + 100)) | sed "s/^/const setting_$n = /" >"bench-many/file$n.js"
done
git add bench-many
row 'commit of 1,000 files' uncommit git commit -q -m many
git commit -q -m many --no-verify
git push -q --no-verify server bench

for n in $(seq 100); do
  mkdir -p "bench-push/$((n % 7))"
  seq "$n" $((n + 50)) >"bench-push/$((n % 7))/file$n"
  echo "$n" >>bench-one
  git add -A
  git commit -q --no-verify -m "commit $n"
done
row 'push of 100 commits' unpush git push -q server HEAD:refs/heads/topic

#!/usr/bin/env bash
# Repositories of unusual shape, made here, and how long reading each of them whole takes:
#
#   benches/shapes.sh [DIRECTORY]
#
# 20,000 loose objects; 500 packs; 50,000 references, packed and loose; a file of 3 GB; a chain of
# 4,095 deltas. They are made anew in DIRECTORY, or in a temporary one, which needs 4 GB. Beside
# each stands how long git takes to read the same objects. Needs GNU time. STRIPEGUARD names a
# program that is built already.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
gnu_time=$(command -v gtime || echo /usr/bin/time)
stripeguard=${STRIPEGUARD:-}
if [ -z "$stripeguard" ]; then
  cargo build --quiet --release --locked --manifest-path "$here/Cargo.toml"
  stripeguard=${CARGO_TARGET_DIR:-$here/target}/release/stripeguard
fi
export GIT_CONFIG_NOSYSTEM=1 HOME=$work GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com \
  GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com

new() {
  rm -rf "${work:?}/$1"
  git init -q --bare "$work/$1"
  cd "$work/$1"
  git config gc.auto 0
  git config fastimport.unpackLimit "${2:-1}"
}

# Commits of one file each, as git fast-import reads them: how many, and the branch.
commits() {
  awk -v n="$1" -v branch="$2" 'BEGIN {
    for (i = 1; i <= n; i++) {
      text = "file " i " of " branch "\n"
      printf "commit refs/heads/%s\ncommitter a <a@example.com> %d +0000\ndata 2\nm\n", branch, 1600000000 + i
      printf "M 644 inline d%d/f%d\ndata %d\n%s\n", i % 50, i, length(text), text
    }
  }'
}

loose() {
  new loose 1000000
  commits 5000 main | git fast-import --quiet
}

packs() {
  new packs
  for pack in $(seq 500); do
    commits 10 "branch$pack" | git fast-import --quiet
  done
}

references() {
  new references
  commits 1000 main | git fast-import --quiet
  git rev-list main | awk '{for (i = 0; i < 40; i++) print "create refs/pull/" NR "/" i " " $1}' |
    git update-ref --stdin
  git pack-refs --all
  git rev-list main | awk '{for (i = 0; i < 10; i++) print "create refs/heads/" NR "/" i " " $1}' |
    git update-ref --stdin
}

large() {
  new large
  {
    printf 'blob\nmark :1\ndata 3221225472\n'
    base64 -w 0 /dev/urandom | head -c 3221225472
    printf '\ncommit refs/heads/main\ncommitter a <a@example.com> 1600000000 +0000\ndata 2\nm\n'
    printf 'M 644 :1 large\n\n'
  } | git -c core.bigFileThreshold=100m -c core.compression=1 fast-import --quiet
}

chain() {
  new chain
  awk 'BEGIN {
    for (i = 1; i <= 4200; i++) {
      text = ""
      for (line = 0; line < 60; line++) text = text "line " line " " (line == i % 60 ? i : 0) "\n"
      printf "commit refs/heads/main\ncommitter a <a@example.com> %d +0000\ndata 2\nm\n", 1600000000 + i
      printf "M 644 inline file\ndata %d\n%s\n", length(text), text
    }
  }' | git fast-import --quiet --depth=4095
  git repack -adfq --depth=4095 --window=5
}

printf '%-12s %9s %9s %9s %9s  %s\n' shape objects seconds 'peak MB' 'git s' 'exit code'
for shape in loose packs references large chain; do
  "$shape"
  objects=$(git cat-file --batch-all-objects --batch-check=x | wc -l)
  status=0
  "$gnu_time" -o "$work/once" -f '%e %M' "$stripeguard" scan --history . >/dev/null 2>&1 || status=$?
  read -r seconds kilobytes < <(tail -1 "$work/once")
  "$gnu_time" -o "$work/once" -f '%e' git cat-file --batch-all-objects --unordered --batch >/dev/null
  printf '%-12s %9d %9s %9d %9s  %s\n' "$shape" "$objects" "$seconds" $((kilobytes / 1000)) \
    "$(cat "$work/once")" "$status"
  [ $# -gt 0 ] || rm -rf "${work:?}/$shape"
done

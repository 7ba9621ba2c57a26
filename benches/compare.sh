#!/usr/bin/env bash
# Wall time and peak memory of stripeguard beside other scanners, in one run on one repository:
#
#   benches/compare.sh REPOSITORY [ROUNDS]
#
# The tree is that of HEAD, checked out into a temporary directory. Each line is the median of the
# rounds, which go round all tools in turn so that a change of the machine's speed hits them alike.
# Tools that are not installed are named as absent. Needs GNU time. STRIPEGUARD names a program that
# is built already.
set -euo pipefail

repository=$(cd "${1:?a repository}" && pwd)
rounds=${2:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gnu_time=$(command -v gtime || echo /usr/bin/time)

stripeguard=${STRIPEGUARD:-${CARGO_TARGET_DIR:-$here/target}/release/stripeguard}
if [[ -z ${STRIPEGUARD:-} ]]; then
  cargo build --quiet --release --manifest-path "$here/Cargo.toml"
fi

mkdir "$work/tree"
git -C "$repository" archive HEAD | tar -x -C "$work/tree"

literals=()
for text in k_live_ k_test_ sk_org_live_ sk_org_test_ whsec_ rkcs_test_ oak_ pst_live_ pst_test_ \
  absec_ _secret_; do
  literals+=(-e "$text")
done

# Runs a tool once and keeps "seconds kilobytes"; what it finds and its exit code do not matter.
run() {
  local name=$1
  shift
  if ! command -v "$1" >/dev/null; then
    echo absent >"$work/$name"
    return
  fi
  local begun=$EPOCHREALTIME
  "$gnu_time" -o "$work/once" -f '%M' "$@" >/dev/null 2>&1 </dev/null || true
  local ended=$EPOCHREALTIME
  awk -v a="$begun" -v b="$ended" '{kb = $1} END {printf "%.3f %d\n", b - a, kb}' \
    "$work/once" >>"$work/$name"
}

for _ in $(seq "$rounds"); do
  run tree-stripeguard "$stripeguard" scan "$work/tree"
  run tree-ripgrep rg -uuu --count "${literals[@]}" "$work/tree"
  run tree-kingfisher-one-rule kingfisher scan "$work/tree" --no-validate \
    --rule betterleaks.stripe-access-token
  run tree-kingfisher kingfisher scan "$work/tree" --no-validate
  run tree-gitleaks gitleaks dir "$work/tree" --no-banner
  run tree-ripsecrets ripsecrets "$work/tree"
  run history-stripeguard "$stripeguard" scan --history "$repository"
  run history-kingfisher-one-rule kingfisher scan "$repository" --no-validate \
    --rule betterleaks.stripe-access-token
  run history-kingfisher kingfisher scan "$repository" --no-validate
  run history-gitleaks gitleaks git "$repository" --no-banner
done

median() { cut -d ' ' -f "$2" "$work/$1" | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

printf '%-28s %10s %10s %10s\n' 'median of '"$rounds" seconds 'peak MB' ratio
for side in tree history; do
  own=$(median "$side-stripeguard" 1)
  for file in "$work/$side"-*; do
    name=$(basename "$file")
    if grep -q absent "$file"; then
      printf '%-28s %10s\n' "$name" absent
      continue
    fi
    awk -v name="$name" -v seconds="$(median "$name" 1)" -v kb="$(median "$name" 2)" -v own="$own" \
      'BEGIN {printf "%-28s %10.3f %10.0f %9.1fx\n", name, seconds, kb / 1000, seconds / own}'
  done
done

#!/bin/sh
# Wall time and peak memory of stripeguard beside other scanners, in one run.
#
#   cargo build --release && benches/compare.sh REPOSITORY [RUNS]
#
# REPOSITORY is a work tree or a git directory. Every scanner runs without network. Printed are
# medians, and the ratio of the wall time to that of stripeguard on the same part. Scanners that
# are not installed are named. STRIPEGUARD names another program to measure. Needs GNU time.
set -eu
repository=$(cd "${1:?a repository}" && pwd)
runs=${2:-5}
stripeguard=${STRIPEGUARD:-$(cd "$(dirname "$0")/.." && pwd)/target/release/stripeguard}
literals='sk_live_|sk_test_|rk_live_|rk_test_|pk_live_|pk_test_|sk_org_|rkcs_test_|whsec_|ek_live_|ek_test_|pst_live_|pst_test_|_secret_|oak_|absec_'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The middle one of the numbers in a file, one in each line.
median() {
    sort -n "$1" | awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }'
}

# measure PART NAME PROGRAM ARGUMENT...
measure() {
    part=$1 name=$2
    shift 2
    if ! command -v "$1" >/dev/null 2>&1; then
        printf '%-8s %-30s is not installed\n' "$part" "$name"
        return 0
    fi
    : >"$work/wall"
    : >"$work/memory"
    for _ in $(seq "$runs"); do
        start=$(date +%s%N)
        env time -f %M -o "$work/usage" "$@" >/dev/null 2>&1 </dev/null || status=$?
        end=$(date +%s%N)
        echo $(((end - start) / 1000)) >>"$work/wall"
        tail -n 1 "$work/usage" >>"$work/memory"
    done
    wall=$(median "$work/wall")
    [ "$name" != stripeguard ] || reference=$wall
    printf '%s %s %s %s %s %s\n' "$part" "$wall" "$(median "$work/memory")" "$reference" "${status:-0}" "$name" |
        awk '{ name = $6; for (i = 7; i <= NF; i++) name = name " " $i
               printf "%-8s %-30s %9.3f s %9.1f MB %7.2f x   exit %s\n", $1, name, $2 / 1e6, $3 / 1024, $2 / $4, $5 }'
    status=0
}

tree=$repository
if [ ! -e "$repository/.git" ]; then
    tree=$work/tree
    mkdir "$tree"
    git -C "$repository" archive HEAD | tar -x -C "$tree"
fi
status=0
echo "$repository, median of $runs runs, $(nproc) processors"
cd "$tree"
measure tree stripeguard "$stripeguard" scan --tree --no-ignore --no-progress .
measure tree "ripgrep, same literals" rg -uuu --count -e "$literals" -g '!.git' .
measure tree "kingfisher" kingfisher scan . --git-history none --no-validate --no-update-check
measure tree "kingfisher, its Stripe rule" kingfisher scan . --git-history none --no-validate --no-update-check --rule betterleaks.stripe-access-token
measure tree gitleaks gitleaks dir . --no-banner
measure tree ripsecrets ripsecrets .
cd "$repository"
measure history stripeguard "$stripeguard" scan --history --no-progress .
measure history "kingfisher" kingfisher scan . --no-validate --no-update-check
measure history "kingfisher, its Stripe rule" kingfisher scan . --no-validate --no-update-check --rule betterleaks.stripe-access-token
measure history gitleaks gitleaks git . --no-banner

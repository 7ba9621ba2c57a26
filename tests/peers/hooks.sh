#!/usr/bin/env bash
# Runs the hooks through the real managers of hooks: the pre-commit framework, and husky and lefthook
# if npm is here. Usage: tests/peers/hooks.sh PROGRAM. Installs what it needs below a temporary
# directory. A manager that cannot be installed is named at the end, and is a failure unless it is
# npm that is missing.
set -euo pipefail
program=$(realpath "${1:?usage: tests/peers/hooks.sh PROGRAM}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A toolchain that is there stays where it is.
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
export HOME=$work/home GIT_CONFIG_GLOBAL=$work/home/gitconfig GIT_CONFIG_NOSYSTEM=1
export PRE_COMMIT_HOME=$work/pre-commit
mkdir -p "$HOME" "$work/bin"
git config --global user.name 'A U Thor'
git config --global user.email author@example.com
git config --global init.defaultBranch main
git config --global protocol.file.allow always
cp "$program" "$work/bin/stripeguard"
export PATH=$work/bin:$PATH

# A key that no file holds: a prefix, and a body made here.
key() { printf 'key = "sk_%s_51K%s00%s"\n' live "$(random 86)" "$(random 8)"; }
random() { head -c 4096 /dev/urandom | base64 | tr -dc 'A-HJ-NP-Za-km-z2-9' | head -c "$1" || true; }

fail() { echo "FAILED: $*"; cat "$work/said" 2>/dev/null || true; exit 1; }
passes() { "$@" >"$work/said" 2>&1 || fail "$* was refused"; }
refused() {
  ! "$@" >"$work/said" 2>&1 || fail "$* was not refused"
  grep -q 'stripeguard refused' "$work/said" || fail "$* failed for another reason"
}

# A repository with a server, in which the manager named by $1 is set up by the rest.
begin() {
  git init -q --bare "$work/$1-server"
  git init -q "$work/$1"
  cd "$work/$1"
  git remote add origin "$work/$1-server"
}

# What every manager must come to.
commits_and_pushes() {
  echo clean >a
  git add -A
  passes git commit -q -m clean
  passes git push -q -u origin main
  key >leak
  git add leak
  refused git commit -q -m leak
  git rm -q --cached leak
  git add --intent-to-add leak
  refused git commit -q -m leak leak
  git rm -q --cached leak
  echo more >>a
  passes git commit -q -m 'another file' a
  key >a
  echo staged >b
  git add b
  passes git commit -q -m 'the leak is in a file, and not staged'
  refused git commit -q -a -m 'all'
  git checkout -q a
  passes git push -q origin main
  git add leak
  git commit -q --no-verify -m leak
  git rm -q leak
  passes git commit -q -m 'take it back'
  refused git push -q origin main
  refused git push -q origin main:new
  git reset -q --hard HEAD~2
  passes git push -q origin main
}

pre_commit_framework() {
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q pre-commit
  export PATH=$work/venv/bin:$PATH
  pre-commit --version
  # The hooks as the repository publishes them, from a commit of its working copy.
  git init -q "$work/published"
  cp "$root/.pre-commit-hooks.yaml" "$work/published"
  git -C "$work/published" add -A
  git -C "$work/published" commit -q -m hooks
  begin pre-commit
  printf '%s\n' 'repos:' "- repo: $work/published" "  rev: $(git -C "$work/published" rev-parse HEAD)" \
    '  hooks:' '  - id: stripeguard-system' '  - id: stripeguard-push-system' >.pre-commit-config.yaml
  passes pre-commit install --hook-type pre-commit --hook-type pre-push
  commits_and_pushes
  refused_by_install .pre-commit-config.yaml
  pre-commit validate-manifest "$root/.pre-commit-hooks.yaml"
}

# `language: rust` as users have it: the framework builds the program from a clone.
pre_commit_builds() {
  git clone -q --no-local "$root" "$work/source"
  begin builds
  printf '%s\n' 'repos:' "- repo: $work/source" "  rev: $(git -C "$work/source" rev-parse HEAD)" \
    '  hooks:' '  - id: stripeguard' >.pre-commit-config.yaml
  passes pre-commit install
  git add -A
  rm "$work/bin/stripeguard"
  passes git commit -q -m clean
  key >leak
  git add leak
  refused git commit -q -m leak
}

husky() {
  begin husky
  printf '{"name":"t","private":true}\n' >package.json
  printf 'node_modules\n' >.gitignore
  npm install --silent --no-audit --no-fund --save-dev husky >/dev/null
  npx --no-install husky >/dev/null
  printf 'stripeguard hook run pre-commit\n' >.husky/pre-commit
  printf 'stripeguard hook run pre-push "$@"\n' >.husky/pre-push
  commits_and_pushes
  refused_by_install .husky/pre-commit
}

lefthook() {
  begin lefthook
  printf '{"name":"t","private":true}\n' >package.json
  printf 'node_modules\n' >.gitignore
  npm install --silent --no-audit --no-fund --save-dev lefthook >/dev/null
  sed -n '/^# lefthook.yml/,/^```/p' "$root/docs/hooks.md" | grep -v '^```' >lefthook.yml
  mkdir -p .lefthook/pre-push
  sed -n '/^# .lefthook/,/^```/p' "$root/docs/hooks.md" | grep -v '^```' >.lefthook/pre-push/stripeguard.sh
  npx --no-install lefthook install >/dev/null
  commits_and_pushes
  refused_by_install lefthook.yml
}

# `stripeguard hook install` leaves the manager's hook as it is and names its configuration.
refused_by_install() {
  before=$(git hash-object "$(git rev-parse --git-path hooks)/pre-commit")
  ! stripeguard hook install --pre-commit >"$work/said" 2>&1 || fail 'a managed hook was replaced'
  grep -qF "$1" "$work/said" || fail "the recipe does not name $1"
  [ "$before" = "$(git hash-object "$(git rev-parse --git-path hooks)/pre-commit")" ] || fail changed
}

(pre_commit_framework)
echo 'the pre-commit framework: held'
if command -v npm >/dev/null; then
  (husky)
  echo 'husky: held'
  (lefthook)
  echo 'lefthook: held'
else
  echo 'husky and lefthook: NOT RUN, npm is missing'
fi
if [ "${BUILD:-}" = 1 ]; then
  export PATH=$work/venv/bin:$PATH
  (pre_commit_builds)
  echo 'the pre-commit framework, building the program: held'
else
  echo 'the pre-commit framework, building the program: NOT RUN, set BUILD=1'
fi

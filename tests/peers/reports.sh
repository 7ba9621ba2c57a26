#!/usr/bin/env bash
# Holds the reports against the programs that read them: SARIF against Microsoft's own validator, the
# page against a real browser. Needs npm and Chromium; with CI=true and as root it installs what is
# missing, elsewhere it says loudly what was not checked. Pictures are left in target/peers.
#
#   tests/peers/reports.sh [PROGRAM]      default: target/debug/stripeguard, which is built
set -euo pipefail
cd "$(dirname "$0")/../.."

MULTITOOL_VERSION=5.7.0
out=$PWD/target/peers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
missing=0

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
skip() { printf '\n!! NOT CHECKED: %s\n\n' "$*" >&2; missing=1; }
may_install() { [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ]; }

if [ $# -gt 0 ]; then
  program=$(realpath "$1")
else
  cargo build --locked --quiet
  program=$PWD/target/debug/stripeguard
fi

# A repository whose keys are made here, since no file may hold one.
random() { head -c 4000 /dev/urandom | base64 | tr -dc 0-9A-Za-z | head -c "$1"; }
account() { printf '1K%s' "$(random 14)"; }
key() { printf '%s_5%s%s00%s' "$1" "$2" "$(random 72)" "$(random 8)"; }
shop=$work/shop
git_() { git -C "$shop" -c user.name='Ada Lovelace' -c user.email=ada@example.com -c commit.gpgsign=false "$@"; }
commit() {
  git_ add -A
  GIT_AUTHOR_DATE="$1T12:00:00Z" GIT_COMMITTER_DATE="$1T12:00:00Z" git_ commit -q -m "$2"
}
make_shop() {
  local ours theirs live test old
  ours=$(account) theirs=$(account)
  live=$(key sk_live "$ours") test=$(key sk_test "$ours") old=sk_live_$(random 24)
  git init -q -b main "$shop"
  mkdir -p "$shop"/{config,src,legacy,packages/api,docs}
  printf '# production\nSTRIPE_SECRET_KEY=%s\nSTRIPE_WEBHOOK_SECRET=whsec_%s\n' "$live" "$(random 32)" >"$shop/config/prod.env"
  commit 2023-02-11 'add payments'
  printf 'const stripe = new Stripe("%s");\nconst pk = "%s";\n' "$live" "$(key pk_live "$ours")" >"$shop/src/checkout.ts"
  printf "import stripe\nstripe.api_key = '%s'\nstripe.verify_ssl_certs = False\n" "$live" >"$shop/src/pay.py"
  printf "<?php\n\\Stripe\\Stripe::setApiKey('%s');\n" "$old" >"$shop/legacy/pay.php"
  commit 2023-09-30 'checkout page <script>alert(1)</script> | see #12, @ops'
  rm "$shop/legacy/pay.php"
  commit 2024-03-01 'drop legacy'
  printf 'KEY=%s\nTEST=%s\n' "$(key rk_live "$theirs")" "$test" >"$shop/packages/api/.env"
  printf '`%s`\n' "$test" >"$shop/docs/with space & 50%, [a](b) ünïcode #1.md"
  commit 2025-06-20 'keys of the api'
  git_ update-ref refs/remotes/origin/main HEAD~1
  printf '\x1f\x8b\x08\x00 not deflate' >"$shop/broken.gz"
}

make_shop
status=0
"$program" scan "$shop" --format "sarif=$work/shop.sarif" --format "html=$out/report.html" \
  --format "json=$work/shop.json" || status=$?
[ $status = 1 ] || fail "the scan ended with $status"
[ "$(grep -c '"artifactChanges"' "$work/shop.sarif")" -ge 3 ] || fail "fixes are missing"
mkdir "$work/clean" && printf 'clean\n' >"$work/clean/a"
"$program" scan "$work/clean" --format "sarif=$work/clean.sarif" --format "html=$work/clean.html"

## SARIF, by its editors' validator: neither errors nor warnings.

multitool() {
  local found
  found=${SARIF_MULTITOOL:-$(command -v sarif-multitool-linux || command -v sarif-multitool || true)}
  if [ -z "$found" ] && command -v npm >/dev/null; then
    npm install --silent --no-fund --no-audit --prefix "$work/npm" \
      "@microsoft/sarif-multitool@$MULTITOOL_VERSION" >&2 || return 1
    found=$(find "$work/npm" -name Sarif.Multitool -type f | head -1)
    [ -z "$found" ] || chmod +x "$found"
  fi
  [ -n "$found" ] && printf '%s' "$found"
}
may_install && ! command -v npm >/dev/null && apt-get install -qq -y npm >/dev/null
if validator=$(multitool); then
  for name in shop clean; do
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$validator" validate "$work/$name.sarif" \
      --output "$work/$name.validated.sarif" | tee "$work/validator.txt"
    grep -q 'Analysis completed successfully' "$work/validator.txt" || fail "$name.sarif: the validator did not finish"
    ! grep -E ': (error|warning) ' "$work/validator.txt" || fail "$name.sarif is not valid"
  done
else
  skip "SARIF by @microsoft/sarif-multitool: there is no npm"
fi

## The page, in a browser.

browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome chrome; do
    [ -n "$name" ] && command -v "$name" && return 0
  done
  return 1
}
may_install && ! browser >/dev/null && apt-get install -qq -y chromium >/dev/null
if chromium=$(browser); then
  look() {
    timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars \
      --user-data-dir="$work/profile" --virtual-time-budget=3000 --enable-logging=stderr "$@" 2>"$work/browser.txt"
    ! grep -E 'Content Security Policy|Refused to|Uncaught' "$work/browser.txt" || fail "the page does not run cleanly"
  }
  page=file://$out/report.html
  look --dump-dom "$page" >"$work/with.html"
  # Without scripts Chromium dumps nothing; a page without its script is the same to a reader.
  perl -0pe 's/<script>.*?<\/script>//s' "$out/report.html" >"$work/plain.html"
  look --dump-dom "file://$work/plain.html" >"$work/without.html"
  grep -Eq '[0-9]+ of [0-9]+ shown' "$work/with.html" || fail "the filter does not run"
  grep -Eq '<form id="filter"[^>]* hidden' "$work/without.html" || fail "a filter without its script is shown"
  cards() { grep -o '<article' "$1" | wc -l; }
  [ "$(cards "$work/with.html")" -ge 6 ] || fail "findings are missing"
  [ "$(cards "$work/with.html")" = "$(cards "$work/without.html")" ] || fail "findings need the script"
  look --window-size=1280,2600 --screenshot="$out/light.png" "$page"
  look --window-size=1280,2600 --blink-settings=preferredColorScheme=0 --screenshot="$out/dark.png" "$page"
  # A window of Chromium is never as narrow as a telephone, but a frame in it is.
  printf '<body style="margin:0"><iframe src="%s" style="width:390px;height:6000px;border:0"></iframe>' "$page" >"$work/frame.html"
  look --window-size=500,6000 --allow-file-access-from-files --screenshot="$out/narrow.png" "file://$work/frame.html"
  look --print-to-pdf="$out/print.pdf" --no-pdf-header-footer "$page"
  look --dump-dom "file://$work/clean.html" >"$work/clean-dom.html"
  grep -q 'No Stripe secrets found' "$work/clean-dom.html" || fail "the page of a clean run"
  for file in light.png dark.png narrow.png print.pdf; do
    [ "$(wc -c <"$out/$file")" -gt 10000 ] || fail "$file is empty"
  done
  cmp -s "$out/light.png" "$out/dark.png" && fail "dark mode looks like light mode"
  printf 'pictures: %s\n' "$out"
else
  skip "the HTML report in Chromium: there is none"
fi

[ $missing = 0 ] || ! may_install || fail "something could not be installed"
printf 'reports: done\n'

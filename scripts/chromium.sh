#!/bin/sh
# Prints the path of a Chromium. Installs Debian's when there is none and this is root on Debian.
# Without one: nothing is printed and the browser tests are skipped, or with CI=true the run fails.
set -eu

find_chromium() {
    for name in "${CHROMIUM:-chromium}" chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    return 1
}

find_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's Chromium…" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -q update && apt-get -qy install --no-install-recommends chromium fonts-liberation; } >&2 || true
    find_chromium && exit 0
fi
echo "No Chromium found. Install it (Debian: apt-get install chromium) or set CHROMIUM to its path." >&2
if [ "${CI:-}" = true ]; then
    exit 1
fi
echo "The browser tests are skipped." >&2

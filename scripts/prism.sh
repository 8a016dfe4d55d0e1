#!/bin/sh
# Prints the command that runs Prism, which serves a service's own API description as a validating stand-in.
# Installs it into build/prism when it is not there; where node is older than 20, a node 20 too.
# Without npm: nothing is printed and its tests are skipped, or with CI=true the run fails.
set -eu
cd "$(dirname "$0")/.."

folder=build/prism
node_version=20.20.2

install() { (cd "$folder" && npm "$@" --no-audit --no-fund --loglevel=error) >&2; }
recent() { "$1" -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; }

if ! command -v npm >/dev/null; then
    echo "No npm found. Install it (Debian: apt-get install npm): Prism is installed by it." >&2
    [ "${CI:-}" = true ] && exit 1
    echo "The tests against services' own API descriptions are skipped." >&2
    exit 0
fi
if ! cmp -s scripts/prism/package-lock.json "$folder/installed"; then
    echo "Installing Prism into $folder…" >&2
    rm -rf "$folder"
    mkdir -p "$folder"
    cp scripts/prism/package.json scripts/prism/package-lock.json scripts/prism/.npmrc "$folder"
    install ci --ignore-scripts
    recent node || { mkdir "$folder/node" && install install --prefix node --no-save "node@$node_version"; }
    cp scripts/prism/package-lock.json "$folder/installed"
fi
node=node
recent node || node=$PWD/$folder/node/node_modules/node/bin/node
echo "$node $PWD/$folder/node_modules/@stoplight/prism-cli/dist/index.js"

#!/bin/sh
# Removes var/, the demo's data, unless the demo is running.
set -eu
cd "$(dirname "$0")/.."

pid=$(cat var/demo.pid 2>/dev/null || true)
if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    echo "The demo is running (process $pid). Stop it first, with Ctrl-C in its window or: kill $pid" >&2
    exit 1
fi
rm -rf var
echo "The sample data is gone. make demo makes it anew."

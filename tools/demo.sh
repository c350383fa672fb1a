#!/usr/bin/env bash
# A small real model, made, measured and planned for: what a user would type, and what comes of it. $1 is the folder of the programs.
# What it writes stays in build/demo: on a disk, where a cold start can be made, which a temporary folder often is not.
set -euo pipefail
PATH=$(cd "$1" && pwd):$PATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -rf build/demo
mkdir -p build/demo
cd build/demo

bold='' plain=''
if [[ -t 1 && -z ${NO_COLOR-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi
run() {
  printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}

run mlplan sample cnn -o model.pt
run mlplan inspect model.pt
run mlplan bench model.pt -o report.json
run mlplan plan report.json --rate 50/s --peak 150/s --slo p99=500ms --exposure 1% -o plan.json
run mlplan simulate plan.json --rate 50/s --peak 150/s

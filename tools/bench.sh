#!/usr/bin/env bash
# How fast the hot paths are, then how that compares to simpy and Ciw. $1 is the folder of the programs.
# Where those two cannot be had, that is said, and the first part stands on its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

"$1/mlplan-benchmarks"
echo
if tools/setup.sh --for bench; then
  "${XDG_CACHE_HOME:-$HOME/.cache}/mlplan/peers/bin/python" tests/benchmarks/peers.py "$1/mlplan-benchmarks"
else
  echo 'bench: without simpy and Ciw (above: why) there is no comparison with them; the figures before it are complete'
fi

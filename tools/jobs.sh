#!/usr/bin/env bash
# Prints how many compilers may run at once: one per CPU, but no more than memory carries. A file that includes libtorch
# takes up to 2.5 GB to compile.
set -euo pipefail
kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
  if [[ -r $limit ]] && read -r bytes <"$limit" && [[ $bytes =~ ^[0-9]{1,15}$ ]] && ((bytes / 1024 < kilobytes)); then
    kilobytes=$((bytes / 1024))
  fi
done
jobs=$((kilobytes / 2500000))
cpus=$(nproc)
echo $((jobs < 1 ? 1 : jobs < cpus ? jobs : cpus))

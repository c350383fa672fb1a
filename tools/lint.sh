#!/usr/bin/env bash
# What a machine can check: formatting, clang-tidy, headers that compile alone, shell scripts, versions that agree.
# All of it runs, whatever fails. JOBS: how many at once.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
PATH=${XDG_CACHE_HOME:-$HOME/.cache}/mlplan/linters/bin:$PATH
jobs=${JOBS:-1}

failed=()
check() {
  local name=$1 start=$SECONDS
  shift
  if "$@"; then
    printf 'lint: %-10s good (%d s)\n' "$name" $((SECONDS - start))
  else
    printf 'lint: %-10s FAILED (above)\n' "$name"
    failed+=("$name")
  fi
}

sources() { git ls-files -z -co --exclude-standard -- "$@"; }

scripts() {
  {
    sources '*.sh'
    printf '.ci/run\0'
  } | xargs -0 shellcheck
}

# The version stands in CMakeLists.txt; the newest section of the change log is about it.
versions() {
  local cmake changelog
  cmake=$(sed -n 's/^project(mlplan VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
  changelog=$(sed -n 's/^## \[\{0,1\}\([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)
  [[ $cmake && $cmake == "$changelog" ]] && return
  echo "CMakeLists.txt says version '$cmake', CHANGELOG.md '$changelog'"
  return 1
}

tidy() {
  cmake --preset tidy --log-level=WARNING >/dev/null && cmake --build --preset tidy -j "$jobs" -- -k 0
}

# Only the worker's headers see libtorch's folders: those hold an fmt of libtorch's own. One header needs those of CUDA,
# which need not be there.
headers() {
  local -a torch cuda
  local with_cuda=kernels/gpu/cublas_lt
  mapfile -t torch < <(grep -oE -- '-idirafter [^ "]+' build/tidy/compile_commands.json | sort -u | tr -d ' ')
  mapfile -t cuda < <(grep "$with_cuda.cpp" build/tidy/compile_commands.json | grep -oE -- '-isystem [^ "]+' |
    sort -u | tr -d ' ')
  local compile=(g++ -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I.)
  sources '*.h' ':!bench/worker' ":!$with_cuda.h" |
    xargs -0 -n 1 -P "$jobs" "${compile[@]}" -x c++ /dev/null -include &&
    { ((${#cuda[@]} == 0)) || "${compile[@]}" "${cuda[@]}" -x c++ /dev/null -include "$with_cuda.h"; } &&
    sources 'bench/worker/*.h' | xargs -0 -n 1 -P "$jobs" "${compile[@]}" "${torch[@]}" -x c++ /dev/null -include
}

check format tools/format.sh --check
check scripts scripts
check versions versions
check tidy tidy
check headers headers

if ((${#failed[@]})); then
  echo "lint: ${failed[*]}: FAILED"
  exit 1
fi
echo 'lint: all good'

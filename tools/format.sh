#!/usr/bin/env bash
# Formats all C++ sources with the pinned clang-format, or with --check says which are not formatted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=${XDG_CACHE_HOME:-$HOME/.cache}/mlplan/linters/bin:$PATH

mode=(-i)
[[ ${1-} == --check ]] && mode=(--dry-run --Werror)
git ls-files -z -co --exclude-standard -- '*.h' '*.cpp' '*.cu' | xargs -0 clang-format "${mode[@]}"

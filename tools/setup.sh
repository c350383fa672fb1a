#!/usr/bin/env bash
# Install what is missing to build mlplan (the default), to run its tests, to compare its speed, or to lint it:
#
#     tools/setup.sh [--for build|test|bench|lint]...
#
# Debian packages come from apt; libtorch, the linters and the simulators to compare with from the Python package index,
# pinned by version and sha256, and are kept in ${XDG_CACHE_HOME:-~/.cache}/mlplan for all clones. What is there is left
# alone, an interrupted run goes on where it was. Exit code 2: something is missing that only you can install, as it says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# "a|b": any of them, the first that the distribution has is installed. Boost 1.74, Debian 12's default, is too old.
build_packages=(
  'g++' cmake ninja-build ccache
  libcli11-dev libfmt-dev nlohmann-json3-dev libexpected-dev libvalijson-dev libtomlplusplus-dev libpugixml-dev 'libboost1.81-dev|libboost1.83-dev|libboost1.88-dev'
  libpcg-cpp-dev libssl-dev zlib1g-dev libsmartcols-dev libbenchmark-dev doctest-dev libxml2-utils
)
lint_packages=(shellcheck)
python_packages=(python3 python3-venv ca-certificates) # only where something has to be fetched from the package index

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 2
}

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "$0"
}

wanted=()
while (($#)); do
  case $1 in
    --for)
      case ${2-} in
        build | test | bench | lint) wanted+=("$2") ;;
        *) fail "--for ${2-}: one of build, test, bench, lint" ;;
      esac
      shift 2
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail "$1: unknown; see tools/setup.sh --help" ;;
  esac
done
((${#wanted[@]})) || wanted=(build)

[[ ${XDG_CACHE_HOME-} || ${HOME-} ]] || fail 'neither HOME nor XDG_CACHE_HOME is set: no place to keep libtorch in'
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mlplan
libtorch=$cache/libtorch-2.11.0
linters=$cache/linters
peers=$cache/peers

# --- what is there -------------------------------------------------------------------------------------------------

same() { [[ -r $1 && -r $2 && $(<"$1") == "$(<"$2")" ]]; }

# A libtorch of the user's own comes first, looked for where cmake/Torch.cmake looks.
own_libtorch() {
  local -a prefixes
  local prefix library
  IFS=':;' read -ra prefixes <<<"${CMAKE_PREFIX_PATH-}"
  for prefix in "${prefixes[@]}"; do
    for library in "$prefix"/{,torch/,lib/python3*/site-packages/torch/}lib/libtorch_cpu.so; do
      [[ ! -e $library ]] || return 0
    done
  done
  return 1
}

have_libtorch() { own_libtorch || same tools/libtorch.txt "$libtorch/pins.txt"; }
have_linters() { [[ -x $linters/bin/python ]] && same tools/lint.txt "$linters/pins.txt"; }
have_peers() { [[ -x $peers/bin/python ]] && same tools/peers.txt "$peers/pins.txt"; }
is_debian() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

# Prints those of the packages named that are not installed.
missing_packages() {
  local -A installed=()
  local -a names
  local name status spec
  IFS='| ' read -ra names <<<"$*"
  while read -r name status; do
    [[ $status == installed ]] && installed[$name]=1
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${names[@]}" 2>/dev/null)
  for spec; do
    local found=
    for name in ${spec//|/ }; do
      [[ ${installed[$name]-} ]] && found=1
    done
    [[ $found ]] || printf '%s\n' "$spec"
  done
}

# --- installing ----------------------------------------------------------------------------------------------------

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Of apt's a thousand lines the ones that say how much it is and how far it has come. Errors go to stderr.
follow_apt() {
  local line total='' done=0
  while read -r line; do
    case $line in
      *' newly installed, '*) total=${line#*upgraded, } total=${total%% *} ;;
      'Need to get '* | 'After this operation, '* | 'E: '* | 'W: '*) say "$line" ;;
      'Setting up '*) ((++done % 50)) || say "$done${total:+ of $total} packages" ;;
    esac
  done
}

# The first alternative of "a|b" that apt knows.
choose() {
  local name
  for name in ${1//|/ }; do
    if [[ $(apt-cache policy "$name" 2>/dev/null) == *Candidate:\ [0-9]* ]]; then
      printf '%s\n' "$name"
      return
    fi
  done
  printf '%s\n' "${1%%|*}"
}

install_packages() {
  local -a missing chosen
  local spec
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)) && ! { command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; }; then
    fail "these Debian packages are missing, and installing them takes root. Run:" \
      "  apt-get update && apt-get install --no-install-recommends ${missing[*]%%|*}"
  fi
  say "installing Debian packages: ${missing[*]%%|*}"
  # Finish what an earlier run was interrupted in: configure what was unpacked, install again what was unpacked in part.
  as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a 2>/dev/null | follow_apt || true
  mapfile -t chosen < <(dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p')
  as_root apt-get -qq update || say 'not all package lists could be updated; going on with those that are there'
  for spec in "${missing[@]}"; do
    chosen+=("$(choose "$spec")")
  done
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 \
    install --reinstall --no-install-recommends --no-remove "${chosen[@]}" </dev/null | follow_apt ||
    fail "apt could not install them (above: why). mlplan needs: ${chosen[*]}"
}

# A Python environment of its own in $1 with exactly the packages of the requirements file $2, whose copy marks it as done.
make_environment() {
  rm -rf "$1"
  python3 -m venv "$1" || fail 'python3 with its module venv is needed for that'
  "$1/bin/python" -m pip --disable-pip-version-check -q install --no-deps --only-binary :all: --require-hashes -r "$2" ||
    fail 'pip could not fetch it (above: why); "pip config list" shows the index it uses. Run this again to go on.'
  cp "$2" "$1/pins.txt"
}

fetch_libtorch() {
  local downloads=$cache/downloads
  say "fetching libtorch 2.11.0 (545 MB to download, 500 MB kept) into $libtorch"
  if ! same tools/pip.txt "$downloads/pip/pins.txt"; then make_environment "$downloads/pip" tools/pip.txt; fi
  "$downloads/pip/bin/python" tools/libtorch.py tools/libtorch.txt "$downloads" "$libtorch"
  rm -rf "$downloads"
}

fetch_linters() {
  say "fetching clang-format and clang-tidy (48 MB to download) into $linters"
  make_environment "$linters" tools/lint.txt
}

fetch_peers() {
  say "fetching simpy and Ciw (20 MB to download) into $peers"
  make_environment "$peers" tools/peers.txt
}

# --- all of it -----------------------------------------------------------------------------------------------------

packages=("${build_packages[@]}")
fetches=()
have_libtorch || fetches+=(libtorch)
if [[ " ${wanted[*]} " == *' lint '* ]]; then
  packages+=("${lint_packages[@]}")
  have_linters || fetches+=(linters)
fi
if [[ " ${wanted[*]} " == *' bench '* ]]; then
  have_peers || fetches+=(peers)
fi
((${#fetches[@]} == 0)) || packages+=("${python_packages[@]}")

if is_debian; then
  install_packages "${packages[@]}"
elif [[ ! -e build ]]; then
  say 'not a Debian-like system, so nothing is installed for you. mlplan needs, in the names of Debian:'
  say "  ${packages[*]%%|*}"
fi

if ((${#fetches[@]})); then
  if [[ " ${fetches[*]} " == *' libtorch '* && $(uname -m) != x86_64 ]]; then
    fail "the pinned libtorch is for x86_64, this machine is $(uname -m)." \
      'Point CMAKE_PREFIX_PATH at a libtorch (2.11 or newer) for it.'
  fi
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock -n 9 || {
    say 'another set-up is running; waiting for it'
    flock 9
  }
  for fetch in "${fetches[@]}"; do
    "have_$fetch" || "fetch_$fetch"
  done
fi

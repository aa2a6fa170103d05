#!/usr/bin/env bash
# ./dev bench [delivery|media|quality|wire|analytics|questions [its options]]: side by side with the peer program in the same run, as ratios. Figures of one noisy machine: quote ratios only.
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=""
case "${1:-}" in media | analytics) peers="" ;; questions) peers="postgresql-15" ;; quality) peers="python3-numpy" ;; *) peers="nginx-light wrk" ;; esac
for package in $peers; do dpkg-query -W -f '${Status}' $package 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"; done
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then as_root=""; else as_root=sudo; fi
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
measure() { PYTHONPATH=tests/journey /usr/bin/python3 -B "tests/bench/$1.py" "${@:2}"; }
if [ $# -gt 0 ]; then measure "$@"; else measure delivery && measure media; fi

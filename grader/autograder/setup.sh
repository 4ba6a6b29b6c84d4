#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python, the grader, and what the references give.
set -euo pipefail
root="${GRADER_ROOT:-/autograder}"

usable() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

python=""
for wanted in "" python3-venv "python3.11 python3.11-venv"; do
  if [ -n "$wanted" ]; then
    apt-get update
    # shellcheck disable=SC2086  # several packages
    apt-get install --yes --no-install-recommends $wanted || continue
  fi
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    if usable "$name"; then python="$name"; break 2; fi
  done
done
if [ -z "$python" ]; then
  echo "The grader needs Python 3.11 or later; choose a newer base image in Gradescope's autograder settings." >&2
  exit 1
fi

"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --no-cache-dir @PIP_OPTIONS@ @TORCH@ "$root"/source/grader-*.whl
# Submissions run under accounts of their own: they need not read the references.
chmod -R go-rwx "$root/source"
"$root/venv/bin/grade" doctor
XDG_CACHE_HOME="$root/cache" "$root/venv/bin/python" -m grader autograde "$root" --prepare

#!/bin/sh
# Installs Soundpost into a virtual environment: its dependencies from the lock file of a set, each file
# verified by its hash, then Soundpost itself. The Makefile defines the sets and calls this script.
#
# usage: [PYTHON=python3] [LOCKED=yes] python-packages.sh FOLDER SET EXTRAS [WHEEL]
#
#   FOLDER  the environment; created if it does not exist
#   SET     requirements/SET.txt is its lock file
#   EXTRAS  extras of pyproject.toml, separated by commas; used only without a lock file
#   WHEEL   a built wheel of Soundpost; by default this checkout is installed, editable
#
# With LOCKED=no, or if no lock file fits (another Python or processor), the newest releases of all
# dependencies are installed.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
LOCKED=${LOCKED:-yes}
folder=$1 set=$2 extras=$3 wheel=${4:-}
export PIP_DISABLE_PIP_VERSION_CHECK=1

# Succeeds if the lock files were resolved for the Python of the environment.
lock_fits() {
    "$folder/bin/python" -c '
import platform, sys
sys.exit(not ((3, 11) <= sys.version_info < (3, 14) and platform.machine() in ("x86_64", "aarch64")))'
}

install() { "$folder/bin/python" -m pip install --quiet "$@"; }

# Without isolation, so that the build tools of libraries without a wheel are locked, too.
locked() {
    install --use-pep517 --no-build-isolation --require-hashes --requirement "requirements/$1.txt"
}

[ -x "$folder/bin/pip" ] || "$PYTHON" -m venv "$folder"
note=
case $set in dev) note=' (TensorFlow is large: this takes some minutes)' ;; esac
if [ "$LOCKED" = yes ] && lock_fits; then
    echo "Installing soundpost into $folder, with the versions in requirements/$set.txt$note"
    [ -n "$wheel" ] || locked build
    case $set in dev | mic) locked sdists ;; esac
    locked "$set"
    if [ -n "$wheel" ]; then
        install --no-deps "$wheel"
    else
        install --no-build-isolation --no-deps --editable .
    fi
else
    [ "$LOCKED" != yes ] || echo "No lock file fits $("$folder/bin/python" --version) on $(uname -m)"
    echo "Installing soundpost[$extras] into $folder, with the newest release of each dependency$note"
    if [ -n "$wheel" ]; then
        install "$wheel[$extras]"
    else
        install --upgrade --upgrade-strategy eager --editable ".[$extras]"
    fi
fi

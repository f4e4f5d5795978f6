#!/bin/sh
# Install Soundpost into a virtual environment: its dependencies from the lock file of a set, each file
# checked against its hash, then Soundpost itself. `make` calls this, and says there what each set is.
#
# usage: [PYTHON=python3] [LOCKED=yes] python-packages.sh FOLDER SET EXTRAS [WHEEL]
#
#   FOLDER  the environment; made if it is not there
#   SET     requirements/SET.txt is its lock file
#   EXTRAS  the extras of pyproject.toml, joined by commas: what is installed without a lock file
#   WHEEL   a built wheel of Soundpost; without it this checkout is installed, editable
#
# With LOCKED=no, and where no lock file fits (another Python or processor), the newest releases of
# everything are installed.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
LOCKED=${LOCKED:-yes}
folder=$1 set=$2 extras=$3 wheel=${4:-}
export PIP_DISABLE_PIP_VERSION_CHECK=1

# Whether the lock files were resolved for the Python in the environment.
lock_fits() {
    "$folder/bin/python" -c '
import platform, sys
sys.exit(not ((3, 11) <= sys.version_info < (3, 14) and platform.machine() in ("x86_64", "aarch64")))'
}

install() { "$folder/bin/python" -m pip install --quiet "$@"; }

# Without isolation, so that the build tools of libraries that have no wheel are locked as well.
locked() {
    install --use-pep517 --no-build-isolation --require-hashes --requirement "requirements/$1.txt"
}

[ -x "$folder/bin/pip" ] || "$PYTHON" -m venv "$folder"
note=
case $set in dev) note=' (TensorFlow is large: some minutes)' ;; esac
if [ "$LOCKED" = yes ] && lock_fits; then
    echo "Installing soundpost into $folder, with what requirements/$set.txt names$note"
    [ -n "$wheel" ] || locked build
    case $set in dev | mic) locked sdists ;; esac
    locked "$set"
    if [ -n "$wheel" ]; then
        install --no-deps "$wheel"
    else
        install --no-build-isolation --no-deps --editable .
    fi
else
    [ "$LOCKED" != yes ] || echo "There is no lock file for $("$folder/bin/python" --version) on $(uname -m)"
    echo "Installing soundpost[$extras] into $folder, the newest of everything$note"
    if [ -n "$wheel" ]; then
        install "$wheel[$extras]"
    else
        install --upgrade --upgrade-strategy eager --editable ".[$extras]"
    fi
fi

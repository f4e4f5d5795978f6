#!/bin/sh
# Resolve the lock files again from pyproject.toml. Each serves Python 3.11 to 3.13 on x86-64 and
# aarch64, with one version of a package for all, and names every file of it by its hash.
#
# usage: lock.sh UV [--upgrade]
#
# Without --upgrade, what is locked stays as far as pyproject.toml allows.
set -eu
cd "$(dirname "$0")"

uv=$1
shift
lock() { # lock FILE WHAT…: FILE from extras or a group of pyproject.toml
    file=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-annotate --custom-compile-command "make lock" --output-file "$file" "$@"
    echo "requirements/$file: $(grep -c == "$file") packages"
}

# The largest first: the others take their versions from it.
lock dev.txt ../pyproject.toml --extra dev --extra analyze --extra cluster --extra demo --extra mic \
    --extra notify --extra open-air --extra soundscape --extra teacher --extra training --extra watch --extra web "$@"
lock demo.txt ../pyproject.toml --extra demo --extra web --constraint dev.txt "$@"
for extra in mic test fuzz; do
    lock "$extra.txt" ../pyproject.toml --extra "$extra" --constraint dev.txt "$@"
done
# The libraries that the Debian package contains.
lock device.txt ../pyproject.toml --extra metrics --constraint dev.txt "$@"
# Those of the page's package: it takes what the first one does not have.
lock web.txt ../pyproject.toml --extra metrics --extra notify --extra web --constraint dev.txt "$@"
for group in build sdists deb; do
    lock "$group.txt" --group "../pyproject.toml:$group" --constraint dev.txt "$@"
done

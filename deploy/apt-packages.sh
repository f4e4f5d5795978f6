#!/bin/sh
# Install from apt what Soundpost needs and this machine lacks. Says what it installs; says nothing,
# and asks for no rights, where nothing is missing.
#
# usage: [PYTHON=python3] apt-packages.sh [python] [build] [broker] [mic] [sound] [speech] [tls] [deb] [boot] [bare]
set -eu

PYTHON=${PYTHON:-python3}
missing=

# wants PACKAGE TEST…: PACKAGE is missing unless TEST succeeds. The thing itself is looked for, not
# the package, so that a pyenv interpreter or a broker built from source serves as well.
wants() {
    package=$1
    shift
    case " $missing " in *" $package "*) return ;; esac
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

program() { command -v "$1"; }
header() { printf '#include <%s>\n' "$1" | cc -E -; }
python_header() {
    "$PYTHON" -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")'
}

for need in "$@"; do
    case $need in
    python)
        wants python3 program "$PYTHON"
        wants python3-venv "$PYTHON" -c 'import ensurepip, venv'
        ;;
    broker)
        wants mosquitto program mosquitto
        ;;
    build) # sed-scores-eval, which `soundpost-train` scores with, has no wheel: Cython, built here
        wants gcc program cc
        wants g++ program c++
        wants libc6-dev header stdio.h
        wants python3-dev python_header
        ;;
    mic) # PyAudio has no wheel for Linux: it is built here, against PortAudio
        wants gcc program cc
        wants libc6-dev header stdio.h
        wants portaudio19-dev header portaudio.h
        wants python3-dev python_header
        ;;
    sound) # the virtual sound card of the tests
        wants pulseaudio program pulseaudio
        wants pulseaudio-utils program paplay
        wants alsa-utils program arecord
        wants libasound2-plugins ls /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so
        ;;
    tls) # certificates for the tests
        wants openssl program openssl
        ;;
    speech) # synthesised speech, for the tests of privacy
        wants espeak-ng program espeak-ng
        ;;
    deb) # the packages
        wants dpkg program dpkg-deb
        wants lintian program lintian
        ;;
    boot) # a Debian that boots, and one of another processor
        wants debootstrap program debootstrap
        wants qemu-user-static program qemu-aarch64-static
        wants systemd-container program systemd-nspawn
        wants util-linux program nsenter
        ;;
    bare) # a Debian in which nothing is installed yet
        wants debootstrap program debootstrap
        wants git program git
        wants util-linux program unshare
        ;;
    *)
        echo "usage: $0 [python] [build] [broker] [mic] [sound] [speech] [tls] [deb] [boot] [bare]" >&2
        exit 2
        ;;
    esac
done
[ -n "$missing" ] || exit 0

if ! program apt-get >/dev/null; then
    echo "Soundpost needs, and this machine lacks (Debian's names):$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! program sudo >/dev/null; then
        echo "Soundpost needs packages that are not here. As root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "Installing from apt${as_root:+ (with sudo)}:$missing"

$as_root apt-get -qq update
# shellcheck disable=SC2086 # a list of words, on purpose
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y $missing >/dev/null

# Debian starts a system-wide mosquitto as it installs one. Our brokers are processes of the
# demonstration and of the tests; `systemctl enable --now mosquitto` is for who wants the service.
case $missing in
*mosquitto*)
    if [ -d /run/systemd/system ]; then
        $as_root systemctl --quiet disable --now mosquitto.service 2>/dev/null
        echo "mosquitto's system service is off: the broker here is a process of its own"
    fi
    ;;
esac

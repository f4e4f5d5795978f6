#!/bin/sh
# Installs missing Debian packages with apt, in groups. Prints the packages that it installs. If none is
# missing, it prints nothing and needs no root.
#
# usage: [PYTHON=python3] apt-packages.sh [python] [build] [broker] [mic] [sound] [speech] [stream] [camera] [browser] [tls] [qemu] [deb] [boot] [bare]
set -eu

PYTHON=${PYTHON:-python3}
missing=

# require PACKAGE TEST…: PACKAGE is missing unless TEST succeeds. TEST looks for the program or the header,
# not for the package, so that a Python from pyenv or a broker built from source is accepted.
require() {
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
        require python3 program "$PYTHON"
        require python3-venv "$PYTHON" -c 'import ensurepip, venv'
        ;;
    broker)
        require mosquitto program mosquitto
        ;;
    build) # sed-scores-eval (Cython) has no wheel for Linux and is compiled here; `soundpost-train` uses it
        require gcc program cc
        require g++ program c++
        require libc6-dev header stdio.h
        require python3-dev python_header
        ;;
    mic) # PyAudio has no wheel for Linux and is compiled here, with PortAudio's header
        require gcc program cc
        require libc6-dev header stdio.h
        require portaudio19-dev header portaudio.h
        require python3-dev python_header
        ;;
    sound) # the virtual sound card of the tests
        require pulseaudio program pulseaudio
        require pulseaudio-utils program paplay
        require alsa-utils program arecord
        require gcc program cc
        require libc6-dev header stdio.h
        require libasound2-dev header alsa/asoundlib.h
        require libasound2-plugins ls /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so
        ;;
    tls) # certificates for the tests
        require openssl program openssl
        ;;
    speech) # a speech synthesiser, for the demonstration's scene and the tests of privacy
        require espeak-ng program espeak-ng
        ;;
    stream) # reads streams, and recordings in other formats
        require ffmpeg program ffmpeg
        ;;
    camera) # an RTSP server for the tests, which runs with Debian's Python (bindings), and a subscriber
        require mosquitto-clients program mosquitto_sub
        require python3-gi /usr/bin/python3 -c 'import gi'
        require gir1.2-gst-rtsp-server-1.0 ls /usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib
        require gstreamer1.0-plugins-base ls /usr/lib/*/gstreamer-1.0/libgstaudiotestsrc.so
        require gstreamer1.0-plugins-good ls /usr/lib/*/gstreamer-1.0/libgstrtp.so
        ;;
    browser) # opens HTML pages in the tests
        require chromium program chromium
        require chromium-driver program chromedriver
        ;;
    qemu) # counts the instructions of emulated programs, by a plugin that is compiled
        require gcc program cc
        require libc6-dev header stdio.h
        require qemu-user program qemu-aarch64
        ;;
    deb) # builds and checks the Debian packages
        require dpkg program dpkg-deb
        require lintian program lintian
        ;;
    boot) # a Debian to boot, and an emulated one for arm64
        require debootstrap program debootstrap
        require qemu-user-static program qemu-aarch64-static
        require systemd-container program systemd-nspawn
        require util-linux program nsenter
        ;;
    bare) # a minimal Debian
        require debootstrap program debootstrap
        require git program git
        require util-linux program unshare
        ;;
    *)
        echo "usage: $0 [python] [build] [broker] [mic] [sound] [speech] [stream] [camera] [browser] [tls] [qemu] [deb] [boot] [bare]" >&2
        exit 2
        ;;
    esac
done
[ -n "$missing" ] || exit 0

if ! program apt-get >/dev/null; then
    echo "Missing packages (by their Debian names):$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! program sudo >/dev/null; then
        echo "Missing packages, and sudo is not installed. Run as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "Installing from apt${as_root:+ (with sudo)}:$missing"

$as_root apt-get -qq update
# shellcheck disable=SC2086 # a list of packages, split into words on purpose
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y $missing >/dev/null

# Debian starts mosquitto as a service when it installs the package. The demonstration and the tests start
# brokers of their own. To use the service: `systemctl enable --now mosquitto`.
case $missing in
*mosquitto*)
    if [ -d /run/systemd/system ]; then
        $as_root systemctl --quiet disable --now mosquitto.service 2>/dev/null
        echo "Stopped and disabled mosquitto's system service: Soundpost starts its own broker"
    fi
    ;;
esac

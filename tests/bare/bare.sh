#!/bin/bash
# Run make targets as a newcomer does: in a Debian that has git, make and ca-certificates, and nothing
# else, on a clean clone of what is committed here.
#
# usage: bare.sh 12|13 TARGET…
#
# Debian is fetched once, into .build/bare. Each run works in a layer above it, which is removed after
# success. Needs root, debootstrap, git and unshare: `make test-bare` installs what is missing.
#
# Apt, pip and TLS use this machine's Debian mirrors, proxies, package indexes and certificates, read from
# its own settings. A folder with ESC-50 in $SOUNDPOST_DATA is mounted read-only; without one the tests
# with real recordings are skipped with a reason.
set -euo pipefail

cd "$(dirname "$0")/../.."
kept=$PWD/.build/bare

fail() {
    echo "bare.sh: $*" >&2
    exit 1
}

# In a mount namespace of its own, so that all mounts end with this script.
if [ -z "${SOUNDPOST_BARE:-}" ]; then
    [ "$(id -u)" -eq 0 ] || fail "expected root, which debootstrap, chroot and mount need"
    for program in debootstrap chroot unshare git; do
        command -v "$program" >/dev/null || fail "$program is not installed: deploy/apt-packages.sh bare"
    done
    SOUNDPOST_BARE=1 exec unshare --mount --propagation private "$0" "$@"
fi

case ${1:-} in
12) codename=bookworm ;;
13) codename=trixie ;;
*) fail "expected 12 or 13, and the targets to make" ;;
esac
shift
[ $# -gt 0 ] || fail "expected the targets to make"

# Prints lines for sources.list: this machine's Debian mirrors, for the wanted release.
sources() {
    apt-get indextargets --format '$(ORIGIN) $(CREATED_BY) $(REPO_URI) $(CODENAME) $(RELEASE)' 2>/dev/null |
        awk -v wanted="$codename" '
            $1 == "Debian" && $2 == "Packages" {
                here = $4; sub(/-.*/, "", here); suite = $5
                if (sub("^" here, wanted, suite)) print "deb " $3 " " suite " main"
            }' | sort -u
}

# Two runs would remove each other's layers.
mkdir -p "$kept"
exec 9>"$kept/lock"
flock --nonblock 9 || fail "another run is going on in $kept"

# The pristine root, made once.
base=$kept/$codename
if [ ! -d "$base" ]; then
    rm -rf "$base.part"
    mirror=$(sources | awk -v suite="$codename" '$3 == suite { print $2; exit }')
    echo "== fetching a bare Debian $codename"
    # shellcheck disable=SC2086 # the mirror may be none, which is debootstrap's own
    debootstrap --variant=minbase --include=git,make,ca-certificates "$codename" "$base.part" $mirror \
        >"$kept/$codename.log" 2>&1 || fail "debootstrap failed: see $kept/$codename.log"
    mv "$base.part" "$base"
fi

layer=$kept/$codename.layer
root=$kept/$codename.root
rm -rf "$layer"
mkdir -p "$layer/upper" "$layer/work" "$root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$layer/upper,workdir=$layer/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"

# The network as it is here. Only settings that exist are carried over; none is named.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
mirrors=$(sources)
[ -z "$mirrors" ] || echo "$mirrors" >"$root/etc/apt/sources.list"
if command -v apt-config >/dev/null; then
    apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Check-)' >"$root/etc/apt/apt.conf.d/90host" || true
fi
if ls /usr/local/share/ca-certificates/*.crt >/dev/null 2>&1; then
    cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
fi
for settings in /etc/pip.conf /etc/xdg/pip "$HOME/.config/pip"; do
    [ -e "$settings" ] || continue
    target=$root${settings/#$HOME\//\/root\/}
    mkdir -p "$(dirname "$target")"
    cp -r "$settings" "$target"
done
# Folders that pip's settings name (an index or wheels on this disk) are seen there, too.
environment=$(env | grep -E '^(PIP_|SSL_CERT_|REQUESTS_CA_BUNDLE=|CURL_CA_BUNDLE=|GIT_SSL_CAINFO=)|^(https?|no|all)_proxy=' \
    -i || true)
{
    echo "$environment"
    cat /etc/pip.conf /etc/xdg/pip/* "$HOME"/.config/pip/* 2>/dev/null || true
} | grep -oE '(file://)?/[A-Za-z0-9_./-]+' | sed 's|^file://||' | sort -u | while read -r path; do
    case $path in
    /etc/* | /usr/* | /dev/* | /proc/*) continue ;;
    */simple | */simple/) path=$(dirname "$path") ;; # an index names files that lie beside it
    esac
    [ -d "$path" ] || continue
    mkdir -p "$root$path"
    mount --bind -o ro "$path" "$root$path"
done

data=()
if [ -n "${SOUNDPOST_DATA:-}" ] && [ -f "$SOUNDPOST_DATA/esc50/esc50.csv" ]; then
    mkdir -p "$root/srv/data"
    mount --bind -o ro "$SOUNDPOST_DATA" "$root/srv/data"
    data=(SOUNDPOST_DATA=/srv/data)
fi

git clone --quiet --no-local . "$root/root/soundpost"
[ -z "$(git status --porcelain)" ] || echo "== what is not committed is not tried"

for target in "$@"; do
    echo "== Debian $codename, bare: make $target"
    begun=$SECONDS
    # shellcheck disable=SC2046,SC2086 # settings without blanks, one a word
    chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LANG=C.UTF-8 TERM=dumb $environment "${data[@]}" \
        make --no-print-directory -C /root/soundpost "$target" </dev/null ||
        fail "Debian $codename, bare: make $target failed; its files are in $layer/upper/root/soundpost"
    echo "== Debian $codename, bare: make $target took $((SECONDS - begun)) s"
done
umount --recursive "$root"
rm -rf "$layer"

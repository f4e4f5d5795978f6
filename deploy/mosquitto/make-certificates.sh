#!/bin/sh
# Makes the certificates that soundpost.conf needs: once a CA and one for the broker, then one for
# each node.
#
# usage: make-certificates.sh FOLDER broker NAME…     NAME: its host names and addresses, as nodes use them
#        make-certificates.sh FOLDER node NAME        NAME: the node's name, node.name
#
# FOLDER contains the CA's key, ca.key, which can sign certificates for new nodes: keep it off the broker.
set -eu
umask 077

CA_DAYS=7300
DAYS=3650 # ten years, because a node may be hard to reach; soundpost.acl locks out a lost one

usage() {
    sed -n 's/^# \(usage:.*\)/\1/p; s/^#   \(  *make-.*\)/ \1/p' "$0" >&2
    exit 2
}

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

make_ca() {
    key "$folder/ca.key"
    openssl req -x509 -new -key "$folder/ca.key" -days $CA_DAYS -subj "/CN=Soundpost CA" \
        -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
        -addext keyUsage=critical,keyCertSign,cRLSign -out "$folder/ca.crt"
    chmod 644 "$folder/ca.crt"
    echo "$folder/ca.crt: every node and every reader needs it; $folder/ca.key: keep it secret"
}

# sign FILE NAME EXTENSIONS
sign() {
    if [ -e "$folder/$1.crt" ]; then
        echo "$folder/$1.crt exists; delete it to make another" >&2
        exit 1
    fi
    key "$folder/$1.key"
    openssl req -new -key "$folder/$1.key" -subj "/CN=$2" -out "$folder/$1.csr"
    printf '%s\n' "$3" basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
        subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >"$folder/$1.ext"
    openssl x509 -req -in "$folder/$1.csr" -days $DAYS -CA "$folder/ca.crt" \
        -CAkey "$folder/ca.key" -CAcreateserial -extfile "$folder/$1.ext" -out "$folder/$1.crt" \
        2>/dev/null
    rm "$folder/$1.csr" "$folder/$1.ext"
    chmod 644 "$folder/$1.crt"
    echo "$folder/$1.crt, $folder/$1.key"
}

check_name() {
    case $1 in
    '' | *[!A-Za-z0-9._-]*)
        echo "$1: letters, digits, dots, dashes and underscores only" >&2
        exit 2
        ;;
    esac
}

[ $# -ge 3 ] || usage
folder=$1 kind=$2
shift 2
mkdir -p "$folder"
[ -e "$folder/ca.key" ] || make_ca
case $kind in
broker)
    names=
    for name in "$@"; do
        case $name in
        *:* | *[!0-9.]*.*[!0-9.]* | *[!0-9.]*) kind=DNS ;;
        *) kind=IP ;;
        esac
        case $name in *:*) kind=IP ;; *) check_name "$name" ;; esac
        names="$names,$kind:$name"
    done
    sign broker "$1" "subjectAltName=${names#,}
extendedKeyUsage=serverAuth"
    ;;
node)
    [ $# -eq 1 ] || usage
    check_name "$1"
    case $1 in ca | broker)
        echo "$1 cannot be the name of a node: another certificate has that name" >&2
        exit 2
        ;;
    esac
    sign "$1" "$1" extendedKeyUsage=clientAuth
    ;;
*) usage ;;
esac

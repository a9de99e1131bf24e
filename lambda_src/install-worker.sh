#!/bin/sh
# Installs a worker from its bundle and the package, without a network:
#     sh install.sh <bundle's folder> <target folder> <package zip>
# The target then holds venv/, package/ and models/. It is whole or not there at all; a second time nothing happens.
set -eu
umask 022

if [ $# -ne 3 ]; then
    echo "usage: sh install.sh <bundle's folder> <target folder> <package zip>" >&2
    exit 2
fi
bundle=$1 target=$2 package=$3

what_is_wanted() { # one word that changes with anything that is installed
    cat "$bundle/install.sh" "$bundle/requirements-worker.txt" "$bundle"/models/*.dat "$package" | sha256sum
}
wanted=$(what_is_wanted)
if [ -f "$target/.installed" ] && [ "$(cat "$target/.installed")" = "$wanted" ]; then
    exit 0
fi

mkdir -p "$(dirname "$target")"
unfinished=$(mktemp -d "$target.XXXXXX") # beside the target, so that it can be renamed
trap 'rm -rf "$unfinished"' EXIT
chmod 755 "$unfinished"

"${PYTHON:-python3.13}" -m venv "$unfinished/venv"
"$unfinished/venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-cache-dir --no-index \
    --find-links "$bundle/wheels" --require-hashes --only-binary :all: --requirement "$bundle/requirements-worker.txt"
"$unfinished/venv/bin/python" -m zipfile -e "$package" "$unfinished/package"
cp -R "$bundle/models" "$unfinished/models"
PYTHONPATH="$unfinished/package" "$unfinished/venv/bin/python" -P -c 'import boto3, dayshift.faces.recogniser'
printf '%s\n' "$wanted" >"$unfinished/.installed"

if [ -e "$target" ]; then # an older one, which nobody runs from any more
    mv "$target" "$unfinished/older"
    mv "$unfinished" "$target"
    rm -rf "$target/older"
else
    mv "$unfinished" "$target"
fi

#!/usr/bin/env bash
# Builds the image $1 of MinIO from source.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

need_docker
say "building $1 from source (minutes, once)"
docker build --quiet --tag "$1" "$root/manifests/components/minio" >/dev/null || fail \
    "$1 could not be built" \
    "docker build manifests/components/minio shows why; or tag another MinIO of yours as $1"

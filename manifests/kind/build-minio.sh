#!/usr/bin/env bash
# Builds the image $1 of MinIO from source.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

need_docker
say "building $1 from source (minutes, once)"
# Without attestations: `kind load` takes images of one manifest.
DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build --tag "$1" "$root/manifests/components/minio" || fail \
    "$1 could not be built: docker's reason is above" \
    "It takes the image golang and Go modules from the network. Or tag another MinIO of yours as $1"

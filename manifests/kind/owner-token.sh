#!/usr/bin/env bash
# Prints the token by which the owner of the cluster may do everything in its registry.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

need_kubectl
k get secret -n "$REGISTRY_NAMESPACE" kfp-tabular-registry-access \
    -o go-template='{{index .data "access.json" | base64decode}}' |
    sed -n 's/.*"token": "\([^"]*\)", "subject": "owner".*/\1/p'

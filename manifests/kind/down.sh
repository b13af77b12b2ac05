#!/usr/bin/env bash
# Deletes the cluster of up.sh, its volumes, and the secrets that were made for it.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

need_docker
need_kind
if have_cluster; then
    say "deleting cluster $CLUSTER"
    kind delete cluster --name "$CLUSTER"
else
    say "there is no cluster $CLUSTER"
fi
rm -rf "$overlay/registry/secrets" "$overlay/pipelines/secrets"

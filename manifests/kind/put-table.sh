#!/usr/bin/env bash
# Copies a file into the bucket `tables` of the cluster: put-table.sh my.csv → s3://tables/my.csv
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

[[ $# == 1 && -f $1 ]] || fail "one file is needed" "put-table.sh my.csv"
need_kubectl
# The keys go first, through the same pipe as the file: no command line shows them.
{
    k get secret -n "$KFP_NAMESPACE" kfp-tabular -o go-template='{{.data.AWS_ACCESS_KEY_ID | base64decode}} {{.data.AWS_SECRET_ACCESS_KEY | base64decode}}
'
    cat "$1"
} | k exec -i -n "$REGISTRY_NAMESPACE" deployment/kfp-tabular-registry -c registry -- \
    python -c "$(cat "$here/put_table.py")" kfp-tabular-minio:9000 tables "$(basename "$1")"

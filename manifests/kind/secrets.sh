#!/usr/bin/env bash
# Writes the secrets of the overlay `local`, with random content, where git ignores them. Those
# that are there are kept; a cluster that has them already gives them back.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
umask 077

overlay=${1:-$overlay}
registry=$overlay/registry/secrets
pipelines=$overlay/pipelines/secrets

random() { od -An -N 24 -tx1 /dev/urandom | tr -d ' \n'; }

complete() {
    local file
    for file in "$registry"/{registry.env,minio.env,postgresql.env,access.json} "$pipelines"/steps.env; do
        [[ -s $file ]] || return 1
    done
}

# Writes all of Secret $2 in namespace $1 as an env file.
restore_env() {
    # shellcheck disable=SC2016
    local lines='{{range $key, $value := .data}}{{$key}}={{$value | base64decode}}{{"\n"}}{{end}}'
    k get secret -n "$1" "$2" -o go-template="$lines" >"$3"
}

restore() {
    restore_env "$REGISTRY_NAMESPACE" kfp-tabular-registry "$registry/registry.env"
    restore_env "$REGISTRY_NAMESPACE" kfp-tabular-minio "$registry/minio.env"
    restore_env "$REGISTRY_NAMESPACE" kfp-tabular-postgresql "$registry/postgresql.env"
    restore_env "$KFP_NAMESPACE" kfp-tabular "$pipelines/steps.env"
    k get secret -n "$REGISTRY_NAMESPACE" kfp-tabular-registry-access \
        -o go-template='{{index .data "access.json" | base64decode}}' >"$registry/access.json"
}

generate() {
    local database registry_secret tables_secret steps_token person_token
    database=$(random)
    registry_secret=$(random)
    tables_secret=$(random)
    steps_token=$(random)
    person_token=$(random)
    cat >"$registry/registry.env" <<END
REGISTRY_DATABASE_URL=postgresql+psycopg://registry:$database@kfp-tabular-postgresql:5432/registry
AWS_ACCESS_KEY_ID=registry
AWS_SECRET_ACCESS_KEY=$registry_secret
END
    cat >"$registry/postgresql.env" <<END
POSTGRES_PASSWORD=$database
END
    cat >"$registry/minio.env" <<END
MINIO_ROOT_USER=root
MINIO_ROOT_PASSWORD=$(random)
TABLES_ACCESS_KEY=tables
TABLES_SECRET_KEY=$tables_secret
END
    cat >"$registry/access.json" <<END
{
  "tokens": [
    {"token": "$steps_token", "subject": "pipelines"},
    {"token": "$person_token", "subject": "owner"}
  ],
  "grants": [
    {"subject": "pipelines", "role": "writer"},
    {"subject": "owner", "role": "approver"},
    {"subject": "*", "role": "reader"}
  ]
}
END
    cat >"$pipelines/steps.env" <<END
REGISTRY_TOKEN=$steps_token
AWS_ACCESS_KEY_ID=tables
AWS_SECRET_ACCESS_KEY=$tables_secret
END
}

complete && exit 0
mkdir -p "$registry" "$pipelines"
if have kubectl && k get secret -n "$REGISTRY_NAMESPACE" kfp-tabular-registry >/dev/null 2>&1; then
    say "taking the secrets of the cluster that runs"
    restore
else
    say "writing random secrets into ${overlay#"$root"/}"
    generate
fi

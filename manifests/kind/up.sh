#!/usr/bin/env bash
# A cluster on this machine with Kubeflow Pipelines, the registry and all that they need. May be
# run again at any time: what is there is kept, what has changed is applied. settings.sh lists the
# settings. `up.sh check` only looks whether this machine has what it takes.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# shellcheck source=manifests/kind/waiting.sh
source "$here/waiting.sh"

COMPONENTS_IMAGE=kfp-tabular:$VERSION
REGISTRY_IMAGE=kfp-tabular-registry:$VERSION
MINIO_IMAGE=kfp-tabular-minio:$(sed -n '/name: kfp-tabular-minio$/{n;s/.*newTag: //p;}' \
    "$root/manifests/components/minio/kustomization.yaml")

have_image() { docker image inspect "$1" >/dev/null 2>&1; }

check_machine() {
    need_docker
    need_kind
    need_kubectl
    local memory
    memory=$(docker info --format '{{.MemTotal}}')
    ((memory >= 7 * 1024 ** 3)) ||
        say "docker has $((memory / 1024 ** 2)) MB of memory; below 8 GB, pods may be evicted"
    if [[ -n $BUNDLE ]]; then
        [[ -d $BUNDLE/images && -d $BUNDLE/kfp ]] || fail "$BUNDLE is not a bundle" \
            "Write one where there is a network, and bring it here: make kind-bundle BUNDLE=folder"
        KFP_MANIFESTS=$BUNDLE/kfp
        # A digest is not kept in an archive.
        NODE_IMAGE=${NODE_IMAGE%%@*}
    fi
    find_kfp
}

check_images() {
    local image
    if [[ -n $BUNDLE ]]; then
        say "loading $NODE_IMAGE from $BUNDLE"
        docker load --quiet --input "$BUNDLE/node.tar" >/dev/null
        return
    fi
    for image in "$COMPONENTS_IMAGE" "$REGISTRY_IMAGE"; do
        have_image "$image" || fail "there is no image $image on this machine" "Build it: make images"
    done
    have_image "$MINIO_IMAGE" || "$here/build-minio.sh" "$MINIO_IMAGE"
}

create_cluster() {
    if have_cluster; then
        say "cluster $CLUSTER is there"
        kind export kubeconfig --name "$CLUSTER"
    else
        say "creating cluster $CLUSTER of $NODE_IMAGE"
        kind create cluster --name "$CLUSTER" --image "$NODE_IMAGE" --config "$here/cluster.yaml" \
            --wait 180s
    fi
}

load_images() {
    local image archive
    if [[ -n $BUNDLE ]]; then
        for archive in "$BUNDLE"/images/*.tar; do
            say "loading $(basename "$archive" .tar)"
            kind load image-archive --name "$CLUSTER" "$archive"
        done
        return
    fi
    for image in "$COMPONENTS_IMAGE" "$REGISTRY_IMAGE" "$MINIO_IMAGE"; do
        say "loading $image"
        kind load docker-image --name "$CLUSTER" "$image"
    done
}

install_kfp() {
    say "applying Kubeflow Pipelines $KFP_VERSION"
    k apply -k "$KFP_MANIFESTS/cluster-scoped-resources" >/dev/null
    k wait --for condition=established --timeout 120s crd --all >/dev/null
    k apply -k "$KFP_MANIFESTS/env/platform-agnostic" >/dev/null
}

install_registry() {
    "$here/secrets.sh"
    say "applying overlays/local"
    # A Job cannot be changed, and this one may run at any time.
    k delete job -n "$REGISTRY_NAMESPACE" kfp-tabular-minio-set-up --ignore-not-found >/dev/null
    k apply -k "$overlay" >/dev/null
}

check_machine
[[ ${1:-} != check ]] || exit 0
check_images
create_cluster
load_images
install_kfp
install_registry
wait_for "$REGISTRY_NAMESPACE"
wait_for "$KFP_NAMESPACE"
"$here/put-table.sh" "$root/data/bird_strikes.csv"
cat <<END

Kubeflow Pipelines and the registry are up. Train on the cluster:

  kfp-tabular submit training --source s3://tables/bird_strikes.csv --target damaged --wait

The dashboard, on http://localhost:3000 while this runs:

  kubectl --context $CONTEXT -n $KFP_NAMESPACE port-forward svc/ml-pipeline-ui 3000:80

A table of your own: manifests/kind/put-table.sh my.csv    The end of it all: make kind-down
END

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
MLFLOW_IMAGE=kfp-tabular-mlflow:$VERSION
WANDB_IMAGE=kfp-tabular-wandb:$VERSION
PREDICTOR_IMAGE=kfp-tabular-predictor:$VERSION
DEPLOYMENT_IMAGE=kfp-tabular-deployment:$VERSION
REGISTRY_IMAGE=kfp-tabular-registry:$VERSION
MINIO_IMAGE=kfp-tabular-minio:$(sed -n '/name: kfp-tabular-minio$/{n;s/.*newTag: //p;}' \
    "$root/manifests/components/minio/kustomization.yaml")

have_image() { docker image inspect "$1" >/dev/null 2>&1; }

check_machine() {
    need_docker
    need_kubectl
    [[ -z $BUNDLE ]] || check_bundle
    need_kind
    check_engine
    find_kfp
}

check_bundle() {
    [[ -f $BUNDLE/node-image ]] || fail "$BUNDLE is not a bundle" \
        "Write one where there is a network, and bring it here: make kind-bundle BUNDLE=folder"
    is_rendered "$BUNDLE/kfp" || fail "$BUNDLE lacks Kubeflow Pipelines" \
        "Write it again where there is a network: make kind-bundle BUNDLE=folder"
    NODE_IMAGE=$(<"$BUNDLE/node-image")
}

check_engine() {
    local memory=0 cgroups=
    read -r memory cgroups < <(docker info --format '{{.MemTotal}} {{.CgroupVersion}}') || true
    ((memory >= 7 * 1024 ** 3)) ||
        say "docker has $((memory / 1024 ** 2)) MB of memory; below 8 GB, pods may be evicted"
    [[ $cgroups != 1 || $NODE_IMAGE == *:v1.3[0-4].* ]] || fail \
        "docker is on cgroups v1, which Kubernetes has given up since 1.35" \
        "Boot with cgroups v2, or name an older node of your kind's release: NODE_IMAGE=kindest/node:v1.34…" \
        "https://github.com/kubernetes-sigs/kind/releases"
}

check_images() {
    local image
    if [[ -n $BUNDLE ]]; then
        say "loading $NODE_IMAGE from $BUNDLE"
        docker load --quiet --input "$BUNDLE/node.tar" >/dev/null
        return
    fi
    for image in "$COMPONENTS_IMAGE" "$MLFLOW_IMAGE" "$WANDB_IMAGE" "$PREDICTOR_IMAGE" \
        "$DEPLOYMENT_IMAGE" "$REGISTRY_IMAGE"; do
        have_image "$image" || fail "there is no image $image on this machine" "Build it: make images"
    done
    have_image "$MINIO_IMAGE" || "$here/build-minio.sh" "$MINIO_IMAGE"
}

create_cluster() {
    if have_cluster; then
        say "cluster $CLUSTER is there"
        # After a restart of the machine its node may still be stopped.
        docker start "$CLUSTER-control-plane" >/dev/null
        kind export kubeconfig --name "$CLUSTER"
    else
        say "creating cluster $CLUSTER of $NODE_IMAGE"
        kind create cluster --name "$CLUSTER" --image "$NODE_IMAGE" --config "$here/cluster.yaml"
    fi
    say "waiting for its node"
    wait_for_node
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
    for image in "$COMPONENTS_IMAGE" "$MLFLOW_IMAGE" "$WANDB_IMAGE" "$PREDICTOR_IMAGE" \
        "$DEPLOYMENT_IMAGE" "$REGISTRY_IMAGE" "$MINIO_IMAGE"; do
        say "loading $image"
        kind load docker-image --name "$CLUSTER" "$image"
    done
}

install_kfp() {
    say "applying Kubeflow Pipelines $KFP_VERSION"
    # By the server: what the client would note in an annotation is more than one may hold.
    k apply --server-side --force-conflicts -f "$KFP/cluster-scoped-resources.yaml" >/dev/null
    k wait --for condition=established --timeout 120s crd --all >/dev/null
    # In one go with what is changed in it: applied first and patched then, a second run of this
    # script would take the changes back for a moment, and disturb the runs of pipelines.
    local patched
    patched=$(mktemp -d)
    cp "$KFP/platform-agnostic.yaml" "$patched/resources.yaml"
    cp -r "$root/manifests/workflow-controller" "$patched"
    printf '%s\n' 'resources: [resources.yaml]' 'components: [workflow-controller]' \
        >"$patched/kustomization.yaml"
    k kustomize "$patched" >"$patched/platform-agnostic.yaml"
    k apply -f "$patched/platform-agnostic.yaml" >/dev/null
    rm -r "$patched"
}

install_registry() {
    "$here/secrets.sh"
    say "applying overlays/local"
    # A Job cannot be changed, and this one may run at any time.
    k delete job -n "$REGISTRY_NAMESPACE" kfp-tabular-minio-set-up --ignore-not-found >/dev/null
    k apply -k "$overlay" >/dev/null
    restart_if_rebuilt
}

# An image that was built anew under its old tag changes no manifest: running pods keep the old one.
restart_if_rebuilt() {
    local image noted
    image=$(identity_of_registry)
    noted=$(k get deployment -n "$REGISTRY_NAMESPACE" kfp-tabular-registry \
        -o jsonpath='{.metadata.annotations.kfp-tabular/image}')
    [[ $image != "$noted" ]] || return 0
    if [[ -n $noted ]]; then
        say "restarting the registry on its new image"
        k rollout restart -n "$REGISTRY_NAMESPACE" deployment/kfp-tabular-registry >/dev/null
    fi
    k annotate -n "$REGISTRY_NAMESPACE" deployment/kfp-tabular-registry --overwrite \
        "kfp-tabular/image=$image" >/dev/null
}

identity_of_registry() {
    if [[ -n $BUNDLE ]]; then
        cksum <"$BUNDLE/images/${REGISTRY_IMAGE//[\/:@]/_}.tar" | tr ' ' -
    else
        docker image inspect --format '{{.Id}}' "$REGISTRY_IMAGE"
    fi
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
command=.venv/bin/kfp-tabular
[[ -x $root/$command ]] || command="make install && $command"
cat <<END

Kubeflow Pipelines and the registry are up. Train on the cluster:

  $command submit training --source s3://tables/bird_strikes.csv --target damaged --wait

The dashboard is on http://localhost:8080 while this runs:

  kubectl --context $CONTEXT -n $KFP_NAMESPACE port-forward svc/ml-pipeline-ui 8080:80

The registry answers you while this runs:

  kubectl --context $CONTEXT -n $REGISTRY_NAMESPACE port-forward svc/kfp-tabular-registry 8081:8080
  export REGISTRY_URL=http://localhost:8081 REGISTRY_TOKEN=\$(manifests/kind/owner-token.sh)
  .venv/bin/kfp-tabular registry list

A table of your own: manifests/kind/put-table.sh my.csv    The end of it all: make kind-down
END

# shellcheck shell=bash
# What up.sh, down.sh, bundle.sh and put-table.sh agree on. Each setting is a variable of the
# environment; a Makefile passes its own on: make kind KFP_VERSION=2.17.0.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
overlay=$root/manifests/overlays/local

# Name of the kind cluster.
CLUSTER=${CLUSTER:-kfp-tabular}
# kind's node: the Kubernetes version.
NODE_IMAGE=${NODE_IMAGE:-kindest/node:v1.35.0@sha256:452d707d4862f52530247495d180205e029056831160e22870e37e3f6c1ac31f}
# Git reference of Kubeflow Pipelines, and where it is fetched from.
KFP_VERSION=${KFP_VERSION:-2.17.0}
KFP_REPOSITORY=${KFP_REPOSITORY:-https://github.com/kubeflow/pipelines}
# A local copy of its folder manifests/kustomize: nothing is fetched then.
KFP_MANIFESTS=${KFP_MANIFESTS:-}
# A folder that bundle.sh has written: nothing at all is pulled then.
BUNDLE=${BUNDLE:-}
# Longest wait for one namespace, in seconds.
TIMEOUT=${TIMEOUT:-900}

VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/pyproject.toml")
CONTEXT=kind-$CLUSTER
CACHE=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/kfp-tabular
KFP_NAMESPACE=kubeflow
REGISTRY_NAMESPACE=kfp-tabular
KIND_NEEDED=0.31
USER_MISTAKE=2
# Used by the scripts that source this.
export here root overlay VERSION CONTEXT CACHE KFP_NAMESPACE REGISTRY_NAMESPACE

say() { printf '· %s\n' "$*"; }

# Ends the script: the first argument is what is wrong, the others are what to do.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '  %s\n' "$@" >&2
    exit "$USER_MISTAKE"
}

have() { command -v "$1" >/dev/null 2>&1; }

k() { kubectl --context "$CONTEXT" "$@"; }

need_docker() {
    have docker || fail "docker is not installed, and the cluster is a container" \
        "Install it: https://docs.docker.com/engine/install/"
    docker info >/dev/null 2>&1 || fail "docker is installed, but its engine does not answer" \
        "Start it (systemctl start docker, or Docker Desktop), and see that you may use it:" \
        "docker info"
}

need_kind() {
    have kind || fail "kind is not installed, and it makes the cluster" \
        "Install $KIND_NEEDED or newer: https://kind.sigs.k8s.io/docs/user/quick-start/#installation" \
        "or, with Go: go install sigs.k8s.io/kind@v$KIND_NEEDED.0"
    local version
    version=$(kind version | sed -n 's/^kind v\([0-9.]*\).*/\1/p')
    [[ $(printf '%s\n' "$KIND_NEEDED" "$version" | sort -V | head -1) == "$KIND_NEEDED" ]] || fail \
        "kind $version is older than $KIND_NEEDED, the first that knows this Kubernetes" \
        "Install a newer one, or name a node image that yours knows: NODE_IMAGE=kindest/node:…"
}

need_kubectl() {
    have kubectl || fail "kubectl is not installed, and it fills the cluster" \
        "Install it: https://kubernetes.io/docs/tasks/tools/"
}

need_git() {
    have git || fail "git is not installed, and it fetches Kubeflow Pipelines $KFP_VERSION" \
        "Install it, or name a copy of its manifests: KFP_MANIFESTS=…/manifests/kustomize"
}

have_cluster() { kind get clusters 2>/dev/null | grep -qx -- "$CLUSTER"; }

# Clones the manifests, without history or the rest, into $1.
fetch_kfp() {
    git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$KFP_VERSION" \
        --filter=blob:none --sparse "$KFP_REPOSITORY" "$1" || return
    git -C "$1" sparse-checkout set --no-cone /manifests/kustomize/
}

# Sets KFP_MANIFESTS to a folder, fetched once for each version.
find_kfp() {
    if [[ -n $KFP_MANIFESTS ]]; then
        [[ -d $KFP_MANIFESTS/cluster-scoped-resources ]] || fail \
            "$KFP_MANIFESTS is not the folder manifests/kustomize of Kubeflow Pipelines" \
            "It has no cluster-scoped-resources; name another: KFP_MANIFESTS=…"
        return
    fi
    need_git
    local copy=$CACHE/pipelines-$KFP_VERSION
    if [[ ! -d $copy ]]; then
        say "fetching the manifests of Kubeflow Pipelines $KFP_VERSION"
        rm -rf "$copy.part"
        fetch_kfp "$copy.part" || fail \
            "Kubeflow Pipelines $KFP_VERSION could not be fetched from $KFP_REPOSITORY" \
            "See that the network reaches it and that the tag exists, or name a copy:" \
            "KFP_MANIFESTS=…/manifests/kustomize"
        mv "$copy.part" "$copy"
    fi
    KFP_MANIFESTS=$copy/manifests/kustomize
}

# shellcheck shell=bash
# What up.sh, down.sh, bundle.sh and put-table.sh agree on. Each setting is a variable of the
# environment; a Makefile passes its own on: make kind KFP_VERSION=2.17.0.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
overlay=$root/manifests/overlays/local

# Name of the kind cluster.
CLUSTER=${CLUSTER:-kfp-tabular}
# kind's node: the Kubernetes version. By default 1.35, as the installed kind has built it.
NODE_IMAGE=${NODE_IMAGE:-}
# Git reference of Kubeflow Pipelines, and where it is fetched from.
KFP_VERSION=${KFP_VERSION:-2.17.0}
KFP_REPOSITORY=${KFP_REPOSITORY:-https://github.com/kubeflow/pipelines}
# A local copy of its folder manifests/kustomize, which refers to Argo's manifests on the network;
# or a folder with cluster-scoped-resources.yaml and platform-agnostic.yaml, which refer to nothing.
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
# What Kubeflow Pipelines is rendered to, in the order in which it is applied.
KFP_PARTS=(cluster-scoped-resources platform-agnostic)
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
        "Install a newer one: go install sigs.k8s.io/kind@v$KIND_NEEDED.0"
    [[ -n $NODE_IMAGE ]] || NODE_IMAGE=$(node_image "$version")
}

# Prints the node of Kubernetes 1.35 that is built for kind $1: each release has its own.
node_image() {
    case $1 in
        0.31*) echo kindest/node:v1.35.0@sha256:452d707d4862f52530247495d180205e029056831160e22870e37e3f6c1ac31f ;;
        0.32*) echo kindest/node:v1.35.5@sha256:ce977ae6d65918d0b58a5f8b5e940429c2ce42fa3a5619ec2bbc60b949c0ac95 ;;
        *) echo kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0 ;;
    esac
}

need_kubectl() {
    have kubectl || fail "kubectl is not installed, and it fills the cluster" \
        "Install it: https://kubernetes.io/docs/tasks/tools/"
}

need_git() {
    have git || fail "git is not installed, and it fetches Kubeflow Pipelines $KFP_VERSION" \
        "Install it, or name what it would fetch: KFP_MANIFESTS=folder"
}

have_cluster() { kind get clusters 2>/dev/null | grep -qx -- "$CLUSTER"; }

is_rendered() {
    local part
    for part in "${KFP_PARTS[@]}"; do
        [[ -s $1/$part.yaml ]] || return 1
    done
}

# Clones the manifests, without history or the rest, into $1.
fetch_kfp() {
    git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$KFP_VERSION" \
        --filter=blob:none --sparse "$KFP_REPOSITORY" "$1" || return
    git -C "$1" sparse-checkout set --no-cone /manifests/kustomize/
}

# Renders the folder manifests/kustomize $1 into the folder $2.
render_kfp() {
    say "rendering Kubeflow Pipelines, with Argo's manifests from the network"
    mkdir -p "$2"
    render_part "$1/cluster-scoped-resources" "$2/cluster-scoped-resources.yaml"
    render_part "$1/env/platform-agnostic" "$2/platform-agnostic.yaml"
}

# kustomize gives a clone half a minute, which a slow network needs more than once.
render_part() {
    local _
    for _ in 1 2 3; do
        # Its images have versions: none has to be looked for anew, which takes a network.
        kubectl kustomize "$1" |
            sed 's/imagePullPolicy: Always/imagePullPolicy: IfNotPresent/' >"$2" && return
    done
    rm -f "$2"
    fail "$1 could not be rendered: kubectl's reason is above" \
        "It takes Argo Workflows from https://github.com/argoproj/argo-workflows: see that git reaches it," \
        "or bring what it takes from another machine: make kind-bundle BUNDLE=folder"
}

# Sets KFP to a folder with Kubeflow Pipelines, rendered once for each version.
find_kfp() {
    KFP=$CACHE/kfp-${KFP_VERSION//\//-}
    if [[ -n $BUNDLE ]]; then
        KFP=$BUNDLE/kfp
    elif [[ -z $KFP_MANIFESTS ]]; then
        is_rendered "$KFP" || fetch_and_render "$KFP"
    elif is_rendered "$KFP_MANIFESTS"; then
        KFP=$KFP_MANIFESTS
    else
        [[ -d $KFP_MANIFESTS/cluster-scoped-resources ]] || fail \
            "$KFP_MANIFESTS is not the folder manifests/kustomize of Kubeflow Pipelines" \
            "It has no cluster-scoped-resources; name another: KFP_MANIFESTS=…"
        need_git
        KFP=$CACHE/kfp-rendered
        render_kfp "$KFP_MANIFESTS" "$KFP"
    fi
}

fetch_and_render() {
    need_git
    say "fetching the manifests of Kubeflow Pipelines $KFP_VERSION"
    rm -rf "$1.part"
    fetch_kfp "$1.part/clone" || fail \
        "Kubeflow Pipelines $KFP_VERSION could not be fetched from $KFP_REPOSITORY" \
        "See that the network reaches it and that the tag exists, or name a copy:" \
        "KFP_MANIFESTS=…/manifests/kustomize"
    render_kfp "$1.part/clone/manifests/kustomize" "$1.part/rendered"
    rm -rf "$1"
    mv "$1.part/rendered" "$1"
    rm -rf "$1.part"
}

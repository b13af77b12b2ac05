#!/usr/bin/env bash
# Writes all that up.sh would pull into the folder BUNDLE, for a machine without a network:
# there, up.sh with the same BUNDLE pulls nothing.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

target=$BUNDLE
[[ -n $target ]] || fail "no folder is named" "bundle.sh writes into BUNDLE: make kind-bundle BUNDLE=folder"
need_docker
need_kind
need_kubectl
BUNDLE=
find_kfp

# Images in `image:` fields, and those that are arguments and variables (launcher, driver, argoexec).
images_of() {
    grep -oE '^ *(- )?image: *[^ ]+' | sed -E 's/.*image: *//' | tr -d "\"'"
}
named_images() {
    grep -oE '(ghcr\.io|gcr\.io|quay\.io|docker\.io|registry\.k8s\.io)/[a-z0-9._/-]+:[A-Za-z0-9._-]+'
}

# With containerd's store, docker would save the names of platforms whose content it has not pulled.
save() {
    local platform=()
    if docker save --help 2>/dev/null | grep -q -- --platform; then
        platform=(--platform "$(docker version --format '{{.Server.Os}}/{{.Server.Arch}}')")
    fi
    # Like this, since macOS' bash takes an empty list for an unset variable.
    docker save ${platform[@]+"${platform[@]}"} --output "$2" "$1"
}

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
cp -R "$root/manifests" "$rendered/manifests"
"$here/secrets.sh" "$rendered/manifests/overlays/local" >/dev/null
kubectl kustomize "$rendered/manifests/overlays/local" >"$rendered/ours.yaml"
minio=$(images_of <"$rendered/ours.yaml" | grep '^kfp-tabular-minio:')
docker image inspect "$minio" >/dev/null 2>&1 || "$here/build-minio.sh" "$minio"

mkdir -p "$target/images" "$target/kfp"
rm -f "$target"/images/*.tar
for part in "${KFP_PARTS[@]}"; do
    cp "$KFP/$part.yaml" "$target/kfp/"
done
{
    echo "kfp-tabular:$VERSION"
    echo "kfp-tabular-mlflow:$VERSION"
    echo "kfp-tabular-wandb:$VERSION"
    echo "kfp-tabular-predictor:$VERSION"
    echo "kfp-tabular-deployment:$VERSION"
    cat "$rendered/ours.yaml" "$KFP"/*.yaml | images_of
    cat "$KFP"/*.yaml | named_images
} | sort -u | while read -r image; do
    say "saving $image"
    docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null || fail \
        "$image can be neither found nor pulled" "Build it (make images), or see that the network reaches it."
    save "$image" "$target/images/${image//[\/:@]/_}.tar"
done
say "saving $NODE_IMAGE"
docker pull --quiet "$NODE_IMAGE" >/dev/null
# A digest is not kept in an archive.
docker tag "$NODE_IMAGE" "${NODE_IMAGE%%@*}"
save "${NODE_IMAGE%%@*}" "$target/node.tar"
echo "${NODE_IMAGE%%@*}" >"$target/node-image"
say "$target is complete: on the other machine, make kind BUNDLE=$target"

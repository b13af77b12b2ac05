#!/usr/bin/env bash
# Writes all that up.sh would pull into the folder BUNDLE, for a machine without a network:
# there, up.sh with the same BUNDLE pulls nothing.
set -euo pipefail
# shellcheck source=manifests/kind/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

[[ -n $BUNDLE ]] || fail "no folder is named" "bundle.sh writes into BUNDLE: make kind-bundle BUNDLE=folder"
need_docker
need_kubectl
find_kfp

# Images in `image:` fields, and those that are arguments and variables (launcher, driver, argoexec).
images_of() {
    grep -oE '^ *(- )?image: *[^ ]+' | sed -E 's/.*image: *//' | tr -d "\"'"
}
named_images() {
    grep -oE '(ghcr\.io|gcr\.io|quay\.io|docker\.io|registry\.k8s\.io)/[a-z0-9._/-]+:[A-Za-z0-9._-]+'
}

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
cp -R "$root/manifests" "$rendered/manifests"
"$here/secrets.sh" "$rendered/manifests/overlays/local" >/dev/null
kubectl kustomize "$KFP_MANIFESTS/env/platform-agnostic" >"$rendered/kfp.yaml"
kubectl kustomize "$rendered/manifests/overlays/local" >"$rendered/ours.yaml"
minio=$(images_of <"$rendered/ours.yaml" | grep '^kfp-tabular-minio:')
docker image inspect "$minio" >/dev/null 2>&1 || "$here/build-minio.sh" "$minio"

mkdir -p "$BUNDLE/images"
rm -rf "$BUNDLE/kfp"
cp -R "$KFP_MANIFESTS" "$BUNDLE/kfp"
{
    echo "kfp-tabular:$VERSION"
    cat "$rendered/ours.yaml" "$rendered/kfp.yaml" | images_of
    named_images <"$rendered/kfp.yaml"
} | sort -u | while read -r image; do
    say "saving $image"
    docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "$image" >/dev/null || fail \
        "$image can be neither found nor pulled" "Build it (make images), or see that the network reaches it."
    docker save --output "$BUNDLE/images/${image//[\/:@]/_}.tar" "$image"
done
say "saving $NODE_IMAGE"
docker pull --quiet "$NODE_IMAGE" >/dev/null
docker tag "$NODE_IMAGE" "${NODE_IMAGE%%@*}"
docker save --output "$BUNDLE/node.tar" "${NODE_IMAGE%%@*}"
say "$BUNDLE is complete: on the other machine, make kind BUNDLE=$BUNDLE"

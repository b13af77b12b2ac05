#!/usr/bin/env bash
# build_api_server.sh FILE: build Kubernetes' API server, from the modules that its project publishes.
# Its own go.mod names its parts by folders of its repository, which its module does not hold: here
# each is the module of that part, of the same release.
set -euo pipefail
release=34.3
built=$(realpath -m "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
source=$(cd / && go mod download -json "k8s.io/kubernetes@v1.$release" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
sed -e "s# => ./staging/src/\(k8s.io/.*\)# => \1 v0.$release#" \
    -e 's#^module .*#module example.com/api-server#' \
    -e "0,/^require (/s##require (\n\tk8s.io/kubernetes v1.$release#" "$source/go.mod" > go.mod
sed -n 's#^\t\(k8s.io/[a-z-]*\) v0.0.0$#\1#p' "$source/go.mod" | while read -r part; do
    go mod edit -replace "$part=$part@v0.$release"
done
mkdir -p "$(dirname "$built")"
CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath -o "$built" \
    -ldflags="-s -w -X k8s.io/component-base/version.gitVersion=v1.$release \
    -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34" \
    k8s.io/kubernetes/cmd/kube-apiserver

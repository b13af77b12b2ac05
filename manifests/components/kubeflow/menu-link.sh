#!/usr/bin/env bash
# Adds the registry to the menu of Kubeflow's central dashboard, once, and keeps all other links.
# The menu is a JSON text in a ConfigMap of the dashboard's own, which kustomize cannot add to.
set -euo pipefail

namespace=${KUBEFLOW_NAMESPACE:-kubeflow}
for tool in kubectl python3; do
    command -v "$tool" >/dev/null || {
        echo "error: $tool is not installed" >&2
        exit 2
    }
done
dashboard=$(kubectl get configmap -n "$namespace" centraldashboard-config -o json)
patch=$(python3 -c '
import json, sys

link = {
    "type": "item",
    "link": "/kfp-tabular/ui/",
    "text": "Models (kfp-tabular)",
    "icon": "assignment",
}
dashboard = json.load(sys.stdin)
links = json.loads(dashboard["data"]["links"])
menu = links["menuLinks"]
links["menuLinks"] = [other for other in menu if other.get("link") != link["link"]] + [link]
print(json.dumps({"data": {"links": json.dumps(links, indent=2)}}))
' <<<"$dashboard")
kubectl patch configmap -n "$namespace" centraldashboard-config --patch-file /dev/stdin <<<"$patch"

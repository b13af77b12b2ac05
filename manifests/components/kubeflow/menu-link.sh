#!/usr/bin/env bash
# Links the registry's pages from the menu of Kubeflow's central dashboard, which shows them in its
# frame; all other links are kept. The menu is a JSON text in a ConfigMap of the dashboard's own,
# which kustomize cannot add to.
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

# The path is that of virtual-service.yaml.
link = {
    "type": "item", "link": "/kfp-tabular/ui/", "text": "Registered Models", "icon": "assignment"
}

def leads_there(item):
    return item.get("link") == link["link"] or any(map(leads_there, item.get("items", [])))

dashboard = json.load(sys.stdin)
links = json.loads(dashboard["data"]["links"])
if not any(map(leads_there, links["menuLinks"])):
    links["menuLinks"].append(link)
    print(json.dumps({"data": {"links": json.dumps(links, indent=2)}}))
' <<<"$dashboard")
if [[ -z $patch ]]; then
    echo "· the menu leads to the pages of the registry already"
    exit
fi
kubectl patch configmap -n "$namespace" centraldashboard-config --patch-file /dev/stdin <<<"$patch"

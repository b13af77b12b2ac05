# shellcheck shell=bash
# Waiting for what a namespace runs, with progress, and saying why it is in vain.

# Prints the name of every Deployment, StatefulSet and Job of namespace $1 that is not done yet.
unready() {
    local workloads jobs
    if ! workloads=$(k get deployments,statefulsets -n "$1" --no-headers -o custom-columns="$ROLL_OUT") ||
        ! jobs=$(k get jobs -n "$1" --no-headers -o custom-columns="$DONE"); then
        echo the-API-server
        return
    fi 2>/dev/null
    awk '{ for (i = 2; i <= NF; i++) if ($i == "<none>") $i = 0 }
         NF && ($3 < $2 || $5 != $4 || $6 != $4 || $7 != $4) { print $1 }' <<<"$workloads"
    awk 'NF && ($2 == "<none>" || $2 < $3) { print $1 }' <<<"$jobs"
}
ROLL_OUT=N:.metadata.name,G:.metadata.generation,O:.status.observedGeneration
ROLL_OUT+=,R:.spec.replicas,U:.status.updatedReplicas,A:.status.availableReplicas
# While a new pod starts, the old one is still available: together they are more than are wanted.
ROLL_OUT+=,T:.status.replicas
DONE=N:.metadata.name,S:.status.succeeded,C:.spec.completions

# Prints pod, phase or reason of waiting, for every pod of namespace $1 that is not well.
unwell() {
    k get pods -n "$1" --no-headers 2>/dev/null |
        awk '$3 == "Completed" { next }
             { split($2, ready, "/"); if (ready[1] != ready[2]) print $1, $3 }'
}

# Waits until the API server answers and the node is ready.
wait_for_node() {
    local start=$SECONDS
    until k wait --for condition=Ready --timeout 10s nodes --all >/dev/null 2>&1; do
        ((SECONDS - start < TIMEOUT)) || fail "the node of cluster $CLUSTER is not ready" \
            "See why: docker logs $CLUSTER-control-plane; kubectl --context $CONTEXT describe nodes" \
            "A new one: make kind-down, then make kind."
        sleep "${POLL:-3}"
    done
}

# Waits until all of namespace $1 is ready, or ends the script after $TIMEOUT seconds.
wait_for() {
    local namespace=$1 start=$SECONDS waiting before="" spoken=0
    while true; do
        waiting=$(unready "$namespace" | paste -sd ' ' -)
        [[ -n $waiting ]] || break
        ((SECONDS - start < TIMEOUT)) || give_up "$namespace" "$waiting"
        if [[ $waiting != "$before" ]] || ((SECONDS - spoken >= 30)); then
            say "$namespace: waiting for $waiting ($((SECONDS - start)) s)"
            unwell "$namespace" | grep -E 'Err|BackOff|Error|Invalid' | sed 's/^/    /' || true
            before=$waiting
            spoken=$SECONDS
        fi
        sleep "${POLL:-3}"
    done
    say "$namespace: all is ready ($((SECONDS - start)) s)"
}

# Shows events and last log lines of what is not ready in namespace $1, and ends the script.
give_up() {
    local report
    report=$(describe_trouble "$1")
    {
        printf 'error: not ready in namespace %s after %s s: %s\n' "$1" "$TIMEOUT" "$2"
        printf '%s\n' "$report"
        printf '\nThe cluster is left as it is. Look: kubectl --context %s -n %s get pods\n' \
            "$CONTEXT" "$1"
        if grep -q 'too many open files' <<<"$report"; then
            printf 'This machine allows too few watches of files: sudo sysctl %s\n' \
                "fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288"
        fi
        printf 'Then run the command again, with more time (TIMEOUT=%s) if it was only slow.\n' \
            "$((TIMEOUT * 2))"
    } >&2
    exit 1
}

# Prints each line of its input once, where it stands last, and how often it came.
each_once() {
    awk '{ count[$0]++; last[$0] = NR; line[NR] = $0 }
         END { for (i = 1; i <= NR; i++) if (last[line[i]] == i)
                   print line[i] (count[line[i]] > 1 ? " (" count[line[i]] " times)" : "") }'
}

describe_trouble() {
    local pod
    # Of whatever makes pods too: a quota or a policy may refuse them.
    printf '\n── warnings\n'
    k get events -n "$1" --field-selector type=Warning --sort-by=.lastTimestamp \
        --no-headers -o custom-columns="$WARNING" | each_once | tail -15
    while read -r pod _; do
        printf '\n── %s: events\n' "$pod"
        k get events -n "$1" --field-selector "involvedObject.name=$pod" \
            --sort-by=.lastTimestamp --no-headers -o custom-columns="$EVENT" | each_once | tail -10
        printf '── %s: log\n' "$pod"
        k logs -n "$1" "$pod" --all-containers --prefix --tail=20 || true
    done < <(unwell "$1")
} 2>&1
WARNING=KIND:.involvedObject.kind,NAME:.involvedObject.name,REASON:.reason,MESSAGE:.message
EVENT=TYPE:.type,REASON:.reason,MESSAGE:.message

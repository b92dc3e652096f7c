{{/* The labels by which the guard's pods are found. They cannot be changed later. */}}
{{- define "phiguard.labels" -}}
app.kubernetes.io/name: phiguard
{{- end }}

{{- define "phiguard.metadata" -}}
name: phiguard
namespace: {{ .Release.Namespace }}
labels:
  {{- include "phiguard.labels" . | nindent 2 }}
{{- end }}

{{/* The host of the guard's service. Envoy's cluster is named after it. */}}
{{- define "phiguard.host" -}}
phiguard.{{ .Release.Namespace }}.svc.{{ .Values.mesh.clusterDomain }}
{{- end }}

{{- define "phiguard.daemon" -}}
{{- if eq .Values.workload "DaemonSet" }}true{{ end }}
{{- end }}

{{/* Whether the policy is SegmentationPolicy objects of the cluster. */}}
{{- define "phiguard.readsObjects" -}}
{{- if eq .Values.policy.source "Kubernetes" }}true{{ end }}
{{- end }}

{{/* What the schema cannot say: values that cannot hold together, and steps in the wrong order. */}}
{{- define "phiguard.check" -}}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) }}
{{- fail "autoscaling.minReplicas is above autoscaling.maxReplicas" }}
{{- end }}
{{- if include "phiguard.daemon" . }}
{{- if .Values.autoscaling.enabled }}
{{- fail "a DaemonSet has no replicas to scale; set autoscaling.enabled: false" }}
{{- end }}
{{- if not .Values.ledger.hostPath }}
{{- fail "a DaemonSet has no volume of its own, and a ledger on none is lost with its pod; set ledger.hostPath" }}
{{- end }}
{{- else if .Values.ledger.hostPath }}
{{- fail "ledger.hostPath is for a DaemonSet only; a StatefulSet has a volume for each replica" }}
{{- end }}
{{- if and .Values.policy.text (eq .Values.policy.mode "enforce") }}
{{- fail "policy.mode is of the starter policy only; say it in policy.text" }}
{{- end }}
{{- if and .Values.canary.rotating (not .Values.canary.enabled) }}
{{- fail "canary.rotating needs canary.enabled" }}
{{- end }}
{{- with .Values.canary.echoNamespace }}
{{- if not $.Values.canary.enabled }}
{{- fail "canary.echoNamespace needs canary.enabled" }}
{{- end }}
{{- if not (has . $.Values.guardedNamespaces) }}
{{- fail "canary.echoNamespace is not in guardedNamespaces, and an echo without the guard proves nothing; name it there" }}
{{- end }}
{{- if lt (int $.Values.canary.seconds) 900 }}
{{- fail "canary.echoNamespace needs canary.seconds: 900 or more, because the echo has two canaries in that time" }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor (not .Values.metrics.enabled) }}
{{- fail "metrics.serviceMonitor needs metrics.enabled" }}
{{- end }}
{{- if and .Values.http.namespaces (not .Values.http.enabled) }}
{{- fail "http.namespaces needs http.enabled" }}
{{- end }}
{{- if and .Values.http.enabled (not .Values.http.namespaces) }}
{{- fail "http.enabled without http.namespaces lets nobody ask; name the namespaces whose pods may" }}
{{- end }}
{{- range .Values.extraArguments }}
{{- if and $.Values.admission.enabled (hasPrefix "--detectors" .) }}
{{- fail "admission.enabled knows no infoTypes of your own; apply what `phiguard policy schema --admission NAMESPACE --detectors FILE` prints instead" }}
{{- end }}
{{- end }}
{{- range .Values.guardedNamespaces }}
{{- if eq . $.Release.Namespace }}
{{- fail (printf "namespace `%s` is the guard's own, and cannot be guarded: the guard would wait for its own answer; take it out of guardedNamespaces" .) }}
{{- end }}
{{- if eq . $.Values.mesh.rootNamespace }}
{{- fail (printf "namespace `%s` is the mesh's root namespace: what guards it would apply to the whole mesh; take it out of guardedNamespaces" .) }}
{{- end }}
{{- end }}
{{- if and .Release.IsInstall (or .Values.guardedNamespaces .Values.guardedGateways) }}
{{- fail "install the guard first, with guardedNamespaces and guardedGateways empty, and wait until it is ready; then add them with `helm upgrade`. Until the guard is ready, what is guarded refuses every request" }}
{{- end }}
{{- end }}

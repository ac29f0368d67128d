# Everything starts here: `make help`. The work is done by Python files in tools/.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
export DATA_DIR LISTEN
# A portal is a dozen processes: each would translate every source anew.
unexport PYTHONDONTWRITEBYTECODE

# Python 3.11 or 3.12 has every part; a newer one is taken when there is neither.
SUITABLE := for p in $(PYTHON) python3.12 python3.11 python3 python3.13 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done
SYSTEM_PYTHON = $(or $(shell $(SUITABLE)),$(error The portal needs Python 3.11 or 3.12, and there is none on this machine))
VENV := .venv/bin/python

.PHONY: help demo run test check format bench screenshots setup backup restore messages requirements

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | awk -F'\t' '{ printf "make %-14s %s\n", $$1, $$2 }'

demo: ## the portal with demo data on this machine; PORT=8000
	@$(SYSTEM_PYTHON) -m tools.setup --port $(PORT) && exec $(VENV) -m tools.serve --demo --port $(PORT)

run: ## the portal for real work on this machine; PORT=8000, LISTEN=127.0.0.1
	@$(SYSTEM_PYTHON) -m tools.setup --port $(PORT) && exec $(VENV) -m tools.serve --port $(PORT)

test: ## every test, browser tests included; ARGS="tests/compounds -n0" for a part
	@$(SYSTEM_PYTHON) -m tools.setup --development && $(VENV) -m tools.chromium && \
		exec $(VENV) -m pytest $(if $(findstring -n,$(ARGS)),,-n logical --dist loadfile --no-loadscope-reorder) $(ARGS)

check: ## style, types, templates, layers, migrations, settings, translations; ARGS="ruff mypy" for a part
	@$(SYSTEM_PYTHON) -m tools.setup --development && exec $(VENV) -m tools.check $(ARGS)

format: ## what ruff and djade can put right by themselves; ARGS="compounds templates/compounds" for a part
	@$(SYSTEM_PYTHON) -m tools.setup --development && exec $(VENV) -m tools.format $(ARGS)

bench: ## speed as a ratio to a limit measured in the same run; ARGS= for a part
	@$(SYSTEM_PYTHON) -m tools.setup --development && exec $(VENV) -m benchmarks $(ARGS)

screenshots: ## pictures of the main pages in var/screenshots; ARGS= for a part
	@$(SYSTEM_PYTHON) -m tools.setup --development && $(VENV) -m tools.chromium && \
		exec $(VENV) -m tools.screenshots $(ARGS)

backup: ## database, files and settings into one file; FILE=, KEY= for the letter key apart
	@$(SYSTEM_PYTHON) -m tools.setup && exec $(VENV) -m tools.backup $(if $(FILE),--file "$(FILE)") $(if $(KEY),--key "$(KEY)")

restore: ## put a backup in place of what is there; FILE=, KEY= or NO_KEY=1, YES=1 answers the question
	@$(SYSTEM_PYTHON) -m tools.setup && exec $(VENV) -m tools.restore "$(FILE)" \
		$(if $(KEY),--key "$(KEY)") $(if $(NO_KEY),--without-key) $(if $(YES),--yes)

setup: ## only install, start nothing
	@$(SYSTEM_PYTHON) -m tools.setup --development

messages: ## bring the translation catalogues in line with the sources
	@$(SYSTEM_PYTHON) -m tools.setup --development && exec $(VENV) -m tools.messages $(ARGS)

requirements: ## compile the requirement files anew; ARGS=--upgrade for newer versions
	@$(SYSTEM_PYTHON) -m tools.setup --development && exec $(VENV) -m tools.requirements $(ARGS)

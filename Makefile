PORT ?= 8000
PYTHON = .venv/bin/python
# Targets start many processes; without compiled files each would compile Django and the tests again.
unexport PYTHONDONTWRITEBYTECODE

help:
	@sed -n 's/^\([a-z-]*\): .*## /\1 /p' Makefile | awk '{ verb = $$1; $$1 = ""; printf "  make %-11s%s\n", verb, $$0 }'

demo: ## set up and run everything on this machine, with sample data (PORT=8000)
	@began=$$(date +%s) && sh scripts/setup.sh && exec $(PYTHON) manage.py demo --port $(PORT) --began $$began

demo-reset: ## throw the sample data away; the next `make demo` starts over
	@sh scripts/demo_reset.sh

dev-tls: ## serve the demo by HTTPS too, for clients of the REST API (PORT=8443)
	@sh scripts/setup.sh
	@exec $(PYTHON) manage.py dev_tls --port $(if $(filter-out file default,$(origin PORT)),$(PORT),8443)

test: ## set up and run every test (SERVERS=1: those with a database again, on PostgreSQL and Redis)
	@sh scripts/setup.sh dev
	@sh scripts/$(if $(SERVERS),test_on_servers,test).sh

chaos: ## the long kill tests, some half an hour (SEED=, OPERATIONS=, KILLS=, INVITATIONS=, ITEMS=, SERVERS=1)
	@sh scripts/setup.sh dev
	@sh scripts/chaos.sh

fuzz: ## send the REST API what its description allows and what not, as each role (CASES=20000)
	@sh scripts/setup.sh dev
	@CASES=$(CASES) sh scripts/fuzz.sh

check: ## the fast lane: style, imports, migrations and the quick tests
	@sh scripts/setup.sh dev
	@sh scripts/check.sh

bench: ## measure: speed, queries, memory, rates (QUICK=1 for small sizes, ONLY="lists memory" for some)
	@sh scripts/setup.sh dev
	@.venv/bin/python -m tests.benchmarks.run $(if $(QUICK),--quick) $(ONLY)

format: ## put the code in shape
	@sh scripts/setup.sh dev
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

lock: ## choose dependency versions anew from pyproject.toml
	@sh scripts/setup.sh
	@.venv/bin/uv lock --upgrade

.PHONY: help demo demo-reset dev-tls test chaos fuzz check bench format lock

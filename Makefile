# Two commands set everything up: `make demo` and `make test`.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3
DEMO := demo-report.html
# These watch the memory and the processes of the whole machine, and want it for themselves.
ALONE := tests/unit/test_confine_memory.py tests/test_attacks.py tests/test_determinism.py
# These leave an event loop running in their process, in which no notebook could be executed.
BROWSER := tests/browser

.PHONY: demo browser postgresql test check format lint types imports coverage wheel-test bench docs fuzz clean

$(VENV)/.installed: pyproject.toml .ci/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed  ## grade a shipped student notebook: right, wrong, missing and crashing answers
	@$(BIN)/grade examples/demo/student.ipynb --html $(DEMO) || test $$? -eq 1
	@echo "The same report for the browser: $(DEMO)"

browser:  ## Chromium, in which tests/browser opens reports; GRADER_NO_BROWSER=1 leaves that out
	@sh .ci/browser

postgresql:  ## PostgreSQL, for the gradebook's tests; GRADER_NO_POSTGRESQL=1 leaves that out
	@sh .ci/postgresql

test: $(VENV)/.installed browser postgresql  ## all tests
	$(BIN)/python -m pytest -n auto $(addprefix --ignore=,$(ALONE) $(BROWSER))
	$(BIN)/python -m pytest $(BROWSER)
	$(BIN)/python -m pytest $(ALONE)

check: format lint types imports test

format: $(VENV)/.installed
	$(BIN)/ruff format --check .

lint: $(VENV)/.installed
	$(BIN)/ruff check .

types: $(VENV)/.installed
	$(BIN)/mypy

imports: $(VENV)/.installed
	$(BIN)/lint-imports

coverage: $(VENV)/.installed browser postgresql
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --ignore=$(BROWSER)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered

wheel-test: $(VENV)/.installed  ## the wheel, in an environment of its own, grading the demo from another folder
	bash .ci/wheel-test $(BIN)/python

bench: $(VENV)/.installed  ## all measurements: hours; each can be run by itself and smaller
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/isolation.py
	$(BIN)/python benchmarks/layers.py
	$(BIN)/python benchmarks/share.py
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/scale.py simulate 100000
	$(BIN)/python benchmarks/kills.py

fuzz: $(VENV)/.installed  ## two minutes of coverage-guided fuzzing: the wire decoder and readers of files; the spec loader
	$(BIN)/pip install --quiet atheris
	$(BIN)/python tests/fuzz/atheris_wire.py -max_total_time=60
	$(BIN)/python tests/fuzz/atheris_spec.py -max_total_time=60 -len_control=0

docs: $(VENV)/.installed  ## the documentation as a site in build/site
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[docs]'
	$(BIN)/mkdocs build --quiet --site-dir build/site

clean:
	rm -rf $(VENV) dist $(DEMO)

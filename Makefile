# One verb a target. Everything is installed into $(VENV) on first use.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
BOOK   := $(VENV)/.book-installed
TORCH  := $(VENV)/.torch-installed
KARPATHY := $(VENV)/original/.installed
IN_C   := $(VENV)/.minigrad-tried
NPM    := $(VENV)/lab/.installed
LAB    := _build/lab/lab/page.js
PAGE   := $(VENV)/page/.installed
HTML   := _build/html/index.html

# One date for all that is built, the earliest that a wheel can bear: two builds are the same, byte for byte.
export SOURCE_DATE_EPOCH ?= 315532800

.PHONY: help book test page browser edit weave check check-all mutants gpt bench page-speed lock clean

help:  ## say what there is to make (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(BOOK) $(LAB)  ## build the book from the stored outputs, and say where to open it
	$(BIN)/jupyter-book build book --config "$(CURDIR)/_config.yml" --toc "$(CURDIR)/_toc.yml" --path-output . \
	    -W -n --keep-going -q
	@echo "The book is built: open file://$(CURDIR)/$(HTML)"

test: $(BOOK) $(TORCH) $(KARPATHY)  ## run every chapter and every test, and compare with PyTorch
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check-all: test page mutants  ## all of that and what takes hours: mutants, large graphs, two builds, other Pythons
	$(BIN)/python -m pytest -q -o addopts= tests/long

page: book $(PAGE)  ## look at the built book in a browser: run its cells, and see that everyone can read it
	LAB_TOOLS=$(abspath $(VENV)/page) $(BIN)/python -m pytest -q -n auto --dist loadfile tests/page $(FLAGS)

browser:  ## install what `make page` wants beside, where it is missing: browsers, a reader of PDF (Debian; root or sudo)
	@missing=""; \
	command -v chromedriver > /dev/null || missing="$$missing chromium chromium-driver fonts-dejavu-core"; \
	command -v firefox > /dev/null || missing="$$missing firefox-esr"; \
	command -v pdftotext > /dev/null || missing="$$missing poppler-utils"; \
	[ -z "$$missing" ] || { \
	    [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	    $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive \
	        apt-get install -qq -y --no-install-recommends $$missing > /dev/null; \
	} || { echo "expected$$missing, and could not install that: see above" >&2; exit 1; }

edit: $(BOOK) $(TORCH)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab book

weave: $(BOOK) $(TORCH)  ## fill the listings, execute the chapters, store them (CHAPTERS="05 06": only those)
	$(BIN)/python book/_tools/weave.py $(CHAPTERS)

check: $(BOOK)  ## see that library, chapters and notebooks agree, without running anything
	$(BIN)/python book/_tools/weave.py --check

mutants: $(BOOK) $(TORCH)  ## break the library in every small way, and count what chapters and tests notice (hours)
	$(BIN)/python book/_tools/mutants.py

gpt: $(BOOK)  ## train the language model of chapter 15 (about a quarter of an hour; Ctrl-C keeps what it has learnt)
	$(BIN)/python book/_tools/gpt.py

bench: $(BOOK) $(TORCH) $(KARPATHY) $(IN_C)  ## measure what it costs, beside others (half an hour; FLAGS=--quick or --store)
	$(BIN)/python book/_bench/bench.py $(FLAGS)

page-speed: book $(PAGE)  ## measure how long a page takes, and a cell in it, in a fresh Chromium, five times
	PYTHONPATH=book/_tools LAB_TOOLS=$(abspath $(VENV)/page) $(BIN)/python tests/page/speed.py

lock: $(BOOK)  ## pin anew what pyproject.toml asks for, in requirements.txt
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra book --universal --python-version 3.10 --no-emit-index-url \
	    --generate-hashes --no-annotate --custom-compile-command "make lock" --output-file requirements.txt
	echo "torch==2.13.0  # no hash: each platform has its own builds" >> requirements.txt

clean:  ## remove what was built (not what was installed)
	rm -rf _build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	    v >= (3, 10) or sys.exit("expected Python 3.10 or newer, got %d.%d: try make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV)

# What runs the cells in the page: from npm, and two wheels of pure Python.
$(NPM): book/_lab/package.json book/_lab/package-lock.json book/_lab/stdlib.mjs requirements.txt | $(BOOK)
	rm -rf $(VENV)/lab && mkdir -p $(VENV)/lab
	cp book/_lab/package.json book/_lab/package-lock.json book/_lab/.npmrc $(VENV)/lab
	$(BIN)/npm ci --silent --prefix $(VENV)/lab
	sed -nE '/^(graphviz|tqdm)==/,/[^\\]$$/p' requirements.txt | $(BIN)/python -m pip download -q --no-deps \
	    --only-binary :all: --require-hashes --dest $(VENV)/lab/wheels -r /dev/stdin
	$(BIN)/node book/_lab/stdlib.mjs $(VENV)/lab src/*/*.py book/_lab/*.py book/*.md
	@touch $@

# The library's wheel is built from a copy, since a build leaves files beside what it builds.
$(LAB): $(NPM) pyproject.toml $(wildcard src/*/*.py src/classroom/data/* book/[0-9]*.md book/_lab/*.mjs book/_lab/*.py)
	rm -rf _build/lab _build/wheels && mkdir -p $(@D) _build/wheels
	cp -R pyproject.toml README.md src _build/wheels && chmod -R u=rwX,go=rX _build/wheels
	cp $(VENV)/lab/wheels/*.whl _build/wheels
	$(BIN)/python -c 'import json, classroom.chapters as c; print(json.dumps(c.chapter_of()))' > _build/wheels/src/classroom/chapters.json
	umask 022 && $(BIN)/python -m pip wheel -q --no-deps --no-index --no-build-isolation --wheel-dir _build/wheels _build/wheels
	$(BIN)/node book/_lab/build.mjs $(VENV)/lab _build/wheels $(@D)

$(PAGE): tests/page/package.json tests/page/package-lock.json | $(BOOK)
	rm -rf $(VENV)/page && mkdir -p $(VENV)/page
	cp tests/page/package.json tests/page/package-lock.json tests/page/.npmrc $(VENV)/page
	$(BIN)/npm ci --silent --prefix $(VENV)/page
	@touch $@

# PyTorch is only the tests' witness: the book is built without it.
$(BOOK): requirements.txt pyproject.toml | $(VENV)/bin/python
	grep -v '^torch==' requirements.txt | $(BIN)/python -m pip install -q --require-hashes -r /dev/stdin
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(TORCH): requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q "$$(grep -o '^torch==[^ ]*' requirements.txt)"
	@touch $@

# The original, for the tests of the grader: in a folder of its own, because its package has the name of ours.
$(KARPATHY): | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --no-deps --target $(VENV)/original micrograd==0.1.0
	@touch $@

# An engine in C, for the benchmark: where there is no compiler, it does without.
$(IN_C): | $(VENV)/bin/python
	-$(BIN)/python -m pip install -q --no-deps --target $(VENV)/minigrad minigrad==0.0.6
	@touch $@

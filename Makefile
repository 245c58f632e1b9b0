# SPDX-License-Identifier: GPL-2.0
# dsr: the module, its tool, and the tests.  `make help` lists the targets.

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMS_SOURCE := /usr/src/dsr-$(VERSION)

# Those that dsr supports and whose headers are installed.
INSTALLED := $(patsubst /lib/modules/%/build,%,$(wildcard /lib/modules/6.1.*/build /lib/modules/6.12.*/build))
RUNNING := $(shell uname -r)

# The running kernel, or all of these where it has no headers.
KERNELS ?= $(if $(wildcard /lib/modules/$(RUNNING)/build),$(RUNNING),$(INSTALLED))

all: modules tools

help:
	@echo 'make                  the module and dsrctl'
	@echo 'make modules          the module: build/KERNEL/dsr/dsr.ko; KERNELS="..." to choose'
	@echo 'make tools            dsrctl'
	@echo 'make install          dsrctl, its man pages, completion, units, examples; DESTDIR= PREFIX='
	@echo 'make uninstall        what install did, undone'
	@echo 'make dkms-install     the module by DKMS, for the installed Debian kernels 6.1 and 6.12'
	@echo 'make dkms-uninstall   what dkms-install did, undone'
	@echo 'make demo             Direct Server Return, shown in a virtual machine'
	@echo 'make check            every test; T="http udp" K="6.12" to choose'
	@echo 'make torture          faults, floods and changes for half an hour; TORTURE_S=SECONDS SEED=N'
	@echo 'make bench            what a packet costs, here and elsewhere; QUICK=1: in a few minutes'
	@echo 'make bench-update     keep the instruction counts that tests/bench/gate compares with'
	@echo 'make style            checkpatch, sparse, shellcheck, man pages'
	@echo 'make analyze          coccinelle, gcc -fanalyzer; takes a minute'
	@echo 'make clean            nothing left that was built'

# $(call some,KERNELS): there is one
some = @[ -n "$(1)" ] || { echo 'no kernel 6.1 or 6.12 with its headers is installed: apt install linux-headers-amd64' >&2; exit 1; }

modules:
	$(call some,$(KERNELS))
	@for kernel in $(KERNELS); do tests/lib/build-module $$kernel || exit; done

tools:
	$(MAKE) -C tools

install uninstall:
	$(MAKE) -C tools $@

# Only what DKMS builds from: the tests stay here.  What is installed of the same
# version is replaced.
dkms-install:
	$(call some,$(INSTALLED))
	[ ! -e /var/lib/dkms/dsr/$(VERSION) ] || dkms remove -m dsr -v $(VERSION) --all
	install -d $(DKMS_SOURCE)
	cp -a Kbuild dkms.conf kmod uapi $(DKMS_SOURCE)
	for kernel in $(INSTALLED); do dkms install -m dsr -v $(VERSION) -k $$kernel || exit; done

dkms-uninstall:
	-dkms remove -m dsr -v $(VERSION) --all
	rm -rf $(DKMS_SOURCE)

demo:
	@tests/demo/run

check:
	@tests/setup
	@tests/check

torture:
	@tests/setup
	@tests/torture/run

# Needs the machine for itself, as far as time is measured.
bench:
	@tests/setup
	@tests/bench/run $(if $(QUICK),quick,whole)

bench-update:
	@tests/setup
	@tests/bench/gate --update

style analyze:
	@tests/setup
	@tests/$@

clean:
	$(MAKE) -C tools clean
	rm -rf build

.PHONY: all help modules tools install uninstall dkms-install dkms-uninstall demo check torture \
	bench bench-update style analyze clean

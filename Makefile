# SPDX-License-Identifier: Apache-2.0
# The one makefile. `make help` lists what it does; everything it makes lies
# under build/. Sources and tests are found by wildcard: a new file needs no
# entry here.

# ---- what can be set on the command line -----------------------------------
# CC=gcc|clang-14   MODE=release|debug   SAN=address|undefined|thread|fuzzer
# (comma-separated)   V=1 shows commands   T= one test   BUILD= another folder
ifeq ($(origin CC),default)
CC := gcc
endif
MODE ?= release
SAN ?=
V ?= 0
T ?=
F ?=
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
CLANG ?= clang-14
CLANG_FORMAT ?= clang-format-14
CLANG_TIDY ?= clang-tidy-14
VERSION := 0.1.0

comma := ,
empty :=
space := $(empty) $(empty)
KIND := $(if $(findstring clang,$(notdir $(CC))),clang,gcc)
BUILD ?= build/$(KIND)-$(MODE)$(if $(SAN),-$(subst $(comma),-,$(SAN)))
GEN := $(BUILD)/gen

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules

# ---- flags -------------------------------------------------------------------
# Includes are rooted: "noroshi/base/err.h", "classifier/decide.h",
# "support/wait.h", "noroshi/v1/notice.pb-c.h".
INCLUDES := -Iinclude -Iservices -Itests -I$(GEN)

# Asked only when something is compiled: `make deps` must work before these
# packages exist. Third-party headers are system headers: not our warnings.
PKGS := rdkafka libprotobuf-c libconfig libmicrohttpd jansson libcurl openssl \
    gmime-3.0 libidn2 libcmark uuid
# The classifier's malloc (docs/adr/0007); the sanitizers bring their own.
MALLOC_PKG := jemalloc
ifneq ($(shell pkg-config --exists $(PKGS) $(MALLOC_PKG) 2>/dev/null && echo yes),yes)
PKG_MISSING := 1
else
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS)))
PKG_LIBS := $(shell pkg-config --libs $(PKGS)) -lunistring -lcsv
MALLOC_classifier := $(if $(SAN),,$(shell pkg-config --libs $(MALLOC_PKG)))
endif

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual \
    -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
    -Wundef -Wwrite-strings $(WARN_$(KIND)) -Werror
# clang does not take the comments in uthash's macros for an answer.
WARN_gcc := -Wimplicit-fallthrough
# librdkafka asks for statement expressions: RD_KAFKA_V_TOPIC() and the like.
WARN_clang := -Wno-gnu-statement-expression
# Callbacks of cmocka and libFuzzer have parameters that a test may not need, and
# a row of a test says only what it is about.
TEST_WARN := -Wno-unused-parameter -Wno-missing-field-initializers
# protoc-c's output is not ours to mend.
GEN_WARN = -Wall -Wno-error

HARDEN := -fstack-protector-strong -fstack-clash-protection \
    -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing
HARDEN_gcc := -ftrivial-auto-var-init=zero -Wbidi-chars=any -Wtrampolines
HARDEN_clang :=
ifneq ($(filter x86_64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),)
HARDEN += -fcf-protection=full
endif
LINK_HARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed

# assert() stays on in release: it guards against our own bugs only.
MODE_release := -O2 -g
MODE_debug := -Og -g3
# The sanitizers bring their own checks of what _FORTIFY_SOURCE wraps.
ifneq ($(MODE)$(SAN),release)
FORTIFY :=
else
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

ifeq ($(SAN),fuzzer)
SANFLAGS := -fsanitize=fuzzer-no-link,address,undefined
else ifneq ($(SAN),)
SANFLAGS := -fsanitize=$(SAN)
endif
ifneq ($(SAN),)
SANFLAGS += -fno-omit-frame-pointer -fno-sanitize-recover=all
endif

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(INCLUDES) $(PKG_CFLAGS) $(MODE_$(MODE)) \
    $(FORTIFY) $(HARDEN) $(HARDEN_$(KIND)) $(SANFLAGS) -fPIE -pthread
ALL_LDFLAGS = $(LINK_HARDEN) $(SANFLAGS) -pthread $(LDFLAGS)

# ---- sources -----------------------------------------------------------------
SERVICES := producer classifier dispatcher ctl
BIN_producer := noroshi-producer
BIN_classifier := noroshi-classifier
BIN_dispatcher := noroshi-dispatcher
BIN_ctl := noroshictl

find_c = $(sort $(wildcard $(addsuffix /*.c,$(1) $(patsubst %/,%,\
    $(wildcard $(1)/*/)))))
PROTOS := $(sort $(wildcard proto/noroshi/v1/*.proto))
GEN_C := $(PROTOS:proto/%.proto=$(GEN)/%.pb-c.c)
GEN_H := $(PROTOS:proto/%.proto=$(GEN)/%.pb-c.h) $(GEN)/noroshi/version.h
COMMON_C := $(call find_c,services/common)
$(foreach s,$(SERVICES),$(eval SRC_$(s) := $(call find_c,services/$(s))))
FAKES_C := $(sort $(wildcard tests/support/fake_*.c))
TSAN_C := tests/support/tsan_threads.c
SUPPORT_C := $(filter-out $(FAKES_C) $(TSAN_C),\
    $(sort $(wildcard tests/support/*.c)))
UNIT_C := $(sort $(wildcard tests/unit/test_*.c))
INTEGRATION_C := $(sort $(wildcard tests/integration/test_*.c))
# What stands in for the outside in those tests that include its header.
STAND_INS_C := $(filter-out $(UNIT_C) $(INTEGRATION_C),\
    $(sort $(wildcard tests/unit/*.c tests/integration/*.c)))
BENCH_C := $(sort $(wildcard tests/bench/bench_*.c))
FUZZ_C := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TESTS_C := $(SUPPORT_C) $(FAKES_C) $(TSAN_C) $(UNIT_C) $(STAND_INS_C) \
    $(INTEGRATION_C) $(BENCH_C) $(FUZZ_C) tests/fuzz/replay.c
# A program of the tests that is not a test: tests/system/*.c, one binary each.
TOOLS_C := $(sort $(wildcard tests/system/*.c))
# What tests load into a broker.
PRELOAD_C := $(sort $(wildcard tests/system/preload/*.c))
OURS_C := $(COMMON_C) $(foreach s,$(SERVICES),$(SRC_$(s))) $(TESTS_C) $(TOOLS_C) \
    $(PRELOAD_C)
OURS_H := $(sort $(shell find include services tests -name '*.h' 2>/dev/null))

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
prog = $(patsubst %.c,$(BUILD)/%,$(1))
GEN_OBJ := $(GEN_C:.c=.o)
BINS := $(foreach s,$(SERVICES),$(if $(wildcard services/$(s)/main.c),\
    $(BUILD)/$(BIN_$(s))))
UNIT := $(call prog,$(UNIT_C))
INTEGRATION := $(call prog,$(INTEGRATION_C))
BENCH := $(call prog,$(BENCH_C))
FUZZ := $(call prog,$(FUZZ_C))
TOOLS := $(call prog,$(TOOLS_C)) \
    $(PRELOAD_C:tests/system/preload/%.c=$(BUILD)/tests/system/%.so)
DAEMON_BINS := $(foreach s,producer classifier dispatcher,$(BIN_$(s)))
FAILING := $(addprefix $(BUILD)/failpoints/,$(DAEMON_BINS)) \
    $(BUILD)/planted/$(BIN_dispatcher)

# ---- build -------------------------------------------------------------------
.PHONY: all
all: $(BINS) $(BUILD)/libnoroshi.a ## the library and the programs (default)

# Changed flags rebuild what they shaped; a file that came or went rebuilds the
# archives. Both stamps are touched only when their text changes.
define stamp
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || \
	    printf '%s\n' '$(subst ','\'',$(1))' > $@
endef
.PHONY: FORCE
$(BUILD)/flags: FORCE
	$(call stamp,$(CC) $(ALL_CFLAGS) $(WARN) $(CFLAGS) $(ALL_LDFLAGS) $(PKG_LIBS))
$(BUILD)/sources: FORCE
	$(call stamp,$(OURS_C) $(GEN_C))

ifdef PKG_MISSING
NEED_PKGS := need-pkgs
.PHONY: need-pkgs
need-pkgs:
	@echo 'missing development packages: run `make deps` first' >&2
	@pkg-config --print-errors --exists $(PKGS) $(MALLOC_PKG) || :
	@exit 1
endif

$(BUILD)/obj/tests/%.o: private WARN += $(TEST_WARN)
$(BUILD)/obj/%.o: %.c $(BUILD)/flags | $(GEN_H) $(NEED_PKGS)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h: proto/%.proto
	$(say) PROTO $<
	@mkdir -p $(@D)
	$(Q)protoc-c --proto_path=proto --c_out=$(GEN) $<
$(GEN_OBJ): %.o: %.c $(BUILD)/flags | $(GEN_H) $(NEED_PKGS)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(GEN_WARN) $(CFLAGS) -MMD -MP -c -o $@ $<
$(GEN)/noroshi/version.h: Makefile
	@mkdir -p $(@D)
	@printf '#define NRS_VERSION "%s"\n' '$(VERSION)' > $@

define archive
	$(say) AR $@
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $(filter %.o,$^)
endef
$(BUILD)/libnoroshi.a: $(call obj,$(COMMON_C)) $(GEN_OBJ) $(BUILD)/sources
	$(archive)
$(BUILD)/libsupport.a: $(call obj,$(SUPPORT_C)) $(BUILD)/sources
	$(archive)
$(BUILD)/libfakes.a: $(call obj,$(FAKES_C)) $(BUILD)/sources
	$(archive)

# libX.a is the service without its main(), so that tests may link it.
define service_rules
$(BUILD)/lib$(1).a: $(call obj,$(filter-out services/$(1)/main.c,$(SRC_$(1)))) \
    $(BUILD)/sources
	$$(archive)
$(BUILD)/$(BIN_$(1)): $(call obj,services/$(1)/main.c) $(BUILD)/lib$(1).a \
    $(BUILD)/libnoroshi.a $(if $(filter thread,$(SAN)),$(call obj,$(TSAN_C)))
	$$(call link,$(MALLOC_$(1)))
endef
define link
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
	    -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	    $(1) $(PKG_LIBS)
endef
$(foreach s,$(SERVICES),$(eval $(call service_rules,$(s))))

# The daemons that die where a test says: only the files with failpoints are
# compiled once more, and come before the archives. The ordinary programs have
# none. In planted/ is a dispatcher with a bug that the chaos test must find.
FAIL_C := $(shell grep -l 'NRS_FAILPOINT\|NOROSHI_FAILPOINTS' \
    $(filter services/%.c,$(OURS_C)))
PLANTED_C := services/dispatcher/sender/load.c
fail_obj = $(patsubst %.c,$(BUILD)/$(1)/obj/%.o,$(2))
define fail_compile
	$(say) CC '$< ($1)'
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(WARN) $(CFLAGS) $2 -MMD -MP -c -o $@ $<
endef
$(BUILD)/failpoints/obj/%.o: %.c $(BUILD)/flags | $(GEN_H) $(NEED_PKGS)
	$(call fail_compile,failpoints,-DNOROSHI_FAILPOINTS)
$(BUILD)/planted/obj/%.o: %.c $(BUILD)/flags | $(GEN_H) $(NEED_PKGS)
	$(call fail_compile,planted,-DNOROSHI_FAILPOINTS -DNOROSHI_PLANTED_BUG)
fail_c = $(filter services/common/% services/$(1)/%,$(FAIL_C))
fail_libs = $(call obj,services/$(1)/main.c) $(BUILD)/lib$(1).a \
    $(BUILD)/libnoroshi.a $(if $(filter thread,$(SAN)),$(call obj,$(TSAN_C)))
define fail_rules
$(BUILD)/failpoints/$(BIN_$(1)): \
    $(call fail_obj,failpoints,$(call fail_c,$(1))) $(call fail_libs,$(1))
	$$(link)
endef
$(foreach s,producer classifier dispatcher,$(eval $(call fail_rules,$(s))))
$(BUILD)/planted/$(BIN_dispatcher): $(call fail_obj,planted,$(PLANTED_C)) \
    $(call fail_obj,failpoints,$(filter-out $(PLANTED_C),$(call \
    fail_c,dispatcher))) $(call fail_libs,dispatcher)
	$(link)

# A unit test may replace the world: tests/support/fake_<module>.c is linked
# before the real module. Integration tests get the real ones only.
# A test that includes "classifier/decide.h" is linked with libclassifier.a.
TEST_LIBS := $(BUILD)/libsupport.a $(BUILD)/libnoroshi.a \
    $(if $(filter thread,$(SAN)),$(call obj,$(TSAN_C)))
$(foreach s,$(SERVICES),$(eval $(call prog,$(shell grep -l '"$(s)/' \
    $(TESTS_C) $(TOOLS_C) /dev/null)): $(BUILD)/lib$(s).a))
# One that includes "unit/lane.h" is linked with tests/unit/lane.c.
$(foreach f,$(STAND_INS_C),$(eval $(call prog,$(shell grep -l \
    '"$(f:tests/%.c=%.h)"' $(UNIT_C) $(INTEGRATION_C) /dev/null)): \
    $(call obj,$(f))))
$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libfakes.a $(TEST_LIBS)
	$(call link,-lcmocka)
$(BUILD)/tests/unit/test_failpoint: $(call fail_obj,failpoints,\
    services/common/base/failpoint.c)
$(BUILD)/tests/integration/%: $(BUILD)/obj/tests/integration/%.o $(TEST_LIBS)
	$(call link,-lcmocka)
$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(TEST_LIBS)
	$(call link,-lcmocka)
$(BUILD)/tests/system/%.so: tests/system/preload/%.c
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -shared -fPIC -o $@ $<
$(BUILD)/tests/system/%: $(BUILD)/obj/tests/system/%.o $(TEST_LIBS)
	$(call link,-lcmocka)
# Without libFuzzer a target replays the files it is given: `make test` does.
ifeq ($(SAN),fuzzer)
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(TEST_LIBS)
	$(call link,-fsanitize=fuzzer -lcmocka)
else
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o \
    $(BUILD)/obj/tests/fuzz/replay.o $(TEST_LIBS)
	$(call link,-lcmocka)
endif

-include $(patsubst %.o,%.d,$(call obj,$(OURS_C)) $(GEN_OBJ) \
    $(call fail_obj,failpoints,$(FAIL_C)) $(call fail_obj,planted,$(PLANTED_C)))

# ---- tests -------------------------------------------------------------------
# T=err picks tests/unit/test_err.c; tests/run.sh keeps logs under build/ and
# prints, for what failed, the command that runs just it.
pick = $(if $(T),$(filter %/test_$(T),$(1)),$(1))
pick_fuzz = $(if $(T),$(filter %/fuzz_$(T),$(1)),$(1))
SUPP := suppressions=$(CURDIR)/tests/support
SAN_ENV := LSAN_OPTIONS=$(SUPP)/lsan.supp:print_suppressions=0 \
    TSAN_OPTIONS=$(SUPP)/tsan.supp UBSAN_OPTIONS=print_stacktrace=1
RUN := $(if $(SAN),$(SAN_ENV)) BUILD=$(BUILD) RERUN='$(if $(SAN),SAN=$(SAN) )$(if \
    $(filter release,$(MODE)),,MODE=$(MODE) )$(if \
    $(filter gcc,$(KIND)),,CC=$(CC) )' tests/run.sh

.PHONY: test test-built test-unit test-integration test-system test-fuzz
test: ## everything: unit, fuzz corpora, integration, system (real Kafka)
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory test-built
test-built: all $(UNIT) $(INTEGRATION) $(FUZZ) $(TOOLS) $(FAILING)
	@$(RUN) unit $(UNIT) || :
	@$(RUN) fuzz $(FUZZ) || :
	@$(RUN) integration $(INTEGRATION) || :
	@$(RUN) system || :
	@$(RUN) summary unit fuzz integration system

test-unit: $(call pick,$(UNIT)) ## unit tests; T=module for one
	@$(RUN) unit $(call pick,$(UNIT)) || :
	@$(RUN) summary unit

test-integration: all $(call pick,$(INTEGRATION)) ## T=module for one
	@$(RUN) integration $(call pick,$(INTEGRATION)) || :
	@$(RUN) summary integration

test-system: all $(TOOLS) $(FAILING) ## real binaries and real Kafka; T=name for one
	@T='$(T)' $(RUN) system || :
	@$(RUN) summary system

test-fuzz: $(call pick_fuzz,$(FUZZ)) ## replay the fuzz corpora; T=name for one
	@$(RUN) fuzz $^ || :
	@$(RUN) summary fuzz

.PHONY: fuzz fuzz-built
FUZZ_SECONDS ?= 60
fuzz: ## fuzz tests/fuzz/fuzz_$F.c with libFuzzer; F=wire FUZZ_SECONDS=60
	@test -n '$(F)' || { echo 'usage: make fuzz F=<name>'; exit 2; }
	@$(MAKE) --no-print-directory CC=$(CLANG) SAN=fuzzer F=$(F) fuzz-built
fuzz-built: $(BUILD)/tests/fuzz/fuzz_$(F)
	@mkdir -p $(BUILD)/corpus/$(F) tests/fuzz/corpus/$(F)
	$(SAN_ENV) $(BUILD)/tests/fuzz/fuzz_$(F) -max_total_time=$(FUZZ_SECONDS) \
	    -artifact_prefix=$(BUILD)/ $(BUILD)/corpus/$(F) tests/fuzz/corpus/$(F)

# ---- manual pages ---------------------------------------------------------------
# The tables of a page come from its program: they cannot go stale.
MAN := $(foreach b,$(BINS),$(patsubst docs/man/%.scd,$(BUILD)/man/%,\
    $(wildcard docs/man/$(notdir $(b)).*.scd)))
$(BUILD)/man/%: docs/man/%.scd $(BINS)
	$(say) MAN $<
	@mkdir -p $(@D)
	$(Q){ sed '/^@TABLES@$$/,$$d' $<; $(BUILD)/$(basename $*) --print-man; \
	    sed '1,/^@TABLES@$$/d' $<; } | scdoc > $@

# ---- checks ------------------------------------------------------------------
.PHONY: check fmt fmt-check tidy lint lint-self-test units man
check: ## format, tidy, lint, units and the lint's own test: clean to land
	@$(MAKE) --no-print-directory fmt-check lint lint-self-test \
	    units man tidy
	@echo 'check: clean'
fmt: ## format all C files in place
	$(Q)$(CLANG_FORMAT) -i $(OURS_C) $(OURS_H)
fmt-check:
	$(say) FORMAT '$(words $(OURS_C) $(OURS_H)) files'
	@$(CLANG_FORMAT) --dry-run -Werror $(OURS_C) $(OURS_H) || \
	    { echo 'remedy: make fmt' >&2; exit 1; }
tidy: $(GEN_H) ## clang-tidy; T=path for one file; unchanged files are skipped
	@CLANG_TIDY=$(CLANG_TIDY) CLANG=$(CLANG) tests/lint/tidy.sh \
	    '$(strip -std=gnu11 -D_GNU_SOURCE $(INCLUDES) $(PKG_CFLAGS))' \
	    $(if $(T),$(T),$(OURS_C))
lint: ## include rule, banned calls, sizes, missing tests
	@tests/lint/run.sh
lint-self-test:
	@CLANG_TIDY=$(CLANG_TIDY) CLANG_FORMAT=$(CLANG_FORMAT) \
	    tests/lint/self_test.sh

# scdoc's empty paragraphs are its habit; anything else is a mistake of ours.
man: $(MAN) # manual pages: complete, and well-formed
	@! mandoc -Tlint -W warning $(MAN) | grep -v 'skipping paragraph macro'
	$(say) MAN '$(words $(MAN)) pages'
units: # systemd units: parse, and how much they expose
	@tests/lint/units.sh

# ---- running -----------------------------------------------------------------
.PHONY: newsletter-shots
newsletter-shots: ## pictures of the reviewed newsletters, to docs/newsletter
	@$(MAKE) --no-print-directory deps DEPS=shots
	@deploy/dev/shots.sh docs/newsletter

.PHONY: deps demo demo-built demo-bare bench bench-built chaos chaos-built
deps: ## install what is missing of deploy/dev/apt.txt (root or sudo)
	@deploy/dev/deps.sh $(DEPS)
demo: ## play a week of the scheme on the embedded bus; BUS=kafka for the real one
	@$(MAKE) --no-print-directory deps DEPS='build run $(if \
	    $(filter kafka,$(BUS)),kafka)'
	@$(MAKE) --no-print-directory demo-built
demo-built: all
	@BUILD=$(BUILD) BUS=$(or $(BUS),embedded) CORPUS='$(CORPUS)' \
	    deploy/demo/run.sh
demo-bare: ## the demo on both buses in a bare Debian 12 root (as root)
	@$(MAKE) --no-print-directory deps DEPS=bare
	@deploy/dev/bare.sh
bench: ## measure on real Kafka; one figure per line
	@$(MAKE) --no-print-directory deps DEPS='build run kafka'
	@$(MAKE) --no-print-directory bench-built
bench-built: all $(BENCH) $(TOOLS)
	@BUILD=$(BUILD) T='$(T)' tests/bench/run.sh
chaos: ## N=20 faults on real Kafka; SEED= repeats a run; BROKERS=3
	@$(MAKE) --no-print-directory deps DEPS='build run test kafka'
	@$(MAKE) --no-print-directory chaos-built
chaos-built: all $(TOOLS) $(FAILING)
	@BUILD=$(BUILD) N='$(N)' SEED='$(SEED)' BROKERS='$(BROKERS)' \
	    tests/system/chaos.sh

# ---- the rest ----------------------------------------------------------------
.PHONY: compdb install clean distclean help
compdb: $(GEN_H) ## compile_commands.json for clangd and friends
	@{ echo '['; sep=; for f in $(OURS_C); do \
	    printf '%s{"directory":"%s","file":"%s","command":"%s"}' \
	    "$$sep" '$(CURDIR)' "$$f" \
	    "$(CC) $(ALL_CFLAGS) $(WARN) $(CFLAGS) -c $$f"; sep=','; done; echo ']'; } \
	    > compile_commands.json
	@echo compile_commands.json

# An operator's files are never overwritten: what is new lies beside as an
# example, and /etc gets only what is missing.
ETC := $(DESTDIR)$(SYSCONFDIR)/noroshi
SHARE := $(DESTDIR)$(PREFIX)/share
UNITDIR ?= $(PREFIX)/lib/systemd/system
DAEMONS := $(filter-out %/noroshictl,$(BINS))
CONFIGS := $(wildcard config/*.conf)
DRILLS := $(wildcard config/drill/*.conf)
install: all $(MAN) ## programs, man pages, units, examples; DESTDIR= PREFIX= SYSCONFDIR=
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin \
	    $(DESTDIR)$(UNITDIR) $(SHARE)/noroshi/config $(SHARE)/doc/noroshi \
	    $(foreach n,1 5 8,$(SHARE)/man/man$(n)) $(ETC)/actual $(ETC)/drill
	install -d -m 700 $(ETC)/actual/secrets $(ETC)/drill/secrets
	$(if $(DAEMONS),install $(DAEMONS) $(DESTDIR)$(PREFIX)/sbin)
	$(if $(filter %/noroshictl,$(BINS)),install $(BUILD)/noroshictl \
	    $(DESTDIR)$(PREFIX)/bin)
	$(if $(CONFIGS),install -m 644 $(CONFIGS) $(SHARE)/noroshi/config)
	install -D -m 644 config/demo/sectors.conf \
	    $(SHARE)/noroshi/config/demo/sectors.conf
	for file in $(notdir $(CONFIGS)); do \
	    test -e $(ETC)/actual/$$file || \
	    install -m 644 config/$$file $(ETC)/actual/$$file; done
	install -d $(SHARE)/noroshi/config/drill
	install -m 644 $(DRILLS) $(SHARE)/noroshi/config/drill
	for file in $(notdir $(DRILLS)); do \
	    test -e $(ETC)/drill/$$file || \
	    install -m 644 config/drill/$$file $(ETC)/drill/$$file; done
	$(foreach page,$(MAN),install -m 644 $(page) \
	    $(SHARE)/man/man$(patsubst .%,%,$(suffix $(page)));)
	for unit in $(notdir $(wildcard deploy/systemd/*.service)); do \
	    sed 's|@sbindir@|$(PREFIX)/sbin|g; s|@sysconfdir@|$(SYSCONFDIR)|g' \
	    deploy/systemd/$$unit > $(DESTDIR)$(UNITDIR)/$$unit; done
	install -m 644 LICENSE SECURITY.md CHANGELOG.md $(SHARE)/doc/noroshi

clean: ## remove this variant's build folder
	rm -rf $(BUILD)
distclean: ## remove all of build/
	rm -rf build compile_commands.json
help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | \
	    awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'
	@echo
	@sed -n 's/^# \(CC=gcc.*\)/  \1/p; s/^# \((comma-.*\)/  \1/p' Makefile

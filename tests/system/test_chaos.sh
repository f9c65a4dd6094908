#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A short chaos run, with another seed each time: what fails here is repeated by
# `make chaos N=20 SEED=...`.
N=${N:-20} exec bash tests/system/chaos.sh

#!/usr/bin/env bash
# Lays out every Swift file with swift-format.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_swift
cd "$(project_root)"
swift format format --in-place --parallel --recursive --configuration .swift-format Package.swift Sources Tests

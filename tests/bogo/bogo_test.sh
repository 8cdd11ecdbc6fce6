#!/bin/sh
# SPDX-License-Identifier: MIT
# BoringSSL's protocol tests, where they are: see run.
exec "$SOURCE_DIR/tests/bogo/run" "$BUILD_DIR/bogo_shim"

#!/bin/sh
# SPDX-License-Identifier: MIT
# A core without TLS 1.2 has no file, no symbol and no label of it, and wants nothing that it has not.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM

"$CMAKE" -S "$SOURCE_DIR" -B "$tree" -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=MinSizeRel \
	-DSNECK_HOSTED=OFF -DBUILD_TESTING=OFF -DSNECK_TLS12=OFF >"$tree/log"
"$CMAKE" --build "$tree" --target sneck_core -j 2 >>"$tree/log"
core=$tree/libsneck-core.a

fail() { echo "$1"; exit 1; }

# The names of a full core, without a sanitizer's: what is not in this one has to be of TLS 1.2, and what is, must not.
nm -g --defined-only "$core" | awk 'NF == 3 && $3 !~ /^__/ { print $3 }' | sort -u >"$tree/without"
nm -g --defined-only "$BUILD_DIR/libsneck-core.a" | awk 'NF == 3 && $3 !~ /^__/ { print $3 }' | sort -u >"$tree/with"
comm -13 "$tree/without" "$tree/with" >"$tree/gone"
old='12|_ext_(ems|ec_point_formats|renegotiation_info|session_ticket)|^sneck_session_store|^sneck__(params|server_kx|client_kx|empty|certificate_status)_|^sneck__refuse_renegotiation'
others=$(grep -Ev "$old" "$tree/gone" || true)
[ -z "$others" ] || fail "gone, and not of TLS 1.2: $others"
left=$(grep -E "$old" "$tree/without" || true)
[ -z "$left" ] || fail "still there: $left"

nm -u "$core" | awk '$1 == "U" { print $2 }' | sort -u | grep -v '^_GLOBAL_OFFSET_TABLE_$' >"$tree/wanted"
missing=$(comm -23 "$tree/wanted" "$tree/without" | grep -Ev '^mem(cpy|move|set|cmp)$' || true)
[ -z "$missing" ] || fail "wanted: $missing"

! grep -qaF "key expansion" "$core" || fail "a label of TLS 1.2 is in the library"
echo "$(wc -l <"$tree/gone") symbols of TLS 1.2 are gone, $(wc -l <"$tree/without") stay"

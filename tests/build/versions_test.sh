#!/bin/sh
# SPDX-License-Identifier: MIT
# A core without TLS 1.2, or without TLS 1.3, has no file, no symbol and no label of it, and wants
# nothing that it has not.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM

fail() { echo "$1"; exit 1; }

# The names of a core, without a sanitizer's.
names() { nm -g --defined-only "$1" | awk 'NF == 3 && $3 !~ /^__/ { print $3 }' | sort -u; }

# without VERSION PATTERN LABEL: what is not in this core, by names and by a label of its key schedule
without() {
	core=$tree/$1/libsneck-core.a
	"$CMAKE" -S "$SOURCE_DIR" -B "$tree/$1" -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=MinSizeRel \
		-DSNECK_HOSTED=OFF -DBUILD_TESTING=OFF -DSNECK_"$1"=OFF >"$tree/log"
	"$CMAKE" --build "$tree/$1" --target sneck_core -j 2 >>"$tree/log"
	names "$core" >"$tree/without"
	comm -13 "$tree/without" "$tree/with" >"$tree/gone"
	left=$(grep -E "$2" "$tree/without" || true)
	[ -z "$left" ] || fail "still there: $left"
	nm -u "$core" | awk '$1 == "U" { print $2 }' | sort -u | grep -v '^_GLOBAL_OFFSET_TABLE_$' >"$tree/wanted"
	missing=$(comm -23 "$tree/wanted" "$tree/without" | grep -Ev '^mem(cpy|move|set|cmp)$' || true)
	[ -z "$missing" ] || fail "wanted: $missing"
	! grep -qaF "$3" "$core" || fail "a label of $1 is in the library"
	grep -qaF "$3" "$BUILD_DIR/libsneck-core.a" || fail "no label at all is like that"
	echo "$(wc -l <"$tree/gone") symbols of $1 are gone, $(wc -l <"$tree/without") stay"
}

names "$BUILD_DIR/libsneck-core.a" >"$tree/with"
# keys and sessions of TLS 1.3 go with it, so that not all that is gone can be told by its name
without TLS13 '13|_ext_(key_share|cookie|quic_params|psk|psk_modes|compress|early_data|ticket_request)|sched|sneck__key_update|encrypted_extensions|early_data|retry|traffic_|psk_(binder|import)|secrets_(app|early|handshake|resum)' \
	"s ap traffic"
old='12|_ext_(ems|ec_point_formats|renegotiation_info|session_ticket)|^sneck_session_store|^sneck__(params|server_kx|client_kx|empty|certificate_status)_|^sneck__refuse_renegotiation'
without TLS12 "$old" "key expansion"
others=$(grep -Ev "$old" "$tree/gone" || true)
[ -z "$others" ] || fail "gone, and not of TLS 1.2: $others"

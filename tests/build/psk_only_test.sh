#!/bin/sh
# SPDX-License-Identifier: MIT
# A library for pre-shared keys alone has no symbol of certificates, of signatures, or of who judges
# them, and wants nothing that it has not.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM

"$CMAKE" -S "$SOURCE_DIR" -B "$tree" -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=MinSizeRel -DBUILD_TESTING=OFF \
	-DSNECK_UV=OFF -DSNECK_KEX_EPHEMERAL=OFF >"$tree/log"
"$CMAKE" --build "$tree" --target sneck_static -j 2 >>"$tree/log"
library=$tree/libsneck.a

fail() { echo "$1"; exit 1; }

# sneck_scheme_name() says "unknown"; the Finished message is of both kinds.
nm -g --defined-only "$library" | awk 'NF == 3 && $3 !~ /^__/ { print $3 }' | sort -u >"$tree/names"
left=$(grep -iE 'cert|sign|sig_|sigalg|verif|verdict|scheme|pubkey|spki|pki|x509|credential|ocsp|staple' "$tree/names" |
	grep -vx sneck_scheme_name || true)
[ -z "$left" ] || fail "still there: $left"
nm -u "$library" | awk '$1 == "U" { print $2 }' | sort -u >"$tree/wanted"
left=$(grep -iE 'x509|sign|verify|ocsp' "$tree/wanted" || true)
[ -z "$left" ] || fail "wanted of libcrypto: $left"
missing=$(grep '^sneck' "$tree/wanted" | comm -23 - "$tree/names")
[ -z "$missing" ] || fail "wanted: $missing"
! grep -qaF "server CertificateVerify" "$library" || fail "a context of signatures is in the library"
size() { strip -g -o "$tree/stripped" "$1"; wc -c <"$tree/stripped"; }
echo "$(wc -l <"$tree/names") symbols, $(size "$tree/libsneck.a") bytes; with certificates $(size "$BUILD_DIR/libsneck.a")"

#!/bin/sh
# SPDX-License-Identifier: MIT
# The installed tree, moved to a place that it was not configured for, is found by pkg-config and by
# find_package; a program built against each runs.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT INT TERM

DESTDIR=$tree "$CMAKE" --install "$BUILD_DIR" --prefix /opt/sneck >"$tree/log"
root=$tree/opt/sneck
pc=$(dirname "$(find "$root" -name sneck.pc)")

cat >"$tree/user.c" <<'C'
#include <stdio.h>
#include <sneck/sneck.h>
#include <sneck/pki.h>
#include <sneck/uv.h>

int main(void)
{
	sneck_pki_key_close(NULL);
	printf("%u %s\n", (unsigned)sneck_version(), sneck_rc_name(SNECK_E_BAD_MAC));
	return sneck_uv_server_of == NULL;
}
C

want="100 SNECK_E_BAD_MAC"
says() {
	got=$("$2")
	[ "$got" = "$want" ] || { echo "$1: wanted \"$want\", got \"$got\""; exit 1; }
	echo "$1: ok"
}

PKG_CONFIG_PATH=$pc
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # a list of options is wanted
"$CC" -o "$tree/shared" "$tree/user.c" $(pkg-config --cflags --libs sneck-uv) \
	-Wl,-rpath,"$(dirname "$pc")"
says "pkg-config, shared" "$tree/shared"
# shellcheck disable=SC2046
"$CC" -o "$tree/static" "$tree/user.c" $(pkg-config --cflags sneck-uv) \
	-Wl,-Bstatic $(pkg-config --libs sneck-uv) -Wl,-Bdynamic $(pkg-config --libs libcrypto libuv)
says "pkg-config, static" "$tree/static"

cat >"$tree/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(Sneck 0.1 REQUIRED)
add_executable(user user.c)
target_link_libraries(user Sneck::uv)
add_executable(user-static user.c)
target_link_libraries(user-static Sneck::uv-static)
CMAKE
"$CMAKE" -S "$tree" -B "$tree/build" -G Ninja -DCMAKE_PREFIX_PATH="$root" -DCMAKE_C_COMPILER="$CC" \
	>>"$tree/log" && "$CMAKE" --build "$tree/build" >>"$tree/log" || { cat "$tree/log"; exit 1; }
says "find_package, shared" "$tree/build/user"
says "find_package, static" "$tree/build/user-static"

[ -x "$root/bin/sneck" ] || { echo "the command is not installed"; exit 1; }
[ ! -e "$root/include/sneck/bounds.h" ] || { echo "an internal header is installed"; exit 1; }
if find "$root" -name '*transparent*' | grep .; then
	echo "the test provider is installed"
	exit 1
fi

# llhttp: the system's library where there is one, else the C sources that Debian's node-llhttp
# installs. They are generated code of somebody else: compiled as they are, without our warnings.
pkg_check_modules(LLHTTP QUIET IMPORTED_TARGET libllhttp)
if(LLHTTP_FOUND)
	add_library(llhttp ALIAS PkgConfig::LLHTTP)
	return()
endif()

find_path(LLHTTP_SOURCE_DIR NAMES llhttp.c PATH_SUFFIXES share/llhttp)
find_path(LLHTTP_INCLUDE_DIR NAMES llhttp.h PATH_SUFFIXES share/include/llhttp include/llhttp)
if(NOT LLHTTP_SOURCE_DIR OR NOT LLHTTP_INCLUDE_DIR)
	message(FATAL_ERROR "llhttp is missing: install libllhttp-dev, or node-llhttp on Debian 12 "
		"(tools/setup does), or leave the command out with -DSNECK_CLI=OFF")
endif()
add_library(llhttp STATIC ${LLHTTP_SOURCE_DIR}/api.c ${LLHTTP_SOURCE_DIR}/http.c
	${LLHTTP_SOURCE_DIR}/llhttp.c)
target_include_directories(llhttp SYSTEM PUBLIC ${LLHTTP_INCLUDE_DIR})
target_compile_options(llhttp PRIVATE -w)

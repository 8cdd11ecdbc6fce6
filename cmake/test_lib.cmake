# What tests and fuzz targets stand on: the provider that hides nothing, and tests/lib/.
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)

file(GLOB transparent_src CONFIGURE_DEPENDS src/provider/transparent/*.c)
add_library(sneck_transparent STATIC ${transparent_src}) # never installed
target_include_directories(sneck_transparent PUBLIC include)
target_compile_options(sneck_transparent PRIVATE -O2) # half the time of a sweep is in its sums
target_link_libraries(sneck_transparent PRIVATE sneck_flags)

# Compiled once. Programs take from the archive what they name and no more.
file(GLOB test_lib_src CONFIGURE_DEPENDS tests/lib/*.c)
if(test_lib_src)
	add_library(test_lib STATIC ${test_lib_src})
	target_include_directories(test_lib PRIVATE src tests)
	target_compile_definitions(test_lib PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}")
	target_link_libraries(test_lib PUBLIC sneck_transparent sneck_static PkgConfig::CMOCKA
		PkgConfig::JANSSON PRIVATE sneck_flags)
endif()

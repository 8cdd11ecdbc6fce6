# One program for each file of examples/, with common.c behind it. tests/examples/ runs them; what
# one of them needs and this machine does not have is said there.
pkg_check_modules(URING IMPORTED_TARGET liburing)
find_package(Threads REQUIRED)
add_library(examples_common STATIC examples/common.c)
target_link_libraries(examples_common PUBLIC sneck_static PRIVATE sneck_flags)
file(GLOB example_src CONFIGURE_DEPENDS examples/*.c)
list(REMOVE_ITEM example_src ${PROJECT_SOURCE_DIR}/examples/common.c)
if(NOT SNECK_EARLY_DATA)
	list(FILTER example_src EXCLUDE REGEX "/early_[a-z]+[.]c$")
	list(APPEND absent_tests "examples/early_test")
endif()
foreach(src ${example_src})
	cmake_path(GET src STEM stem)
	if(stem STREQUAL uring_server AND NOT URING_FOUND)
		message(STATUS "liburing is missing: examples/uring_server.c is left out")
		continue()
	endif()
	add_executable(example_${stem} ${src})
	set_target_properties(example_${stem} PROPERTIES OUTPUT_NAME ${stem}
		RUNTIME_OUTPUT_DIRECTORY examples)
	target_link_libraries(example_${stem} PRIVATE sneck_flags examples_common sneck_uv_static
		Threads::Threads $<$<STREQUAL:${stem},uring_server>:PkgConfig::URING>)
endforeach()

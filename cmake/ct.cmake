# Constant time: the core once more, with its marks, under valgrind, as two levels of optimisation
# make it; SNECK_CT_LEVELS gives others. And that valgrind does find a leak. Skipped aloud where
# valgrind is not.
find_program(VALGRIND valgrind)
find_path(VALGRIND_INCLUDE_DIR valgrind/memcheck.h)
mark_as_advanced(VALGRIND VALGRIND_INCLUDE_DIR)
set(SNECK_CT_LEVELS -O2 -Os CACHE STRING "options that the core is built with for the marks")

if(VALGRIND AND VALGRIND_INCLUDE_DIR)
	foreach(level ${SNECK_CT_LEVELS})
		string(REPLACE "-" "" name ct_${level})
		add_executable(${name} tests/ct/flows.c ${core_src}) # in front of those in the archive
		target_include_directories(${name} PRIVATE src tests)
		target_compile_definitions(${name} PRIVATE SNECK_CT_MARKS)
		target_compile_options(${name} PRIVATE ${level} -g)
		# valgrind 3.19 cannot read what clang says about lines
		target_link_options(${name} PRIVATE $<$<C_COMPILER_ID:Clang>:LINKER:--strip-debug>)
		target_link_libraries(${name} PRIVATE sneck_flags test_lib)
		add_test(NAME ${name} COMMAND ${VALGRIND} -q --error-exitcode=1
			--suppressions=${PROJECT_SOURCE_DIR}/tests/ct/libcrypto.supp $<TARGET_FILE:${name}>)
		set_tests_properties(${name} PROPERTIES TIMEOUT 300)
	endforeach()
	list(GET SNECK_CT_LEVELS 0 level)
	string(REPLACE "-" "" name ct_${level})
	add_test(NAME ct_leak COMMAND ${VALGRIND} -q --error-exitcode=1 $<TARGET_FILE:${name}> leak)
	set_tests_properties(ct_leak PROPERTIES PASS_REGULAR_EXPRESSION
		"Conditional jump or move depends on uninitialised value")
else()
	add_test(NAME ct COMMAND ${CMAKE_COMMAND} -E echo "no valgrind: constant time is not tested")
	set_tests_properties(ct PROPERTIES SKIP_REGULAR_EXPRESSION "no valgrind")
endif()

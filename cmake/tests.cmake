# One program for each tests/<folder>/<file>_test.c, one test for each script beside them. Scripts
# find the command in $SNECK; exit code 77 says "skipped", aloud.
string(FIND "${CMAKE_C_FLAGS}" "-fsanitize" sanitized)

if(SNECK_HOSTED)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
	pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)

	file(GLOB transparent_src CONFIGURE_DEPENDS src/provider/transparent/*.c)
	add_library(sneck_transparent STATIC ${transparent_src}) # never installed
	target_include_directories(sneck_transparent PUBLIC include)
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

	file(GLOB test_src CONFIGURE_DEPENDS tests/*/*_test.c)
	foreach(src ${test_src})
		cmake_path(GET src PARENT_PATH dir)
		cmake_path(GET dir FILENAME folder)
		cmake_path(GET src STEM stem)
		set(name ${folder}_${stem})
		add_executable(${name} ${src})
		target_include_directories(${name} PRIVATE src tests ${PROJECT_SOURCE_DIR})
		target_compile_definitions(${name} PRIVATE SOURCE_DIR="${PROJECT_SOURCE_DIR}")
		if(folder STREQUAL uv AND SNECK_UV)
			target_link_libraries(${name} PRIVATE sneck_uv_static)
		elseif(folder STREQUAL cli AND SNECK_CLI)
			target_link_libraries(${name} PRIVATE sneck_cli)
		endif()
		if(TARGET test_lib)
			target_link_libraries(${name} PRIVATE test_lib)
		endif()
		target_link_libraries(${name} PRIVATE sneck_flags sneck_transparent sneck_static
			PkgConfig::CMOCKA PkgConfig::JANSSON)
		add_test(NAME ${name} COMMAND ${name})
		set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
	endforeach()
endif()

if(SNECK_CLI)
	file(GLOB test_scripts CONFIGURE_DEPENDS tests/*/*_test.sh tests/*/*_test.py)
	if(NOT sanitized EQUAL -1) # a program outside could not link the sanitizer's half
		list(FILTER test_scripts EXCLUDE REGEX "/tests/install/")
	endif()
	foreach(src ${test_scripts})
		cmake_path(GET src PARENT_PATH dir)
		cmake_path(GET dir FILENAME folder)
		cmake_path(GET src STEM stem)
		cmake_path(GET src EXTENSION LAST_ONLY kind)
		set(name ${folder}_${stem})
		set(shell sh)
		if(kind STREQUAL ".py")
			set(shell python3)
		endif()
		add_test(NAME ${name} COMMAND ${shell} ${src})
		set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT
			"SNECK=$<TARGET_FILE:sneck>;SOURCE_DIR=${PROJECT_SOURCE_DIR};BUILD_DIR=${PROJECT_BINARY_DIR};CC=${CMAKE_C_COMPILER};CMAKE=${CMAKE_COMMAND};PYTHONDONTWRITEBYTECODE=1")
	endforeach()
endif()

# The floor: the core and four functions make a program that wants nothing else.
if(sanitized EQUAL -1)
	add_executable(freestanding EXCLUDE_FROM_ALL tests/freestanding/floor.c $<TARGET_OBJECTS:core>)
	target_include_directories(freestanding PRIVATE include)
	target_compile_options(freestanding PRIVATE -ffreestanding -fno-builtin)
	target_link_options(freestanding PRIVATE -nostdlib -static -no-pie LINKER:-e,floor)
	target_link_libraries(freestanding PRIVATE sneck_flags)
	add_test(NAME freestanding_link
		COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target freestanding)
endif()

# What a build may leave out. An option drops files, and src/build.h takes their rows out of the
# tables. absent_tests: expressions for the tests that go with them.

# What needs something that is left out goes too.
if(NOT SNECK_KEX_PSK AND NOT SNECK_KEX_PSK_EPHEMERAL)
	set(SNECK_TICKETS OFF)
	if(NOT SNECK_KEX_EPHEMERAL)
		message(FATAL_ERROR "no mode of key exchange is left: SNECK_KEX_*")
	endif()
endif()
if(NOT SNECK_TICKETS)
	set(SNECK_EARLY_DATA OFF)
endif()
if(NOT SNECK_KEX_EPHEMERAL)
	set(SNECK_TLS12 OFF)
	set(SNECK_RAW_KEYS OFF)
	set(SNECK_COMPRESSION OFF)
endif()

# sneck_leave_out(OPTION FILES [TEST...]): FILES is an expression for paths below src/.
macro(sneck_leave_out option files)
	if(NOT SNECK_${option})
		add_compile_definitions(SNECK_NO_${option})
		if(NOT "${files}" STREQUAL "")
			list(FILTER core_src EXCLUDE REGEX "/src/(${files})[.]c$")
		endif()
		list(APPEND absent_tests ${ARGN})
	endif()
endmacro()

sneck_leave_out(CLIENT "hs/(client_hello|client12|client13(_cert)?|offer|early_offer)|conn/session"
	"pair/.*" "(split|save|external|graph|hs|fuzz)/.*")
sneck_leave_out(SERVER
	"hs/(server_hello|server12|server13(_cert)?|choose|early_choose|ticket|retry)|keys/(cookie_seal|ticket|seal)|conn/(psk|ticket|strike)"
	"pair/.*" "(split|save|external|graph|hs|fuzz)/.*" "keys/(cookie_seal|seal|ticket)_test" "conn/strike_test")
sneck_leave_out(KEX_EPHEMERAL
	"hs/(auth|own|own13|peer13|ask_cert|(client|server)13_cert)|msg/(cert|verify)|keys/signature|ext/(sigalgs|authorities|status_request|sct|credential)|conn/(job|answer_cert|config_cert|show_cert)"
	"pair/.*" "(split|save|external|graph|hs|fuzz|pki)/.*" "msg/(cert|finish|readers)_test" "ext/.*" "keys/(sched13|rfc8448)_test" "conn/config_test")
sneck_leave_out(TLS12 "(hs|keys|msg|ext)/[a-z]+12|ext/(ems|renegotiation_info|ec_point_formats)"
	"[a-z]+/[a-z]+12_test" "pair/(version|raw_key)_test" "pair/combine.*" "interop/tls12_test")
sneck_leave_out(KEX_PSK "")
sneck_leave_out(KEX_PSK_EPHEMERAL "" "pair/(resume|early|ticket|psk|combine).*" "save/ticket_test")
if(NOT SNECK_KEX_PSK AND NOT SNECK_KEX_PSK_EPHEMERAL)
	list(FILTER core_src EXCLUDE REGEX "/src/(ext/(psk|psk_modes)|keys/psk|hs/(offer|choose|psk)|conn/psk)[.]c$")
	list(APPEND absent_tests "keys/psk_test" "ext/.*" "pair/.*")
endif()
sneck_leave_out(TICKETS
	"keys/(session|seal|ticket)|hs/(ticket|policy|session)|ext/ticket_request|conn/(session|ticket)"
	"pair/(resume|early|ticket|psk|combine).*" "save/ticket_test" "keys/(seal|session|ticket)_test" "ext/.*")
sneck_leave_out(EARLY_DATA "ext/early_data|hs/early.*|conn/(early|strike)"
	"pair/(early|resume|ticket|psk).*" "conn/strike_test" "ext/.*")
sneck_leave_out(RAW_KEYS "ext/cert_type" ".*/raw_key_test")
sneck_leave_out(COMPRESSION "ext/compress|(msg|hs|conn)/packed" ".*/(compress|packers|packed)_test")

# Over all flows (tests/lib/flow.h), so with all there is; and so are the fuzz targets.
foreach(part CLIENT SERVER KEX_EPHEMERAL KEX_PSK KEX_PSK_EPHEMERAL TICKETS EARLY_DATA RAW_KEYS COMPRESSION TLS12)
	if(NOT SNECK_${part})
		list(APPEND absent_tests "pair/(fragment|sweep_all|scan)_test" "graph/search_test" "conn/refuse_test")
	endif()
endforeach()

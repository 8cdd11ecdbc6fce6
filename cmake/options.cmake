# What a build may leave out. An option drops files, and src/build.h takes their rows out of the
# tables. absent_tests: expressions for the tests that go with them.

# What needs something that is left out goes too.
if(NOT SNECK_TLS13)
	if(NOT SNECK_TLS12)
		message(FATAL_ERROR "no version is left: SNECK_TLS12, SNECK_TLS13")
	endif()
	set(SNECK_KEX_PSK OFF)
	set(SNECK_KEX_PSK_EPHEMERAL OFF)
	set(SNECK_COMPRESSION OFF)
endif()
if(NOT SNECK_KEX_PSK AND NOT SNECK_KEX_PSK_EPHEMERAL)
	set(SNECK_EARLY_DATA OFF)
	if(NOT SNECK_TLS12)
		set(SNECK_TICKETS OFF)
	endif()
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

# The command has all of these, and so have some of the examples.
set(whole ON)
foreach(part CLIENT SERVER KEX_EPHEMERAL KEX_PSK_EPHEMERAL TICKETS EARLY_DATA)
	if(NOT SNECK_${part})
		set(whole OFF)
	endif()
endforeach()
if(SNECK_CLI AND NOT whole)
	message(STATUS "the command sneck is left out, with something that it wants")
	set(SNECK_CLI OFF)
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

sneck_leave_out(CLIENT "hs/(client_hello|client1[23](_cert)?|offer(12|_session)?|early_offer)|conn/session"
	"pair/.*" "(split|save|external|graph|hs|fuzz|uv)/.*")
sneck_leave_out(SERVER
	"hs/(server_hello|server1[23](_cert)?|choose(12)?|early_choose|ticket|retry)|keys/(cookie_seal|ticket|seal)|conn/(psk|ticket|store12|strike)"
	"pair/.*" "(split|save|external|graph|hs|fuzz|uv)/.*" "keys/(cookie_seal|seal|ticket)_test" "conn/strike_test")
sneck_leave_out(KEX_EPHEMERAL
	"crypto/schemes|hs/(auth|own|own13|peer13|ask_cert|(client|server)13_cert)|msg/(cert|verify)|keys/signature|ext/(sigalgs|authorities|status_request|sct|credential)|conn/(job|answer_cert|config_cert|show_cert)"
	"(external|pki|uv)/.*" "crypto/schemes_test" "provider/(bearssl_(cross|pubkey|sign)|pubkey|spki)_test" "(graph|hs)/.*" "keys/sched13_test" "msg/(cert|finish|readers)_test" "ext/walk_test"
	"pair/(adversary|api|algs|atomic|bearssl_pair|client_auth|decide|grease|heavy|hello_first|million|needs_psk|negotiate|own_signature|psk_attack|reenter|retry_attack|retry_psk|rfc8448|staple|verdict).*")
sneck_leave_out(TLS12 "(hs|keys|msg|ext|conn)/[a-z]+12(_cert)?|ext/(ems|renegotiation_info|ec_point_formats|session_ticket)"
	"[a-z]+/[a-z]+12_test" "pair/(version|raw_key)_test" "pair/combine.*" "interop/tls12_test")
sneck_leave_out(TLS13
	"(hs|keys|msg|ext|crypto|conn)/[a-z]+13(_cert)?|hs/(secrets|retry|ticket)|conn/ticket|keys/(cookie_seal|signature)|msg/cert|ext/(key_share|cookie|quic_params|ticket_request)"
	"pair/([a-z0-9_]*[^2]|(adversary|ask|flow)12)_test" "(save|split|external|graph|hs|uv|cli)/.*"
	"keys/(cookie_seal|rfc8448|sched13|vectors)_test" "msg/(cert|finish|readers|server_hello)_test"
	"ext/walk_test" "conn/(config|info|names)_test" "crypto/algs_test")
sneck_leave_out(KEX_PSK "")
sneck_leave_out(KEX_PSK_EPHEMERAL "" "external/quic_resume_test" "pair/combine.*" "uv/resume_test")
if(NOT SNECK_KEX_PSK AND NOT SNECK_KEX_PSK_EPHEMERAL)
	list(FILTER core_src EXCLUDE REGEX "/src/(ext/(psk|psk_modes)|keys/psk|hs/(offer|choose|psk))[.]c$")
	if(NOT SNECK_TICKETS OR NOT SNECK_TLS12) # else it has the session ids of TLS 1.2
		list(FILTER core_src EXCLUDE REGEX "/src/conn/psk[.]c$")
	endif()
	list(APPEND absent_tests "keys/psk_test" "pair/(psk|negotiate)_attack_test")
endif()
sneck_leave_out(TICKETS
	"keys/(session|seal|ticket)|hs/(ticket|policy|session|offer_session|(offer|choose)12)|ext/(ticket_request|session_ticket)|conn/(session|ticket|store12)"
	"keys/(seal|session|ticket)_test" "external/quic_resume_test" "uv/resume_test" "save/ticket_test"
	"pair/((early|resume|ticket|combine).*|resume[a-z]*12_test|(atomic|million|needs_psk|raw_key)_test)")
sneck_leave_out(EARLY_DATA "ext/early_data|hs/early.*|conn/(early|strike)"
	"conn/strike_test" "uv/resume_test"
	"pair/(early|combine|atomic|million|needs_psk|resume_fault|resume_size).*")
sneck_leave_out(RAW_KEYS "ext/cert_type" ".*/raw_key_test")
sneck_leave_out(COMPRESSION "ext/compress|(msg|hs|conn)/packed" ".*/(compress|packers|packed)_test" "pair/combine.*")

# Over all flows (tests/lib/flow.h), so with all there is; and so are the fuzz targets.
set(complete ON)
foreach(part CLIENT SERVER KEX_EPHEMERAL KEX_PSK KEX_PSK_EPHEMERAL TICKETS EARLY_DATA RAW_KEYS COMPRESSION TLS12 TLS13)
	if(NOT SNECK_${part})
		set(complete OFF)
		list(APPEND absent_tests "pair/(fragment|sweep|sweep_all|scan)_test" "graph/search_test" "conn/refuse_test")
	endif()
endforeach()

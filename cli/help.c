/* SPDX-License-Identifier: MIT */
/* The pages of --help: what a verb does, its options with their defaults, examples that work as
 * they stand. Keep each within one screen. */
#include "help.h"

const char help_sneck[] =
	"sneck: TLS 1.3 on the command line\n"
	"\n"
	"  sneck serve     serve files over https, or echo bytes\n"
	"  sneck connect   look at a server, fetch a page, or pipe bytes\n"
	"\n"
	"  sneck VERB --help   its options        sneck --version\n"
	"\n"
	"Exit codes: 0 fine, 1 a check failed, 2 usage, 3 network, 4 certificate refused.\n";

const char help_serve[] =
	"sneck serve: serve files over https, or echo bytes\n"
	"\n"
	"  --listen ADDR:PORT  where to listen; :PORT is every address, port 0 any free one\n"
	"                      [127.0.0.1:8443]\n"
	"  --root DIR          the folder to serve; names that begin with a dot are not [.]\n"
	"  --echo              send back what comes, instead of files\n"
	"  --cert F --key F    chain and private key as PEM [a new self-signed certificate for\n"
	"                      localhost, 127.0.0.1, ::1 and this machine's name]\n"
	"  --cert-out F        write the certificate to F, for curl --cacert F\n"
	"  --alpn LIST         application protocols [http/1.1; none with --echo]\n"
	"  --groups LIST       key exchange, best first [x25519,secp256r1]\n"
	"  --suites LIST       cipher suites, best first [AES128-GCM,AES256-GCM,CHACHA20]\n"
	"  --keylog F          append secrets to F, for Wireshark; whoever reads F reads all\n"
	"\n"
	"  sneck serve --root site --cert-out ca.pem\n"
	"  curl --cacert ca.pem https://localhost:8443/\n"
	"\n"
	"SIGINT or SIGTERM ends it: answers under way are finished, connections closed.\n";

const char help_connect[] =
	"sneck connect HOST[:PORT]: look at a server, fetch a page, or pipe bytes [port 443]\n"
	"\n"
	"What was agreed is said on stderr. stdin and stdout are piped through the connection,\n"
	"unless --get or --json is given.\n"
	"\n"
	"  --get PATH              fetch https://HOST/PATH; the body goes to stdout\n"
	"  --json                  the facts as one JSON object on stdout (with --get: stderr)\n"
	"  --name NAME             the name to ask for and to verify [HOST]\n"
	"  --ca F                  trust the certificates in F [the system's store]\n"
	"  --pin sha256:H          trust exactly the key with this SHA-256\n"
	"  --insecure-skip-verify  accept every certificate\n"
	"  --alpn LIST             application protocols to offer [none]\n"
	"  --groups LIST           key exchange, best first [x25519,secp256r1]\n"
	"  --suites LIST           cipher suites, best first [AES128-GCM,AES256-GCM,CHACHA20]\n"
	"  --timeout S             seconds for connecting and handshake [15]\n"
	"  --keylog F              append secrets to F, for Wireshark; whoever reads F reads all\n"
	"\n"
	"  sneck connect example.org < /dev/null\n"
	"  sneck connect localhost:8443 --ca ca.pem --get /\n"
	"\n"
	"Exit codes: 0 fine, 1 a check failed (an HTTP status of 400 or more), 2 usage,\n"
	"3 network or handshake, 4 certificate refused.\n";

# SPDX-License-Identifier: MIT
"""Arguments: help, version, and a sentence with exit code 2 for each that is wrong."""
from lib import Case, OK, USAGE, main, run


class Usage(Case):
    def test_help_and_version(self):
        for args, word in ((["--help"], "sneck serve"), (["serve", "--help"], "--cert-out"),
                           (["connect", "--help"], "--insecure-skip-verify"),
                           (["doctor", "--help"], "--json"),
                           (["--version"], "sneck 0.")):
            done = run(*args)
            self.assertEqual(done.returncode, OK, args)
            self.assertIn(word, done.stdout.decode())
            self.assertEqual(done.stderr, b"")
            self.assertLessEqual(done.stdout.count(b"\n"), 40)

    def test_verbs(self):
        self.refused(run(), USAGE, "serve, connect or doctor")
        self.refused(run("scan"), USAGE, '"scan"', "--help")

    def test_options(self):
        self.refused(run("serve", "--nonsense"), USAGE, "unknown option --nonsense")
        self.refused(run("serve", "--get", "/"), USAGE, "unknown option --get")
        self.refused(run("serve", "--root"), USAGE, "a value is missing", "--root")
        self.refused(run("serve", "more"), USAGE, "options only")
        self.refused(run("connect"), USAGE, "one HOST")
        self.refused(run("connect", "a", "b"), USAGE, "one HOST")
        self.refused(run("serve", "--cert", "x"), USAGE, "--key is missing")
        self.refused(run("serve", "--key", "x"), USAGE, "--cert is missing")
        self.refused(run("serve", "--echo", "--root", "."), USAGE, "exclude")
        self.refused(run("connect", "h", "--ca", "x", "--insecure-skip-verify"), USAGE, "exclude")
        self.refused(run("connect", "h", "--get", "page"), USAGE, "begins with /")
        self.refused(run("connect", "h", "--timeout", "soon"), USAGE, "seconds")
        self.refused(run("connect", "h", "--alpn", "h2,,x"), USAGE, "1 to 255")
        self.refused(run("doctor", "more"), USAGE, "options only")
        self.refused(run("doctor", "--trace"), USAGE, "unknown option --trace")
        self.refused(run("connect", "h", "--cookie"), USAGE, "unknown option --cookie")

    def test_numbers(self):
        for wrong in ("0", "511", "513", "768", "8192", "x", "512x", "-512", "", "9" * 30):
            self.refused(run("connect", "h", "--max-fragment", wrong), USAGE,
                         "512, 1024, 2048 or 4096")
        for verb in (["serve", "--max-fragment"], ["serve", "--record-limit"],
                     ["connect", "h", "--record-limit"]):
            for wrong in ("0", "63", "16385", "many", "65600"):
                self.refused(run(*verb, wrong), USAGE, verb[-1], "64 to 16384")

    def test_versions(self):
        for wrong in ("1.1", "1", "TLS1.2", "", "1.4"):
            self.refused(run("serve", "--max-version", wrong), USAGE, "1.2 or 1.3")
            self.refused(run("connect", "h", "--min-version", wrong), USAGE, "1.2 or 1.3")
        self.refused(run("serve", "--min-version", "1.3", "--max-version", "1.2"), USAGE, "above")

    def test_addresses(self):
        for wrong in ("x:99999", "x:0", "x:http", "[::1", "[::1]x"):
            self.refused(run("connect", wrong), USAGE)
        for wrong in ("8443", "127.0.0.1:x", "[::1", "1.2.3.4:70000"):
            self.refused(run("serve", "--listen", wrong), USAGE, "ADDR:PORT")
        self.refused(run("connect", "not a host"), USAGE, "neither a host name")
        self.refused(run("connect", "localhost", "--name", "a..b"), USAGE, '"a..b"')

    def test_nearest_names(self):
        def suite(x):
            return run("connect", "localhost", "--suites", x)

        self.refused(suite("AES129-GCM"), USAGE, '"AES129-GCM"', "TLS_AES_128_GCM_SHA256")
        self.refused(suite("AES128-GCM,chacha"), USAGE, '"chacha"', "TLS_CHACHA20_POLY1305")
        self.refused(suite(""), USAGE)
        self.refused(run("serve", "--groups", "X25518"), USAGE, '"X25518"', "x25519")
        self.refused(run("serve", "--groups", "secp256r2"), USAGE, "secp256r1")

    def test_pins(self):
        for wrong in ("1234", "sha256:12", "sha256:" + "g" * 64, "sha1:" + "0" * 64):
            self.refused(run("connect", "h", "--pin", wrong), USAGE, "64 hex digits")

    def test_files(self):
        nothing = self.path("nothing.pem")
        noise = self.path("noise.pem", b"noise\n")
        self.refused(run("connect", "h", "--ca", nothing), USAGE, nothing)
        self.refused(run("connect", "h", "--ca", noise), USAGE, noise)
        self.refused(run("connect", "h", "--keylog", "/nowhere/log"), USAGE, "/nowhere/log")
        self.refused(run("serve", "--cert", nothing, "--key", nothing), USAGE, nothing)
        self.refused(run("serve", "--root", nothing), USAGE, nothing)
        self.refused(run("serve", "--root", noise), USAGE, noise)
        self.refused(run("serve", "--listen", "127.0.0.1:0", "--cert-out", "/nowhere/c"), USAGE,
                     "/nowhere/c")


if __name__ == "__main__":
    main()

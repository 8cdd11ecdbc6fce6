# SPDX-License-Identifier: MIT
"""Chromium and Firefox as clients: `peer_browser.py NAME PROGRAM FOLDER PIN VERSIONS CERT KEY URL`
shows a page of text without a window and prints it. NAME: chromium or firefox; FOLDER: has ca.pem;
PIN: the key that Chromium trusts, SHA-256 as base64; VERSIONS: 1.2, 1.3 or both; CERT and KEY: what
Firefox shows to a server that asks, or empty. Each run has a profile of its own."""
import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

PREFS = {  # nothing but the page: no questions, no other server
    "app.normandy.enabled": False, "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False, "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False, "browser.shell.checkDefaultBrowser": False,
    "browser.newtabpage.enabled": False, "browser.newtab.preload": False,
    "browser.startup.page": 0, "dom.ipc.processPrelaunch.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False, "fission.autostart": False,
    "extensions.update.enabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "network.dns.disableIPv6": True,
    "network.proxy.type": 0, "security.OCSP.enabled": 0, "services.settings.server": "data:,#",
    "security.default_personal_cert": "Select Automatically", "toolkit.telemetry.unified": False,
}
groups = []  # of processes that this program has started


def chromium(program, _folder, profile, pin, versions, _cert, _key, url):
    limits = {"1.2": ["--ssl-version-max=tls1.2"], "1.3": ["--ssl-version-min=tls1.3"]}
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
               "--disable-background-networking", "--disable-component-update",
               "--enable-features=EnableTLS13EarlyData", "--user-data-dir=" + profile,
               "--ignore-certificate-errors-spki-list=" + pin,
               *limits.get(versions, []), "--dump-dom", url]
    p = start(command, stdout=subprocess.PIPE)
    page = p.stdout.read().decode()
    found = re.search(r"<pre[^>]*>(.*)</pre>", page, re.DOTALL)
    return html.unescape(found[1]) if found else page


def firefox(program, folder, profile, _pin, versions, cert, key, url):
    tool = ["certutil", "-d", "sql:" + profile]
    subprocess.run([*tool, "-N", "--empty-password"], check=True)
    subprocess.run([*tool, "-A", "-n", "ca", "-t", "CT,,", "-i", os.path.join(folder, "ca.pem")],
                   check=True)
    if cert:
        p12 = os.path.join(profile, "own.p12")
        subprocess.run(["openssl", "pkcs12", "-export", "-in", cert, "-inkey", key, "-name", "own",
                        "-passout", "pass:", "-out", p12], check=True)
        subprocess.run(["pk12util", "-d", "sql:" + profile, "-i", p12, "-W", ""], check=True,
                       stdout=subprocess.DEVNULL)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    prefs = PREFS | {"marionette.port": port, "security.tls.version.min": 4 if versions == "1.3"
                     else 3, "security.tls.version.max": 3 if versions == "1.2" else 4}
    with open(os.path.join(profile, "user.js"), "w", encoding="ascii") as f:
        f.writelines(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in prefs.items())
    start([program, "--headless", "--no-remote", "--marionette", "--profile", profile],
          stdout=subprocess.DEVNULL)
    while True:
        try:
            s = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.05)
    with s.makefile("rwb") as pipe:
        message(pipe)
        for i, (name, words) in enumerate((
                ("WebDriver:NewSession", {}), ("WebDriver:Navigate", {"url": url}),
                ("WebDriver:ExecuteScript", {"script": "return document.body.textContent",
                                             "args": []}))):
            said = json.dumps([0, i, name, words]).encode()
            pipe.write(b"%d:%s" % (len(said), said))
            pipe.flush()
            _, _, error, result = message(pipe)
            if error:
                sys.exit(f"{name}: {error['error']}: {error['message']}")
        return result["value"]


def message(pipe):
    size = b""
    while not size.endswith(b":"):
        size += pipe.read(1)
    return json.loads(pipe.read(int(size[:-1])))


def start(command, **options):
    """As leader of a group, which this program ends; it ends too when this program is killed."""
    command = ["setpriv", "--pdeathsig", "KILL", *command]
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    groups.append(p.pid)
    return p


def main(name, program, folder, *words):
    run = {"chromium": chromium, "firefox": firefox}[name]
    with tempfile.TemporaryDirectory(prefix=name, dir=folder,
                                     ignore_cleanup_errors=True) as profile:
        os.environ["HOME"] = profile
        signal.alarm(50)  # below the deadline of who waits for this
        try:
            page = run(program, folder, profile, *words)
        finally:
            for group in groups:
                os.killpg(group, signal.SIGKILL)
    sys.stdout.write(page)


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("took too long"))
    main(*sys.argv[1:])

// SPDX-License-Identifier: MIT
// Node and Bun as clients that come back: arguments are PORT CA TIMES [CERT KEY [SUITES]]; says
// "new" or "reused".
const fs = require('fs');
const tls = require('tls');

const [port, ca, times, cert, key, suites] = process.argv.slice(2);
let session;

const visit = (left) => {
	let echoed = false, next;
	const socket = tls.connect({
		host: '127.0.0.1', port: Number(port), servername: 'localhost',
		ca: fs.readFileSync(ca), session,
		...(cert ? { cert: fs.readFileSync(cert), key: fs.readFileSync(key) } : {}),
		...(/CCM_?8/.test(suites) ? { ciphers: suites + ':@SECLEVEL=0' } : {}), // a tag of 64 bits
		...(process.env.TLS12 ? { maxVersion: 'TLSv1.2' } : { minVersion: 'TLSv1.3' }),
	}, () => {
		console.log(socket.isSessionReused() ? 'reused' : 'new');
		socket.write('x');
	});
	const done = () => {
		const kept = next ?? (process.env.TLS12 && socket.isSessionReused() ? session : null);

		if (!echoed || !kept) // TLS 1.2 says nothing of a new ticket that resumes the same
			return;
		session = kept;
		socket.end();
	};
	socket.on('session', (s) => { next = s; done(); });
	socket.on('data', () => { echoed = true; done(); });
	socket.on('error', (e) => { console.error(String(e)); process.exit(1); });
	socket.on('close', () => left > 1 ? visit(left - 1) : process.exit(0));
};

visit(Number(times));

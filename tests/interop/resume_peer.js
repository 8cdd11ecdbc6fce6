// SPDX-License-Identifier: MIT
// Node and Bun as clients that come back: arguments are PORT CA TIMES; says "new" or "reused".
const fs = require('fs');
const tls = require('tls');

const [port, ca, times] = process.argv.slice(2);
let session;

const visit = (left) => {
	let echoed = false, next;
	const socket = tls.connect({
		host: '127.0.0.1', port: Number(port), servername: 'localhost',
		ca: fs.readFileSync(ca), session,
		...(process.env.TLS12 ? { maxVersion: 'TLSv1.2' } : { minVersion: 'TLSv1.3' }),
	}, () => {
		console.log(socket.isSessionReused() ? 'reused' : 'new');
		socket.write('x');
	});
	const done = () => {
		if (!echoed || !next)
			return;
		session = next;
		socket.end();
	};
	socket.on('session', (s) => { next = s; done(); });
	socket.on('data', () => { echoed = true; done(); });
	socket.on('error', (e) => { console.error(String(e)); process.exit(1); });
	socket.on('close', () => left > 1 ? visit(left - 1) : process.exit(0));
};

visit(Number(times));

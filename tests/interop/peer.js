// SPDX-License-Identifier: MIT
// Node and Bun as a peer; arguments as in peer.py.
const { constants } = require('crypto');
const fs = require('fs');
const tls = require('tls');

const [role, ...args] = process.argv.slice(2);
const settled = (group, alpn, suite) => ({
	minVersion: process.env.TLS12 ? 'TLSv1.2' : 'TLSv1.3',
	maxVersion: process.env.TLS12 && process.env.TLS12 !== 'both' ? 'TLSv1.2' : 'TLSv1.3',
	...(group ? { ecdhCurve: group } : {}),
	...(alpn ? { ALPNProtocols: alpn.split(',') } : {}), ...(suite ? { ciphers: suite } : {}),
	...(/CCM_?8/.test(suite) ? { ciphers: suite + ':DEFAULT:@SECLEVEL=0' } : {}), // a tag of 64 bits
});

if (role === 'client') {
	const [port, ca, group, alpn, suite, cert, key] = args;
	const socket = tls.connect({
		host: '127.0.0.1', port: Number(port), servername: 'localhost',
		ca: fs.readFileSync(ca), ...settled(group, alpn, suite),
		...(cert ? { cert: fs.readFileSync(cert), key: fs.readFileSync(key) } : {}),
	}, () => {
		if (!socket.authorized)
			throw socket.authorizationError;
		console.error('alpn', socket.alpnProtocol);
		process.stdin.pipe(socket);
	});
	socket.on('data', (data) => {
		if (!process.stdout.write(data)) {
			socket.pause();
			process.stdout.once('drain', () => socket.resume());
		}
	});
	socket.on('error', (e) => { console.error(String(e)); process.exit(1); });
	socket.on('end', () => process.exit(0));
} else {
	const [cert, key, group, alpn, suite, ask, ca] = args;
	const options = {
		cert: fs.readFileSync(cert), key: fs.readFileSync(key), ...settled(group, alpn, suite),
		...(ask ? { requestCert: true, rejectUnauthorized: ask === 'must' } : {}),
		...(ask === 'must' ? { ca: fs.readFileSync(ca) } : {}),
		...(process.env.NO_TICKETS ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
	};
	const server = tls.createServer(options, (socket) => {
		socket.on('error', (e) => console.error(String(e)));
		socket.pipe(socket);
	});
	const kept = new Map(); // session ids: Node keeps none by itself

	server.on('newSession', (id, session, done) => {
		kept.set(id.toString('hex'), session);
		done();
	});
	server.on('resumeSession', (id, done) => done(null, kept.get(id.toString('hex')) ?? null));
	server.on('tlsClientError', (e) => console.error(String(e)));
	server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
}

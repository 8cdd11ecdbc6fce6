// SPDX-License-Identifier: MIT
// Node and Bun as a peer; arguments as in peer.py.
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
	const [port, ca, ...rest] = args;
	const socket = tls.connect({
		host: '127.0.0.1', port: Number(port), servername: 'localhost',
		ca: fs.readFileSync(ca), ...settled(...rest),
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
	const [cert, key, group, alpn, suite, ask] = args;
	const options = {
		cert: fs.readFileSync(cert), key: fs.readFileSync(key), ...settled(group, alpn, suite),
		...(ask ? { requestCert: true, rejectUnauthorized: false } : {}),
	};
	const server = tls.createServer(options, (socket) => {
		socket.on('error', (e) => console.error(String(e)));
		socket.pipe(socket);
	});
	server.on('tlsClientError', (e) => console.error(String(e)));
	server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
}

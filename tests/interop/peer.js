// SPDX-License-Identifier: MIT
// Node and Bun as a peer: `peer.js client PORT CA GROUP ALPN` pipes stdin and stdout,
// `peer.js server CERT KEY ALPN` says "port N" and echoes. An empty word leaves the default.
const fs = require('fs');
const tls = require('tls');

const [role, ...args] = process.argv.slice(2);
const list = (text) => (text ? { ALPNProtocols: text.split(',') } : {});

if (role === 'client') {
	const [port, ca, group, alpn] = args;
	const socket = tls.connect({
		host: '127.0.0.1', port: Number(port), servername: 'localhost',
		ca: fs.readFileSync(ca), minVersion: 'TLSv1.3',
		...(group ? { ecdhCurve: group } : {}), ...list(alpn),
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
	const [cert, key, alpn] = args;
	const options = { cert: fs.readFileSync(cert), key: fs.readFileSync(key), ...list(alpn) };
	const server = tls.createServer(options, (socket) => {
		socket.on('error', (e) => console.error(String(e)));
		socket.pipe(socket);
	});
	server.on('tlsClientError', (e) => console.error(String(e)));
	server.listen(0, '127.0.0.1', () => console.log('port', server.address().port));
}

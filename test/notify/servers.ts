import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** A webhook on the loopback: answers with the statuses given, the last one for ever, and keeps what it was sent. */
export async function webhook(...statuses: number[]): Promise<{ url: string; bodies: string[]; close: () => void }> {
  const bodies: string[] = [];
  const server: HttpServer = createHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(statuses[Math.min(bodies.length, statuses.length) - 1] ?? 200).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}/secret-path`, bodies, close: () => server.close() };
}

/** A mail server on the loopback that knows as much of SMTP as a client asks; refuses recipients with the reply given. */
export async function mailServer(refusal?: string): Promise<{ url: string; mails: string[]; close: () => void }> {
  const mails: string[] = [];
  const server: Server = createServer((socket) => {
    let data: string | undefined;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 loopback');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data !== undefined) {
          if (line !== '.') data += `${line}\n`;
          else {
            mails.push(data);
            data = undefined;
            say('250 taken');
          }
        } else if (line.startsWith('EHLO')) say('250 loopback');
        else if (line === 'STARTTLS') say('502 no encryption here');
        else if (line.startsWith('RCPT')) say(refusal ?? '250 ok');
        else if (line === 'DATA') {
          data = '';
          say('354 go on');
        } else say(line === 'QUIT' ? '221 bye' : '250 ok');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `smtp://127.0.0.1:${portOf(server)}`, mails, close: () => server.close() };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

"""A mail server to send to: it takes mails, or refuses a receiver, and keeps what it took."""
import socketserver
import threading


class _Talk(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(f'{line}\r\n'.encode())

    def take(self):
        lines = []
        while (line := self.rfile.readline().decode().rstrip('\r\n')) != '.':
            lines.append(line)
        self.server.owner.mails.append('\n'.join(lines))
        self.say('250 taken')

    def handle(self):
        self.say('220 here')
        for raw in self.rfile:
            verb = raw.decode().strip().upper()
            if verb.startswith('RCPT') and any(part.upper() in verb for part in self.server.owner.refuses):
                self.say('550 nobody of that name')
            elif verb == 'DATA':
                self.say('354 go on')
                self.take()
            elif verb == 'QUIT':
                self.say('221 bye')
                return
            else:
                self.say('250 well')


class MailServer:
    """Use as a context: it ends with it. `refuses`: parts of addresses that it takes nothing for."""

    def __init__(self, *refuses):
        self.refuses, self.mails = refuses, []
        self.server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), _Talk)
        self.server.daemon_threads = True
        self.server.owner = self
        self.url = f'smtp://127.0.0.1:{self.server.server_address[1]}'

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

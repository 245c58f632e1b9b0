#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Many connections in which every byte is looked at, and their servers.

transfer.py serve PORT
    Answers each byte with the next piece of a content that is the same at every
    server, on all addresses of both families.

transfer.py load ADDRESS PORT DOWNLOADS VISITORS
    Keeps DOWNLOADS connections that never end and VISITORS that end after two
    pieces and come again, each asking for its next piece when the last is there.
    A line for each round, in which every download has got further and every
    visitor has been new: "rounds=3 bytes=9830400 visits=600 broken=0".  Broken is a
    connection that is refused, reset, ended by the server or has other bytes.
"""
import collections
import random
import resource
import selectors
import socket
import sys

PIECE, PIECES = 4096, 64
VISIT = 2           # pieces
CONTENT = random.Random(PIECE).randbytes(PIECE * PIECES)


def piece(number):
    start = number % PIECES * PIECE
    return CONTENT[start:start + PIECE]


class Server:
    def __init__(self, port):
        self.selector = selectors.DefaultSelector()
        self.sent = collections.Counter()
        listener = socket.create_server(("::", port), family=socket.AF_INET6,
                                        dualstack_ipv6=True, backlog=4096)
        self.watch(listener, self.accept)

    def watch(self, sock, handler):
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, handler)

    def accept(self, listener):
        self.watch(listener.accept()[0], self.answer)

    def answer(self, sock):
        try:
            asked = sock.recv(PIECES)
            for _ in asked:
                sock.sendall(piece(self.sent[sock]))
                self.sent[sock] += 1
        except OSError:
            asked = b""
        if not asked:
            self.selector.unregister(sock)
            del self.sent[sock]
            sock.close()

    def run(self):
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)


class Connection:
    """One that gets pieces, up to a number of them or for ever."""

    def __init__(self, load, pieces):
        self.load, self.pieces = load, pieces
        self.begin()

    def begin(self):
        self.got, self.number = b"", 0
        self.sock = socket.socket(self.load.family, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        self.sock.connect_ex(self.load.target)
        self.load.selector.register(self.sock, selectors.EVENT_WRITE, self)

    def again(self):
        self.load.selector.unregister(self.sock)
        self.sock.close()
        self.begin()

    def ask(self):
        self.sock.send(b"?")
        self.load.selector.modify(self.sock, selectors.EVENT_READ, self)

    def receive(self):
        data = self.sock.recv(PIECE)
        self.got += data
        if not data or not piece(self.number).startswith(self.got):
            raise ConnectionError("the end" if not data else "other bytes")
        if len(self.got) < PIECE:
            return
        self.got = b""
        self.number += 1
        self.load.bytes += PIECE
        if not self.pieces:
            self.load.done(self)
        if self.number == self.pieces:
            self.load.visits += 1
            self.load.done(self)
            self.again()
        else:
            self.ask()

    def ready(self, events):
        try:
            if events & selectors.EVENT_READ:
                self.receive()
            else:
                self.ask()
        except OSError as error:
            print(f"broken after {self.number} pieces: {error}", file=sys.stderr, flush=True)
            self.load.broken += 1
            self.again()


class Load:
    def __init__(self, address, port, downloads, visitors):
        self.target = (address, port)
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.selector = selectors.DefaultSelector()
        self.rounds = self.bytes = self.visits = self.broken = 0
        self.all = [Connection(self, 0) for _ in range(downloads)]
        self.all += [Connection(self, VISIT) for _ in range(visitors)]
        self.left = set(self.all)

    def done(self, connection):
        """It has done its part of the round."""
        self.left.discard(connection)
        if self.left:
            return
        self.rounds += 1
        self.left = set(self.all)
        print(f"rounds={self.rounds} bytes={self.bytes} visits={self.visits} "
              f"broken={self.broken}", flush=True)

    def run(self):
        while True:
            for key, events in self.selector.select():
                key.data.ready(events)


# A file descriptor for each connection.
resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
if sys.argv[1] == "serve":
    Server(int(sys.argv[2])).run()
else:
    Load(sys.argv[2], *map(int, sys.argv[3:])).run()

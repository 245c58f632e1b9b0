#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A crowd of connections that stay, and the servers that they talk to.

crowd.py serve PORT NAME
    Answers every line of a TCP connection with its name and that line, and every
    datagram with its name and the datagram's length, on all addresses of both
    families.

crowd.py connect ADDRESS PORT tcp|udp [FROM]
    Reads commands from its input and prints one line for each:
    open N      N more connections from ports that the kernel chooses; who
                answered, "b1=3 b2=2 failed=0"
    bind P N    the same from the ports P to P + N - 1, each after the other
    ask         a line on every connection; who answered, and how many were
                answered by another than before (moved) or not at all, or not
                with what was asked (broken)
    close       ends all connections (FIN), and forgets them
    reset       the same with RST
"""
import collections
import os
import resource
import selectors
import socket
import struct
import sys
import time

SO_RCVBUFFORCE = 33
PATIENCE = 100      # seconds in which all answers have to come


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Server:
    """Both protocols on one port."""

    def __init__(self, port, name):
        self.name = name.encode()
        self.begun = collections.defaultdict(bytes)     # the lines without an end
        self.selector = selectors.DefaultSelector()
        listener = socket.create_server(("::", port), family=socket.AF_INET6,
                                        dualstack_ipv6=True, backlog=4096)
        self.watch(listener, self.accept)
        datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        datagrams.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        # The answer has to come from the address that was asked.
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        datagrams.bind(("::", port))
        self.watch(datagrams, self.datagram)

    def watch(self, sock, handler):
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, handler)

    def accept(self, listener):
        self.watch(listener.accept()[0], self.line)

    def line(self, sock):
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        if data:
            *lines, self.begun[sock] = (self.begun[sock] + data).split(b"\n")
            sock.send(b"".join(b"%s %s\n" % (self.name, line) for line in lines))
        else:
            self.begun.pop(sock, None)
            self.selector.unregister(sock)
            sock.close()

    def datagram(self, sock):
        data, info, _, client = sock.recvmsg(65536, 256)
        info = [(level, kind, value[:16] + bytes(4)) for level, kind, value in info
                if kind == socket.IPV6_PKTINFO]
        sock.sendmsg([b"%s %d\n" % (self.name, len(data))], info, 0, client)

    def run(self):
        while True:
            for key, _ in self.selector.select():
                try:
                    key.data(key.fileobj)
                except OSError:
                    pass


class Crowd:
    """Connections, each with the name of who answered it first."""

    def __init__(self, address, port, kind, source=""):
        self.target = (address, port)
        self.source = source
        self.kind = socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM
        self.names = {}

    def make(self, port):
        sock = socket.socket(family_of(self.target[0]), self.kind)
        # A port may still have a connection in TIME_WAIT.  Of datagrams, two sockets
        # would be given one port by chance, and one of them the answers to both.
        if self.kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.source or port:
            sock.bind((self.source, port))
        sock.setblocking(False)
        sock.connect_ex(self.target)
        return sock

    def open(self, socks):
        answers = self.gather(socks)
        self.names.update(answers)
        failed = [sock for sock in socks if sock not in answers]
        for sock in failed:
            sock.close()
        return self.tally(answers, failed=len(failed))

    def ask(self):
        answers = self.gather(list(self.names))
        moved = sum(self.names[sock] != name for sock, name in answers.items())
        return self.tally(answers, moved=moved, broken=len(self.names) - len(answers))

    def end(self, abruptly):
        for sock in self.names:
            if abruptly:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        self.names = {}
        return "done"

    @staticmethod
    def tally(answers, **more):
        count = collections.Counter(answers.values())
        return " ".join([f"{name}={count[name]}" for name in sorted(count)] +
                        [f"{name}={number}" for name, number in more.items()])

    def question(self):
        """A line that no other answer has in it."""
        return os.urandom(200).hex() if self.kind == socket.SOCK_STREAM else ""

    def answered_by(self, question, answer):
        name, _, rest = answer.decode().strip().partition(" ")
        return name if rest == question or self.kind != socket.SOCK_STREAM else None

    def gather(self, socks):
        """Send a line on each, as soon as it's connected; who answered each."""
        selector, answers = selectors.DefaultSelector(), {}
        asked, heard = {}, collections.defaultdict(bytes)
        for sock in socks:
            selector.register(sock, selectors.EVENT_WRITE)
        until = time.monotonic() + PATIENCE
        while selector.get_map() and time.monotonic() < until:
            for key, _ in selector.select(1):
                sock = key.fileobj
                try:
                    if key.events == selectors.EVENT_WRITE:
                        asked[sock] = self.question()
                        sock.send(asked[sock].encode() + b"\n")
                        selector.modify(sock, selectors.EVENT_READ)
                        continue
                    data = sock.recv(1000)
                    heard[sock] += data
                    if data and not data.endswith(b"\n"):
                        continue
                    name = self.answered_by(asked[sock], heard[sock])
                    if name:
                        answers[sock] = name
                except OSError:
                    pass
                selector.unregister(sock)
        return answers

    def run(self):
        for line in sys.stdin:
            word, *rest = line.split()
            if word == "open":
                answer = self.open([self.make(0) for _ in range(int(rest[0]))])
            elif word == "bind":
                first, count = int(rest[0]), int(rest[1])
                answer = self.open([self.make(first + n) for n in range(count)])
            elif word == "ask":
                answer = self.ask()
            else:
                answer = self.end(abruptly=word == "reset")
            print(answer, flush=True)


# A file descriptor for each connection.
resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
if sys.argv[1] == "serve":
    Server(int(sys.argv[2]), sys.argv[3]).run()
else:
    Crowd(sys.argv[2], int(sys.argv[3]), *sys.argv[4:]).run()

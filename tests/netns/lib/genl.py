# SPDX-License-Identifier: GPL-2.0
"""The family dsr in raw messages, for what no decent client sends or looks at."""
import os
import socket
import struct

GENL_ID_CTRL = 0x10
CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY = 3, 10
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2

SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_LISTEN_ALL_NSID = 1, 8
NETLINK_CAP_ACK, NETLINK_EXT_ACK = 10, 11
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_ECHO, NLM_F_DUMP_INTR = 1, 4, 8, 0x10
NLM_F_DUMP, NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x300, 0x100, 0x200
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_COOKIE = 1, 3
NLA_F_NESTED = 0x8000


class Refused(Exception):
    def __init__(self, error, attributes):
        self.error = error
        self.message = attributes.get(NLMSGERR_ATTR_MSG, b"\0")[:-1].decode()
        self.cookie = attributes.get(NLMSGERR_ATTR_COOKIE)
        super().__init__(f"{os.strerror(error)}: {self.message}")


def aligned(length):
    return (length + 3) & ~3


def attr(number, payload=b""):
    length = 4 + len(payload)
    return struct.pack("HH", length, number) + payload.ljust(aligned(length) - 4, b"\0")


def nest(number, *attrs):
    return attr(number | NLA_F_NESTED, b"".join(attrs))


def walk(data):
    """The number, with its flag, and the payload of each attribute."""
    offset = 0
    while offset < len(data):
        length, number = struct.unpack_from("HH", data, offset)
        yield number, data[offset + 4:offset + length]
        offset += aligned(length)


def attributes(data):
    """By number, the last one where there are several."""
    return {number & ~NLA_F_NESTED: payload for number, payload in walk(data)}


class Message:
    def __init__(self, data):
        self.length, self.type, self.flags, self.seq, _ = struct.unpack_from("IHHII", data)
        self.data = data[:self.length]
        self.payload = self.data[20:]

    @property
    def interrupted(self):
        return bool(self.flags & NLM_F_DUMP_INTR)

    def end(self):
        """Whether it is a request's last one; raises what it was refused with."""
        if self.type not in (NLMSG_ERROR, NLMSG_DONE):
            return False
        error = -struct.unpack_from("i", self.data, 16)[0]
        if error:
            told = self.data[20 if self.type == NLMSG_DONE else 36:]
            raise Refused(error, attributes(told) if self.flags & NLM_F_ACK_TLVS else {})
        return True


def messages(data):
    while data:
        message = Message(data)
        yield message
        data = data[aligned(message.length):]


class Socket:
    def __init__(self, family=None):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        # One without a port of its own hears no group.
        self.socket.bind((0, 0))
        self.seq = 0
        self.size = 1 << 16
        self.family = family or self._family()

    def _family(self):
        return struct.unpack("H", told()[CTRL_ATTR_FAMILY_ID])[0]

    def join(self, group):
        """A multicast group by its number: groups() has them."""
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)

    def send(self, command, payload=b"", flags=NLM_F_ACK):
        self.seq += 1
        self.socket.send(struct.pack("IHHIIBBH", 20 + len(payload), self.family,
                                     NLM_F_REQUEST | flags, self.seq, 0, command, 1, 0) + payload)

    def receive(self, flags=0):
        """What one call of recv() gives."""
        return list(messages(self.socket.recv(self.size, flags)))

    def read_slowly(self):
        """The kernel keeps no more than one buffer of 4 KiB ready."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self.size = 4096

    def answers(self):
        """Each message up to the last one."""
        while True:
            for message in self.receive():
                if message.end():
                    return
                yield message

    def do(self, command, payload=b"", flags=NLM_F_ACK):
        self.send(command, payload, flags)
        return list(self.answers())

    def dump(self, command, payload=b""):
        return self.do(command, payload, NLM_F_DUMP)

    def close(self):
        self.socket.close()


def told():
    """What the controller tells of the family: attributes by number."""
    ctrl = Socket(GENL_ID_CTRL)
    reply, = ctrl.do(CTRL_CMD_GETFAMILY, attr(CTRL_ATTR_FAMILY_NAME, b"dsr\0"))
    ctrl.close()
    return attributes(reply.payload)


def groups():
    """The numbers of the family's multicast groups by name: no secret."""
    every = [attributes(each) for each in attributes(told()[CTRL_ATTR_MCAST_GROUPS]).values()]
    return {each[CTRL_ATTR_MCAST_GRP_NAME][:-1].decode():
            struct.unpack("I", each[CTRL_ATTR_MCAST_GRP_ID])[0] for each in every}

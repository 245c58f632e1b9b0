/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * dsr: Direct Server Return load balancer, its generic netlink interface.
 *
 * Family "dsr", version 1.  uapi/dsr.yaml describes the same for ynl.
 *
 * The attribute tree, the same in requests and in answers:
 *
 *	DSR_A_SERVICE (nest)		which service, and its options
 *	    DSR_A_SERVICE_ADDRESS	binary, 4 bytes (IPv4) or 16 (IPv6)
 *	    DSR_A_SERVICE_PREFIXLEN	u8, 1 to 32 or 128, default the longest;
 *					the address has no bits behind it
 *	    DSR_A_SERVICE_PROTOCOL	u8, IPPROTO_TCP, _UDP or _SCTP; absent or
 *					0: any, then there is no port
 *	    DSR_A_SERVICE_PORT		u16, network byte order; absent or 0: any
 *	    DSR_A_SERVICE_PORT_END	u16, network byte order: last port of a
 *					range, above PORT
 *	    DSR_A_SERVICE_MARK		u32, a firewall mark, not 0; then there is
 *					no address, protocol or port
 *	    DSR_A_SERVICE_FAMILY	u8, AF_INET (default) or AF_INET6, with MARK
 *	    DSR_A_SERVICE_SCHEDULER	string, default "maglev"
 *	    DSR_A_SERVICE_HASH		u8, enum dsr_hash
 *	    DSR_A_SERVICE_AFFINITY	u32, seconds, default 0: none
 *	    DSR_A_SERVICE_AFFINITY_PREFIXLEN u8, bits of the client's address
 *					that count, default all
 *	    DSR_A_SERVICE_STATELESS	u8, 1: remembers no flows, default 0
 *	    DSR_A_SERVICE_ADOPT		u8, 0: refuses TCP flows first seen in
 *					their middle, default 1
 *	    DSR_A_SERVICE_ON_REMOVE	u8, enum dsr_on_remove
 *	    DSR_A_SERVICE_NO_BACKEND	u8, enum dsr_no_backend
 *	    DSR_A_SERVICE_TIMEOUT_SYN	u32, seconds, 1 to DSR_TIMEOUT_MAX, as are
 *	    DSR_A_SERVICE_TIMEOUT_ESTABLISHED
 *	    DSR_A_SERVICE_TIMEOUT_FIN
 *	    DSR_A_SERVICE_TIMEOUT_UDP	    the others
 *	    DSR_A_SERVICE_BACKENDS	u32, how many it has	(answers only)
 *	    DSR_A_SERVICE_STATS		nest of counters	(answers only)
 *	DSR_A_BACKEND (nest)		which backend of it, and its options
 *	    DSR_A_BACKEND_ADDRESS	binary, 4 bytes or 16; need not be of the
 *					service's family
 *	    DSR_A_BACKEND_WEIGHT	u32, 0 to DSR_WEIGHT_MAX, default 1
 *	    DSR_A_BACKEND_MODE		u8, enum dsr_mode, default DSR_MODE_L2
 *	    DSR_A_BACKEND_STATE		u8, enum dsr_state; a request may say
 *					DSR_STATE_UP, _DRAINING or _DOWN
 *	    DSR_A_BACKEND_DRAIN_FOR	u32, seconds, with DSR_STATE_DRAINING: then
 *					it ends; default: only when no flow is left
 *	    DSR_A_BACKEND_DRAIN_LEFT	u32, seconds of these	(answers only)
 *	    DSR_A_BACKEND_DEV		u32, ifindex: the device is pinned, 0: not
 *	    DSR_A_BACKEND_PINNED_LLADDR	binary, 6 bytes: the MAC address is pinned,
 *					with DEV; all zero: not
 *	    DSR_A_BACKEND_MAX_FLOWS	u32, of active flows, default 0: no limit
 *	    DSR_A_BACKEND_MIN_FLOWS	u32, below MAX_FLOWS: a full backend takes
 *					new flows again when it has fewer, default
 *					0: three quarters of MAX_FLOWS
 *	    DSR_A_BACKEND_SLOW_START	u32, seconds up to DSR_SLOW_START_MAX,
 *					default 0: takes its share at once
 *	    DSR_A_BACKEND_FLOWS		u32, active flows now	(answers only)
 *	    DSR_A_BACKEND_CLOSING	u32, flows at their end	(answers only)
 *	    DSR_A_BACKEND_IFINDEX	u32, where it was found	(answers only)
 *	    DSR_A_BACKEND_LLADDR	binary, its MAC address	(answers only)
 *	    DSR_A_BACKEND_STATS		nest of counters	(answers only)
 *	    DSR_A_BACKEND_WHY		u8, enum dsr_why, without LLADDR:
 *					why it can't be reached	(answers only)
 *	DSR_A_STATS (nest of counters)	of the network namespace (answers only)
 *	DSR_A_SETTINGS (nest)		of the network namespace
 *	    DSR_A_SETTINGS_FLOWS	u32, how many flows the table holds,
 *					DSR_FLOWS_MIN to DSR_FLOWS_MAX
 *	    DSR_A_SETTINGS_HASH_SEED	u64, key of the schedulers' hashes
 *	    DSR_A_SETTINGS_FLOW_BYTES	u64, memory of the table (answers only)
 *	    DSR_A_SETTINGS_GENERATION	u32, of the configuration (answers only)
 *	    DSR_A_SETTINGS_DIGEST	binary, the last CONFIG_CHANGE's, absent
 *					if the configuration has changed since
 *					(answers only)
 *	DSR_A_FLOW (nest)		a flow; a request may say whom it is with
 *	    DSR_A_FLOW_CLIENT		binary, the client's address
 *	    DSR_A_FLOW_CLIENT_PORT	u16, network byte order; in a request with
 *					ICMP the identifier of an echo
 *	    DSR_A_FLOW_ADDRESS		binary, where to; absent where only the
 *					service is known (IPv6 prefixes and marks)
 *	    DSR_A_FLOW_PORT		u16, network byte order
 *	    DSR_A_FLOW_PROTOCOL		u8
 *	    DSR_A_FLOW_STATE		u8, enum dsr_flow_show	(answers only)
 *	    DSR_A_FLOW_IDLE		u32, seconds since it was marked as seen,
 *					which is up to an eighth of its timeout late
 *							(answers only)
 *	    DSR_A_FLOW_LEFT		u32, seconds until it is forgotten
 *							(answers only)
 *	DSR_A_FLOW_COUNT (nest)		how many flows, a u32 each; the attribute's
 *					number is that of enum dsr_flow_show plus 1
 *
 *	DSR_A_DEVICE (nest)		a device with the ingress fast path
 *	    DSR_A_DEVICE_IFINDEX	u32
 *	    DSR_A_DEVICE_IFNAME		string			(answers only)
 *	DSR_A_EVENT (nest)		what has happened	(events only)
 *	    DSR_A_EVENT_KIND		u8, enum dsr_event_kind
 *	    DSR_A_EVENT_PORTID		u32, the netlink port of who asked for it;
 *					absent: nobody did
 *	    DSR_A_EVENT_LLADDR_BEFORE	binary, the MAC address that was replaced
 *
 *	DSR_A_CHANGES (nest)		changes of the configuration, in order: each
 *					attribute's number is that of its command,
 *					one of SERVICE_ADD, _SET, _DEL, BACKEND_ADD,
 *					_SET, _DEL, SETTINGS_SET, DEVICE_ATTACH and
 *					_DETACH, and it holds that command's
 *					attributes; a backend's without SERVICE is
 *					of the service of the change before
 *	DSR_A_GENERATION		u32, changes with the configuration
 *	DSR_A_MORE			flag: further changes follow
 *	DSR_A_DIGEST			binary, up to DSR_DIGEST_LEN bytes that name
 *					the configuration for who applied it
 *
 *	DSR_A_EXPLAIN (nest)		what a packet would meet with now
 *	    DSR_A_EXPLAIN_MARK		u32, its firewall mark, not 0; default none
 *	    DSR_A_EXPLAIN_ACK		u8, 1: it is one of the middle of a TCP or
 *					SCTP connection; default 0: its first one
 *	    DSR_A_EXPLAIN_DECISION	u8, enum dsr_decision	(answers only, as
 *	    DSR_A_EXPLAIN_COUNTER	u8, enum dsr_counter: which one would count
 *					what becomes of it; absent: none, it's
 *					not dsr's			    are
 *	    DSR_A_EXPLAIN_PAST		u8, enum dsr_past; absent where no flow was
 *					looked for			    all
 *	    DSR_A_EXPLAIN_BEFORE	nest BACKEND{ADDRESS, STATE}: the flow's one
 *					so far, where another is chosen	    of
 *	    DSR_A_EXPLAIN_SCHEDULER	string, where one was asked	    these)
 *	    DSR_A_EXPLAIN_STEADY	u8, with SCHEDULER; 0: the choice goes by
 *					turns, load or chance and holds for now
 *	    DSR_A_EXPLAIN_SLOTS		u32, the size of maglev's table
 *	    DSR_A_EXPLAIN_SLOT		u32, the slot of it that the hash names
 *	    DSR_A_EXPLAIN_PASSED_OVER	nest BACKEND{ADDRESS, STATE}: whom the hash
 *					names, but it takes no new flows, or, up,
 *					takes only some in its slow start
 *	    DSR_A_EXPLAIN_NO_BACKEND	u8, enum dsr_no_backend: what becomes of it
 *					where there's no backend
 *	    DSR_A_EXPLAIN_MTU		u32, towards the backend
 *
 * Address, prefix length, protocol and ports, or mark and family, name a
 * service; they and a backend's address name a backend.  In a nest of counters
 * the attribute's number is the counter's (enum dsr_counter for the namespace,
 * enum dsr_traffic for a service or a backend), its value a u64.
 *
 * Commands (all need CAP_NET_ADMIN in the user namespace that owns the network
 * namespace, the reading ones too):
 *
 *	SERVICE_ADD, _SET	SERVICE{key, options}; answers with the object
 *				when NLM_F_ECHO is given
 *	SERVICE_DEL		SERVICE{key}
 *	SERVICE_GET		do: SERVICE{key}; dump: nothing
 *	SERVICE_FLUSH		nothing: removes every service
 *	BACKEND_ADD, _SET	SERVICE{key}, BACKEND{ADDRESS, options}
 *	BACKEND_DEL		SERVICE{key}, BACKEND{ADDRESS}
 *	BACKEND_GET		do: SERVICE{key}, BACKEND{ADDRESS}; dump: SERVICE{key}
 *				or nothing, which is every backend of every service
 *	BACKEND_FLUSH		SERVICE{key}: removes every backend of the service
 *	STATS_GET		nothing; answers with STATS
 *	SETTINGS_SET		SETTINGS
 *	SETTINGS_GET		nothing; answers with SETTINGS
 *	FLOW_GET		dump only: nothing, SERVICE{key}, or SERVICE{key}
 *				and BACKEND{ADDRESS}; answers with SERVICE{key},
 *				BACKEND{ADDRESS} and FLOW
 *	FLOW_COUNT		the same three; answers with FLOW_COUNT
 *	FLOW_FLUSH		the same three: forgets these flows; answers with
 *				the FLOW_COUNT of what was forgotten
 *	DEVICE_ATTACH, _DETACH	DEVICE{IFINDEX}
 *	DEVICE_GET		dump only: nothing; answers with DEVICE
 *	CONFIG_GET		dump only: nothing; answers with GENERATION and the
 *				CHANGES that would make the configuration; a message
 *				whose backends are of a service of the one before
 *				repeats the service
 *	CONFIG_CHANGE		CHANGES, GENERATION, DIGEST, MORE: all of the
 *				changes or none, and packets see them as one.  With MORE they
 *				are kept until the socket's next CONFIG_CHANGE
 *				without it, or until it is closed.  With GENERATION
 *				refused (ESTALE) where the configuration is another
 *				one.  Answers with GENERATION.  A refusal of a
 *				change has its number, from 0 on, as a u64 in the
 *				extended ack's cookie.  After any refusal begin anew
 *				with another socket.
 *	EXPLAIN			FLOW{CLIENT, ADDRESS, PROTOCOL, ports}, and
 *				EXPLAIN{MARK, ACK} or not; answers with EXPLAIN,
 *				SERVICE{key} if there is one, and BACKEND if there
 *				is one; nothing is changed by it
 *
 * Events, to those of the namespace who have joined the multicast group
 * "events", which takes the same capability.  All are messages of the command
 * EVENT; they have EVENT and, by its KIND:
 *
 *	SERVICE_ADD, _SET	SERVICE{key, options}
 *	SERVICE_DEL		SERVICE{key}: with its backends
 *	SERVICE_FLUSH		nothing more
 *	BACKEND_ADD, _SET	SERVICE{key}, BACKEND{ADDRESS, options}
 *	BACKEND_DEL		SERVICE{key}, BACKEND{ADDRESS}
 *	BACKEND_FLUSH		SERVICE{key}
 *	SETTINGS_SET		SETTINGS
 *	DEVICE_ATTACH, _DETACH	DEVICE
 *	BACKEND_RESOLVED	BACKEND{ADDRESS, DEV, PINNED_LLADDR, IFINDEX,
 *				LLADDR}: once, whatever services it is a backend of
 *	BACKEND_LLADDR		the same, and EVENT{LLADDR_BEFORE}
 *	BACKEND_UNRESOLVED	the same without IFINDEX and LLADDR, but with WHY
 *	BACKEND_DRAINED, _FULL, _NOT_FULL	as BACKEND_SET
 *	TABLE_*, FLOOD_*	SETTINGS, FLOW_COUNT
 *
 * They come in the order in which things have happened.  A socket that has no
 * room for one is told so by ENOBUFS when it reads.
 *
 * Errors, each with an extended-ack message: EINVAL (a value is missing or
 * out of range), ENOENT, EEXIST, EOPNOTSUPP (known, but not in this release),
 * ENOSPC (a limit), ENOMEM, EPERM, ESTALE, EAGAIN (of dumps alone).  A refused
 * command has changed nothing.
 *
 * Limits of a network namespace, each refused with ENOSPC: 65536 services, 4096
 * backends of a service, 524288 in all, 64 MiB of changes kept with MORE.  What a
 * transaction removes counts until its end.
 *
 * Dumps may take many messages and resume behind the last object that they told
 * of, whether it is still there or not.  What is there all the time is in it, and
 * once.  NLM_F_DUMP_INTR marks one during which the configuration has changed, or
 * the flow table was replaced, whose flows then begin anew; one during which it is
 * replaced more than 15 times may end with EAGAIN.
 *
 * Growth.  A client of today works with the kernel of tomorrow, and the other way
 * round as far as each knows the other's words:
 *
 * - A number means for ever what it means now: commands, attributes, counters,
 *   entries of enums.  New ones go to the end of their enum, and what is retired
 *   leaves its number unused.
 * - An attribute keeps its type, byte order, unit and nest; its range may become
 *   wider, never narrower.  What needs another type is a new attribute.
 * - An attribute that is absent from a request means what it meant before there
 *   was such a one: new ones are optional, and their default is how things were.
 *   In SERVICE_SET, BACKEND_SET and SETTINGS_SET it leaves the option as it is.
 * - An attribute that is always in an answer stays there.
 * - The kernel refuses a command (EOPNOTSUPP), an attribute or a value (EINVAL or
 *   ERANGE) that it doesn't know, and never takes a request in part.  So a client
 *   can try, and a policy dump (CTRL_CMD_GETPOLICY) tells it beforehand.
 * - A client skips attributes, counters and commands that it doesn't know, and
 *   shows a value of an enum that it doesn't know as a number.
 * - Every nest may grow, and every list; nothing but an address is a structure.
 * - Errors are told by errno; the words of a message may change.
 * - DSR_GENL_VERSION stays 1 as long as all this holds.
 *
 * The last release is the measure: what has been in none may still change.
 */
#ifndef _UAPI_DSR_H
#define _UAPI_DSR_H

#define DSR_GENL_NAME		"dsr"
#define DSR_GENL_VERSION	1
#define DSR_GENL_GROUP_EVENTS	"events"

#define DSR_WEIGHT_MAX		65535
#define DSR_SCHEDULER_LEN	15	/* longest name, without the final 0 */
#define DSR_TIMEOUT_MAX		2592000	/* 30 days, in seconds */
#define DSR_TIMEOUT_SYN		60	/* default, as are the others */
#define DSR_TIMEOUT_ESTABLISHED	900
#define DSR_TIMEOUT_FIN		120
#define DSR_TIMEOUT_UDP		300
#define DSR_SLOW_START_MAX	3600
#define DSR_DIGEST_LEN		32
#define DSR_FLOWS_MIN		1024U
#define DSR_FLOWS_MAX		33554432U	/* in 2 GiB */

enum dsr_cmd {
	DSR_CMD_UNSPEC,
	DSR_CMD_SERVICE_ADD,
	DSR_CMD_SERVICE_SET,
	DSR_CMD_SERVICE_DEL,
	DSR_CMD_SERVICE_GET,
	DSR_CMD_SERVICE_FLUSH,
	DSR_CMD_BACKEND_ADD,
	DSR_CMD_BACKEND_SET,
	DSR_CMD_BACKEND_DEL,
	DSR_CMD_BACKEND_GET,
	DSR_CMD_BACKEND_FLUSH,
	DSR_CMD_STATS_GET,
	DSR_CMD_SETTINGS_SET,
	DSR_CMD_SETTINGS_GET,
	DSR_CMD_FLOW_GET,
	DSR_CMD_FLOW_COUNT,
	DSR_CMD_FLOW_FLUSH,
	DSR_CMD_DEVICE_ATTACH,
	DSR_CMD_DEVICE_DETACH,
	DSR_CMD_DEVICE_GET,
	DSR_CMD_CONFIG_GET,
	DSR_CMD_CONFIG_CHANGE,
	DSR_CMD_EXPLAIN,
	DSR_CMD_EVENT,

	__DSR_CMD_MAX
};

#define DSR_CMD_MAX (__DSR_CMD_MAX - 1)

enum dsr_attr {
	DSR_A_UNSPEC,
	DSR_A_SERVICE,
	DSR_A_BACKEND,
	DSR_A_STATS,
	DSR_A_SETTINGS,
	DSR_A_FLOW,
	DSR_A_FLOW_COUNT,
	DSR_A_DEVICE,
	DSR_A_CHANGES,
	DSR_A_GENERATION,
	DSR_A_MORE,
	DSR_A_EXPLAIN,
	DSR_A_EVENT,
	DSR_A_DIGEST,

	__DSR_A_MAX
};

#define DSR_A_MAX (__DSR_A_MAX - 1)

enum dsr_service_attr {
	DSR_A_SERVICE_UNSPEC,
	DSR_A_SERVICE_ADDRESS,
	DSR_A_SERVICE_PREFIXLEN,
	DSR_A_SERVICE_PROTOCOL,
	DSR_A_SERVICE_PORT,
	DSR_A_SERVICE_PORT_END,
	DSR_A_SERVICE_MARK,
	DSR_A_SERVICE_FAMILY,		/* the last one of the key */
	DSR_A_SERVICE_SCHEDULER,
	DSR_A_SERVICE_HASH,
	DSR_A_SERVICE_AFFINITY,
	DSR_A_SERVICE_AFFINITY_PREFIXLEN,
	DSR_A_SERVICE_STATELESS,
	DSR_A_SERVICE_ADOPT,
	DSR_A_SERVICE_ON_REMOVE,
	DSR_A_SERVICE_NO_BACKEND,
	DSR_A_SERVICE_TIMEOUT_SYN,
	DSR_A_SERVICE_TIMEOUT_ESTABLISHED,
	DSR_A_SERVICE_TIMEOUT_FIN,
	DSR_A_SERVICE_TIMEOUT_UDP,	/* the last one of a request */
	DSR_A_SERVICE_BACKENDS,
	DSR_A_SERVICE_STATS,

	__DSR_A_SERVICE_MAX
};

#define DSR_A_SERVICE_MAX (__DSR_A_SERVICE_MAX - 1)

enum dsr_backend_attr {
	DSR_A_BACKEND_UNSPEC,
	DSR_A_BACKEND_ADDRESS,
	DSR_A_BACKEND_WEIGHT,
	DSR_A_BACKEND_MODE,
	DSR_A_BACKEND_STATE,
	DSR_A_BACKEND_DRAIN_FOR,
	DSR_A_BACKEND_DEV,
	DSR_A_BACKEND_PINNED_LLADDR,
	DSR_A_BACKEND_MAX_FLOWS,
	DSR_A_BACKEND_MIN_FLOWS,
	DSR_A_BACKEND_SLOW_START,	/* the last one of a request */
	DSR_A_BACKEND_DRAIN_LEFT,
	DSR_A_BACKEND_FLOWS,
	DSR_A_BACKEND_CLOSING,
	DSR_A_BACKEND_IFINDEX,
	DSR_A_BACKEND_LLADDR,
	DSR_A_BACKEND_STATS,
	DSR_A_BACKEND_WHY,

	__DSR_A_BACKEND_MAX
};

#define DSR_A_BACKEND_MAX (__DSR_A_BACKEND_MAX - 1)

enum dsr_settings_attr {
	DSR_A_SETTINGS_UNSPEC,
	DSR_A_SETTINGS_FLOWS,
	DSR_A_SETTINGS_HASH_SEED,	/* the last one of a request */
	DSR_A_SETTINGS_FLOW_BYTES,
	DSR_A_SETTINGS_GENERATION,
	DSR_A_SETTINGS_DIGEST,

	__DSR_A_SETTINGS_MAX
};

#define DSR_A_SETTINGS_MAX (__DSR_A_SETTINGS_MAX - 1)

enum dsr_flow_attr {
	DSR_A_FLOW_UNSPEC,
	DSR_A_FLOW_CLIENT,
	DSR_A_FLOW_CLIENT_PORT,
	DSR_A_FLOW_ADDRESS,
	DSR_A_FLOW_PORT,
	DSR_A_FLOW_PROTOCOL,		/* the last one of a request */
	DSR_A_FLOW_STATE,
	DSR_A_FLOW_IDLE,
	DSR_A_FLOW_LEFT,

	__DSR_A_FLOW_MAX
};

#define DSR_A_FLOW_MAX (__DSR_A_FLOW_MAX - 1)

enum dsr_device_attr {
	DSR_A_DEVICE_UNSPEC,
	DSR_A_DEVICE_IFINDEX,		/* the last one of a request */
	DSR_A_DEVICE_IFNAME,

	__DSR_A_DEVICE_MAX
};

#define DSR_A_DEVICE_MAX (__DSR_A_DEVICE_MAX - 1)

enum dsr_explain_attr {
	DSR_A_EXPLAIN_UNSPEC,
	DSR_A_EXPLAIN_MARK,
	DSR_A_EXPLAIN_ACK,		/* the last one of a request */
	DSR_A_EXPLAIN_DECISION,
	DSR_A_EXPLAIN_COUNTER,
	DSR_A_EXPLAIN_PAST,
	DSR_A_EXPLAIN_BEFORE,
	DSR_A_EXPLAIN_SCHEDULER,
	DSR_A_EXPLAIN_STEADY,
	DSR_A_EXPLAIN_SLOTS,
	DSR_A_EXPLAIN_SLOT,
	DSR_A_EXPLAIN_PASSED_OVER,
	DSR_A_EXPLAIN_NO_BACKEND,
	DSR_A_EXPLAIN_MTU,

	__DSR_A_EXPLAIN_MAX
};

#define DSR_A_EXPLAIN_MAX (__DSR_A_EXPLAIN_MAX - 1)

enum dsr_event_attr {
	DSR_A_EVENT_UNSPEC,
	DSR_A_EVENT_KIND,
	DSR_A_EVENT_PORTID,
	DSR_A_EVENT_LLADDR_BEFORE,

	__DSR_A_EVENT_MAX
};

#define DSR_A_EVENT_MAX (__DSR_A_EVENT_MAX - 1)

/* How a packet travels to a backend. */
enum dsr_mode {
	DSR_MODE_L2,		/* its MAC address becomes the L2 destination */
	DSR_MODE_LOCAL,		/* the director itself is the backend */

	__DSR_MODE_MAX
};

#define DSR_MODE_MAX (__DSR_MODE_MAX - 1)

/* The words of the enums, each in the order of its enum. */
#define DSR_MODE_NAMES { "l2", "local" }

/* Only a backend that is up takes new flows.  Flows stay with one that is up,
 * draining, unresolved or full; those of one that is down are treated as if it
 * had been removed.
 */
enum dsr_state {
	DSR_STATE_UP,
	DSR_STATE_UNRESOLVED,	/* no neighbour yet, or it is FAILED */
	DSR_STATE_DRAINING,	/* down as soon as no flow is left */
	DSR_STATE_DOWN,		/* by the operator, or drained */
	DSR_STATE_FULL,		/* has its max-flows */

	__DSR_STATE_MAX
};

#define DSR_STATE_MAX (__DSR_STATE_MAX - 1)
#define DSR_STATE_NAMES { "up", "unresolved", "draining", "down", "full" }

/* Why a backend can't be reached. */
enum dsr_why {
	DSR_WHY_NONE,		/* it can */
	DSR_WHY_NO_ROUTE,	/* the director has no route to its address */
	DSR_WHY_GATEWAY,	/* it is behind a gateway and not on a link */
	DSR_WHY_OWN_ADDRESS,	/* it is the director itself: mode local is for that */
	DSR_WHY_NO_DEVICE,	/* the pinned device is gone */
	DSR_WHY_NOT_ETHERNET,	/* its device has no MAC addresses, as lo */
	DSR_WHY_DEVICE_DOWN,
	DSR_WHY_NO_CARRIER,	/* its device's link is down */
	DSR_WHY_ASKING,		/* for its MAC address, since a moment ago */
	DSR_WHY_NO_ANSWER,	/* to that; the director goes on asking */
	DSR_WHY_NO_MEMORY,	/* or no room in the neighbour table */

	__DSR_WHY_MAX
};

#define DSR_WHY_MAX (__DSR_WHY_MAX - 1)
#define DSR_WHY_NAMES { \
	"none", "no-route", "gateway", "own-address", "no-device", \
	"not-ethernet", "device-down", "no-carrier", "asking", "no-answer", \
	"no-memory" }

/* What of a packet the schedulers' hash is taken of. */
enum dsr_hash {
	DSR_HASH_5TUPLE,	/* addresses, ports, protocol; the default */
	DSR_HASH_SOURCE,	/* the client's address */
	DSR_HASH_SOURCE_PORT,	/* the client's address and port */
	DSR_HASH_DESTINATION,	/* the address it is sent to */

	__DSR_HASH_MAX
};

#define DSR_HASH_MAX (__DSR_HASH_MAX - 1)
#define DSR_HASH_NAMES { "5tuple", "source", "source-port", "destination" }

/* What becomes of the flows of a backend that is removed or down. */
enum dsr_on_remove {
	DSR_ON_REMOVE_RESCHEDULE,	/* to another one, with the next packet */
	DSR_ON_REMOVE_DROP,		/* their packets are dropped */

	__DSR_ON_REMOVE_MAX
};

#define DSR_ON_REMOVE_MAX (__DSR_ON_REMOVE_MAX - 1)
#define DSR_ON_REMOVE_NAMES { "reschedule", "drop" }

/* What becomes of a packet for which there is no backend. */
enum dsr_no_backend {
	DSR_NO_BACKEND_UNREACHABLE,	/* ICMP port unreachable */
	DSR_NO_BACKEND_RESET,		/* TCP reset; to others unreachable */
	DSR_NO_BACKEND_DROP,		/* nothing is said */
	DSR_NO_BACKEND_PASS,		/* the stack gets it */

	__DSR_NO_BACKEND_MAX
};

#define DSR_NO_BACKEND_MAX (__DSR_NO_BACKEND_MAX - 1)
#define DSR_NO_BACKEND_NAMES { "unreachable", "reset", "drop", "pass" }

/* What the client has shown of a flow, or what else an entry of the table is. */
enum dsr_flow_show {
	DSR_FLOW_SHOW_NEW,	/* half-open: one packet so far */
	DSR_FLOW_SHOW_OPEN,
	DSR_FLOW_SHOW_CLOSING,	/* FIN or SHUTDOWN seen */
	DSR_FLOW_SHOW_CLOSED,	/* RST or ABORT seen */
	DSR_FLOW_SHOW_AFFINITY,	/* where a client's new flows go */

	__DSR_FLOW_SHOW_MAX
};

#define DSR_FLOW_SHOW_MAX (__DSR_FLOW_SHOW_MAX - 1)
#define DSR_FLOW_SHOW_NAMES { "new", "open", "closing", "closed", "affinity" }

/* What decided where a packet goes. */
enum dsr_decision {
	DSR_DECISION_NOT_VIP,
	DSR_DECISION_OWN_ADDRESS,
	DSR_DECISION_NO_SERVICE,
	DSR_DECISION_REFUSED,
	DSR_DECISION_FLOW,
	DSR_DECISION_AFFINITY,
	DSR_DECISION_SCHEDULER,
	DSR_DECISION_HASH,
	DSR_DECISION_STATELESS,
	DSR_DECISION_UNSTORED,

	__DSR_DECISION_MAX
};

#define DSR_DECISION_MAX (__DSR_DECISION_MAX - 1)
#define DSR_DECISION_NAMES { \
	"not-vip", "own-address", "no-service", "refused", "flow", "affinity", \
	"scheduler", "hash", "stateless", "unstored" }
#define DSR_DECISION_MEANINGS { \
	"no service has this address or mark", \
	"the client has the VIP itself", \
	"the VIP has no service for this protocol and port", \
	"an option of the service forbids it", \
	"its flow stays with its backend", \
	"the client's earlier flows went there", \
	"the scheduler chooses for a new flow", \
	"in the middle of a connection: by hash, where other directors send it", \
	"the service remembers no flows: by hash", \
	"the flow table has no room: by hash, or the client's affinity" }

/* What the flow table says of a packet's flow. */
enum dsr_past {
	DSR_PAST_NONE,
	DSR_PAST_KNOWN,
	DSR_PAST_EXPIRED,
	DSR_PAST_REMOVED,
	DSR_PAST_DOWN,
	DSR_PAST_LOST,
	DSR_PAST_REUSED,

	__DSR_PAST_MAX
};

#define DSR_PAST_MAX (__DSR_PAST_MAX - 1)
#define DSR_PAST_NAMES { \
	"none", "known", "expired", "removed", "down", "lost", "reused" }
#define DSR_PAST_MEANINGS { \
	"no flow yet", \
	"its flow is known", \
	"its flow has expired", \
	"its flow's backend was removed", \
	"its flow's backend is down", \
	"its flow's backend has no usable neighbour", \
	"its flow is known, but it begins a new one" }

/* What an event tells of. */
enum dsr_event_kind {
	DSR_EVENT_KIND_SERVICE_ADD,
	DSR_EVENT_KIND_SERVICE_SET,
	DSR_EVENT_KIND_SERVICE_DEL,
	DSR_EVENT_KIND_SERVICE_FLUSH,
	DSR_EVENT_KIND_BACKEND_ADD,
	DSR_EVENT_KIND_BACKEND_SET,
	DSR_EVENT_KIND_BACKEND_DEL,
	DSR_EVENT_KIND_BACKEND_FLUSH,
	DSR_EVENT_KIND_SETTINGS_SET,
	DSR_EVENT_KIND_DEVICE_ATTACH,
	DSR_EVENT_KIND_DEVICE_DETACH,
	DSR_EVENT_KIND_BACKEND_RESOLVED,	/* its MAC address is known */
	DSR_EVENT_KIND_BACKEND_UNRESOLVED,	/* no longer, or for another reason */
	DSR_EVENT_KIND_BACKEND_LLADDR,		/* it has another one */
	DSR_EVENT_KIND_BACKEND_DRAINED,		/* and is down */
	DSR_EVENT_KIND_BACKEND_FULL,
	DSR_EVENT_KIND_BACKEND_NOT_FULL,
	DSR_EVENT_KIND_TABLE_NEARLY_FULL,	/* of what doesn't give way */
	DSR_EVENT_KIND_TABLE_HAS_ROOM,
	DSR_EVENT_KIND_FLOOD_BEGINS,		/* of half-open connections */
	DSR_EVENT_KIND_FLOOD_ENDS,

	__DSR_EVENT_KIND_MAX
};

#define DSR_EVENT_KIND_MAX (__DSR_EVENT_KIND_MAX - 1)
#define DSR_EVENT_KIND_NAMES { \
	"service-add", "service-set", "service-del", "service-flush", \
	"backend-add", "backend-set", "backend-del", "backend-flush", \
	"settings-set", "device-attach", "device-detach", \
	"backend-resolved", "backend-unresolved", "backend-lladdr", \
	"backend-drained", "backend-full", "backend-not-full", \
	"table-nearly-full", "table-has-room", "flood-begins", "flood-ends" }

/*
 * The counters, named once: netlink, /proc, sysfs and dsrctl all print from
 * these tables.  X(identifier, name, meaning).
 */

/* Of a service and of a backend. */
#define DSR_TRAFFIC_TABLE(X) \
	X(PACKETS, packets, "packets forwarded") \
	X(BYTES, bytes, "bytes forwarded, from the IP header on") \
	X(FLOWS, flows, "new flows scheduled")

/* Of a network namespace: received = forwarded + passed + the drop_ ones. */
#define DSR_COUNTER_TABLE(X) \
	X(RECEIVED, received, "packets whose destination is a VIP") \
	X(FORWARDED, forwarded, "packets sent on to a backend") \
	X(PASSED, passed, "packets to a VIP but none of its services, left to the stack") \
	X(DROP_MALFORMED, drop_malformed, "dropped: a header is cut short or contradicts itself") \
	X(DROP_FRAGMENT, drop_fragment, \
	  "dropped: an IP fragment whose first one did not come, or came too late") \
	X(DROP_NO_BACKEND, drop_no_backend, "dropped: a new flow, and no backend takes new flows") \
	X(DROP_NOT_ADOPTED, drop_not_adopted, \
	  "dropped: in the middle of an unknown TCP flow, and the service adopts none") \
	X(DROP_REMOVED, drop_removed, \
	  "dropped: the flow's backend was removed or is down, and the service moves no flows") \
	X(DROP_UNRESOLVED, drop_unresolved, "dropped: the flow's backend has no usable neighbour") \
	X(DROP_LOOP, drop_loop, "dropped: it came from the very machine that it would be sent to") \
	X(DROP_TTL, drop_ttl, "dropped: the TTL or hop limit ran out, sender told") \
	X(DROP_MTU, drop_mtu, "dropped: larger than the MTU towards the backend, sender told") \
	X(DROP_LRO, drop_lro, "dropped: merged by LRO, which can't be undone: turn LRO off") \
	X(DROP_NO_MEMORY, drop_no_memory, "dropped: no memory for a writable copy") \
	X(FRAGMENT_HELD, fragment_held, \
	  "fragments that waited for the first one of their datagram") \
	X(FLOW_NEW, flow_new, "flows scheduled to a backend") \
	X(FLOW_ADOPTED, flow_adopted, "of these, TCP flows first seen after their SYN") \
	X(FLOW_AFFINITY, flow_affinity, \
	  "of these, flows sent where the client's earlier ones went") \
	X(FLOW_RESCHEDULED, flow_rescheduled, \
	  "of these, flows whose backend was removed, down or lost") \
	X(FLOW_REPLACED, flow_replaced, "half-open flows that gave their table entry to another") \
	X(FLOW_UNSTORED, flow_unstored, "packets balanced by hash alone, the flow table being full")

#define DSR_X_ENUM(kind, id) DSR_##kind##_##id

enum dsr_traffic {
	DSR_TRAFFIC_UNSPEC,
#define X(id, name, help) DSR_X_ENUM(TRAFFIC, id),
	DSR_TRAFFIC_TABLE(X)
#undef X
	__DSR_TRAFFIC_MAX
};

#define DSR_TRAFFIC_MAX (__DSR_TRAFFIC_MAX - 1)

enum dsr_counter {
	DSR_COUNTER_UNSPEC,
#define X(id, name, help) DSR_X_ENUM(COUNTER, id),
	DSR_COUNTER_TABLE(X)
#undef X
	__DSR_COUNTER_MAX
};

#define DSR_COUNTER_MAX (__DSR_COUNTER_MAX - 1)

#endif /* _UAPI_DSR_H */

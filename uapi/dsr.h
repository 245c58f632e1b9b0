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
 *	    DSR_A_SERVICE_PROTOCOL	u8, IPPROTO_TCP or IPPROTO_UDP
 *	    DSR_A_SERVICE_PORT		u16, network byte order, not 0
 *	    DSR_A_SERVICE_SCHEDULER	string, "maglev" (default) or "rr"
 *	    DSR_A_SERVICE_BACKENDS	u32, how many it has	(answers only)
 *	    DSR_A_SERVICE_STATS		nest of counters	(answers only)
 *	DSR_A_BACKEND (nest)		which backend of it, and its options
 *	    DSR_A_BACKEND_ADDRESS	binary, 4 bytes or 16; need not be of the
 *					service's family
 *	    DSR_A_BACKEND_WEIGHT	u32, 0 to DSR_WEIGHT_MAX, default 1
 *	    DSR_A_BACKEND_MODE		u8, enum dsr_mode, default DSR_MODE_L2
 *	    DSR_A_BACKEND_STATE		u8, enum dsr_state	(answers only)
 *	    DSR_A_BACKEND_IFINDEX	u32, where it was found	(answers only)
 *	    DSR_A_BACKEND_LLADDR	binary, its MAC address	(answers only)
 *	    DSR_A_BACKEND_STATS		nest of counters	(answers only)
 *	DSR_A_STATS (nest of counters)	of the network namespace (answers only)
 *
 * Address, protocol and port name a service; they and a backend's address name
 * a backend.  In a nest of counters the attribute's number is the counter's
 * (enum dsr_counter for the namespace, enum dsr_traffic for a service or a
 * backend), its value a u64.
 *
 * Commands (all need CAP_NET_ADMIN in the user namespace that owns the network
 * namespace, the reading ones too):
 *
 *	SERVICE_ADD, _SET	SERVICE{key, SCHEDULER}; answers with the object
 *				when NLM_F_ECHO is given
 *	SERVICE_DEL		SERVICE{key}
 *	SERVICE_GET		do: SERVICE{key}; dump: nothing
 *	SERVICE_FLUSH		nothing: removes every service
 *	BACKEND_ADD, _SET	SERVICE{key}, BACKEND{ADDRESS, WEIGHT, MODE}
 *	BACKEND_DEL		SERVICE{key}, BACKEND{ADDRESS}
 *	BACKEND_GET		do: SERVICE{key}, BACKEND{ADDRESS}; dump: SERVICE{key}
 *				or nothing, which is every backend of every service
 *	BACKEND_FLUSH		SERVICE{key}: removes every backend of the service
 *	STATS_GET		nothing; answers with STATS
 *
 * Errors, each with an extended-ack message: EINVAL (a value is missing or
 * out of range), ENOENT, EEXIST, EOPNOTSUPP (known, but not in this release),
 * ENOSPC (a limit), ENOMEM, EPERM.  A refused command has changed nothing.
 *
 * Growth: numbers are never reused and their types never change; new
 * attributes, commands, states and counters go at the end of their enum.
 * Readers skip what they don't know; the kernel refuses what it doesn't know.
 */
#ifndef _UAPI_DSR_H
#define _UAPI_DSR_H

#define DSR_GENL_NAME		"dsr"
#define DSR_GENL_VERSION	1

#define DSR_WEIGHT_MAX		65535
#define DSR_SCHEDULER_LEN	15	/* longest name, without the final 0 */

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

	__DSR_CMD_MAX
};

#define DSR_CMD_MAX (__DSR_CMD_MAX - 1)

enum dsr_attr {
	DSR_A_UNSPEC,
	DSR_A_SERVICE,
	DSR_A_BACKEND,
	DSR_A_STATS,

	__DSR_A_MAX
};

#define DSR_A_MAX (__DSR_A_MAX - 1)

enum dsr_service_attr {
	DSR_A_SERVICE_UNSPEC,
	DSR_A_SERVICE_ADDRESS,
	DSR_A_SERVICE_PROTOCOL,
	DSR_A_SERVICE_PORT,
	DSR_A_SERVICE_SCHEDULER,
	DSR_A_SERVICE_BACKENDS,
	DSR_A_SERVICE_STATS,
	DSR_A_SERVICE_PAD,

	__DSR_A_SERVICE_MAX
};

#define DSR_A_SERVICE_MAX (__DSR_A_SERVICE_MAX - 1)

enum dsr_backend_attr {
	DSR_A_BACKEND_UNSPEC,
	DSR_A_BACKEND_ADDRESS,
	DSR_A_BACKEND_WEIGHT,
	DSR_A_BACKEND_MODE,
	DSR_A_BACKEND_STATE,
	DSR_A_BACKEND_IFINDEX,
	DSR_A_BACKEND_LLADDR,
	DSR_A_BACKEND_STATS,
	DSR_A_BACKEND_PAD,

	__DSR_A_BACKEND_MAX
};

#define DSR_A_BACKEND_MAX (__DSR_A_BACKEND_MAX - 1)

/* How a packet travels to a backend. */
enum dsr_mode {
	DSR_MODE_L2,		/* its MAC address becomes the L2 destination */

	__DSR_MODE_MAX
};

#define DSR_MODE_MAX (__DSR_MODE_MAX - 1)

/* The words of the modes, in the order of enum dsr_mode. */
#define DSR_MODE_NAMES { "l2" }

/* Whether a backend takes new flows: only one that is up does. */
enum dsr_state {
	DSR_STATE_UP,
	DSR_STATE_UNRESOLVED,	/* no neighbour yet, or it is FAILED */

	__DSR_STATE_MAX
};

#define DSR_STATE_MAX (__DSR_STATE_MAX - 1)

/* The words of the states, in the order of enum dsr_state. */
#define DSR_STATE_NAMES { "up", "unresolved" }

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
	X(DROP_FRAGMENT, drop_fragment, "dropped: an IP fragment, which may have no ports") \
	X(DROP_NO_BACKEND, drop_no_backend, "dropped: a new flow, and no backend takes new flows") \
	X(DROP_UNRESOLVED, drop_unresolved, "dropped: the flow's backend has no usable neighbour") \
	X(DROP_TTL, drop_ttl, "dropped: the TTL or hop limit ran out, sender told") \
	X(DROP_MTU, drop_mtu, "dropped: larger than the MTU towards the backend, sender told") \
	X(DROP_LRO, drop_lro, "dropped: merged by LRO, which can't be undone: turn LRO off") \
	X(DROP_NO_MEMORY, drop_no_memory, "dropped: no memory for a writable copy") \
	X(FLOW_NEW, flow_new, "flows scheduled to a backend") \
	X(FLOW_ADOPTED, flow_adopted, "of these, TCP flows first seen after their SYN") \
	X(FLOW_RESCHEDULED, flow_rescheduled, "of these, flows whose backend was removed or lost") \
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

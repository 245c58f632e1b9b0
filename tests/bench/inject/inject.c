// SPDX-License-Identifier: GPL-2.0
/* Gives a device prepared packets, as its driver would, and says what the stack
 * took for one.  Set the parameters, write a number of packets to `run`, read
 * the nanoseconds of a packet from it.
 *
 * pktgen does UDP only, and holds a reference to each packet, which the IP layer
 * answers with a clone and whoever writes to the packet with a copy: more than
 * a thousand instructions that no packet of a network card costs.
 */
#include <linux/inet.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/net_namespace.h>

#include "frame.h"

/* Packets that come at once, as many as NAPI takes in one go.  Only their way
 * through the stack is timed, not how they are made.
 */
#define BURST		64

static char device[IFNAMSIZ] = "in0";
module_param_string(device, device, sizeof(device), 0644);
MODULE_PARM_DESC(device, "Device that the packets come in by, in the namespace of whoever writes to run");

static char daddr[INET6_ADDRSTRLEN] = "10.2.0.1";
module_param_string(daddr, daddr, sizeof(daddr), 0644);
MODULE_PARM_DESC(daddr, "Destination, IPv4 or IPv6");

static uint services = 1;
module_param(services, uint, 0644);
MODULE_PARM_DESC(services, "How many destinations in a row, in turn by flow");

static ushort port = 80;
module_param(port, ushort, 0644);
MODULE_PARM_DESC(port, "Destination port");

static bool tcp;
module_param(tcp, bool, 0644);
MODULE_PARM_DESC(tcp, "TCP, else UDP");

static bool syn;
module_param(syn, bool, 0644);
MODULE_PARM_DESC(syn, "TCP packets that begin a connection");

static uint first;
module_param(first, uint, 0644);
MODULE_PARM_DESC(first, "The first flow's number");

static uint flows = 1;
module_param(flows, uint, 0644);
MODULE_PARM_DESC(flows, "How many flows the packets are of, in turn");

static uint stride = 1;
module_param(stride, uint, 0644);
MODULE_PARM_DESC(stride, "Steps from a packet's flow to the next one's, without a divisor in common with flows");

static u64 picoseconds;		/* of a packet */

/* Of the next packet.  Goes on from run to run, so that each run finds other
 * flows than the last one has left in the cache.
 */
static u64 number;

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int plan_read(struct inject_plan *plan)
{
	plan->protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	plan->syn = syn;
	plan->port = port;
	plan->services = services;
	if (!services || !flows)
		return -EINVAL;

	plan->family = AF_INET;
	if (in4_pton(strim(daddr), -1, (u8 *)&plan->daddr.v4, -1, NULL))
		return 0;
	plan->family = AF_INET6;
	if (in6_pton(strim(daddr), -1, (u8 *)&plan->daddr.v6, -1, NULL))
		return 0;
	return -EINVAL;
}

/* Nanoseconds, or a negative errno. */
static s64 burst(struct net_device *dev, const struct inject_plan *plan)
{
	struct sk_buff *skb[BURST];
	unsigned int i, n;
	u64 start;
	u32 rest;

	for (n = 0; n < BURST; n++) {
		div_u64_rem(number++ * stride, flows, &rest);
		skb[n] = inject_frame(dev, plan, first + rest);
		if (!skb[n])
			goto free;
	}

	local_bh_disable();
	start = ktime_get_raw_ns();
	for (i = 0; i < BURST; i++)
		netif_receive_skb(skb[i]);
	start = ktime_get_raw_ns() - start;
	local_bh_enable();
	return start;

free:
	while (n)
		kfree_skb(skb[--n]);
	return -ENOMEM;
}

/* The mean of the middle half of the bursts, without those that an interrupt
 * fell into; a median would be as coarse as the clock, which in User-Mode Linux
 * ticks every 256 ns.
 */
static u64 middle_mean(u32 *took, u32 bursts)
{
	u32 i, quarter = bursts / 4;
	u64 sum = 0;

	sort(took, bursts, sizeof(*took), compare, NULL);
	for (i = quarter; i < bursts - quarter; i++)
		sum += took[i];
	return div_u64(sum * 1000, (bursts - 2 * quarter) * BURST);
}

static int run(struct net_device *dev, const struct inject_plan *plan,
	       u32 bursts)
{
	u32 *took = kvmalloc_array(bursts, sizeof(*took), GFP_KERNEL);
	s64 result = 0;
	u32 i;

	if (!took)
		return -ENOMEM;
	for (i = 0; i < bursts && result >= 0; i++) {
		result = burst(dev, plan);
		took[i] = result;
		if (signal_pending(current))
			result = -EINTR;
		cond_resched();
	}
	if (result >= 0)
		picoseconds = middle_mean(took, bursts);
	kvfree(took);
	return result < 0 ? result : 0;
}

static int run_set(const char *text, const struct kernel_param *kp)
{
	struct inject_plan plan = { };
	struct net_device *dev;
	unsigned int packets;
	int err;

	err = kstrtouint(text, 0, &packets);
	if (err)
		return err;
	err = plan_read(&plan);
	if (err)
		return err;

	dev = dev_get_by_name(current->nsproxy->net_ns, strim(device));
	if (!dev)
		return -ENODEV;
	err = run(dev, &plan, DIV_ROUND_UP(max(packets, 1U), BURST));
	dev_put(dev);
	return err;
}

static int run_get(char *buffer, const struct kernel_param *kp)
{
	u32 rest;
	u64 whole = div_u64_rem(picoseconds, 1000, &rest);

	return sysfs_emit(buffer, "%llu.%02u\n", whole, rest / 10);
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
	.get = run_get,
};
module_param_cb(run, &run_ops, NULL, 0644);
MODULE_PARM_DESC(run, "Write: that many packets, in whole bursts.  Read: nanoseconds a packet took, the mean of the bursts' middle half");

MODULE_DESCRIPTION("Packets for dsr's benchmark");
MODULE_LICENSE("GPL");

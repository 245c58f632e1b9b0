// SPDX-License-Identifier: GPL-2.0
/* A plugin of QEMU: which cache lines two processors both write while they are in
 * a netfilter hook, or in what that calls.
 *
 *   -plugin lines.so,map=FILE,result=FILE
 *
 * Nothing is watched until there's the map, which says where the kernel has what:
 *
 *   hook ADDRESS          where the hook is entered
 *   caller FIRST LAST     whose execution says that the hook has ended
 *   interrupt ADDRESS     where what is no part of the hook begins, any number
 *
 * Written in the end is how many packets each processor had, and of each line that
 * both have written how often it changed hands, and an instruction on either that
 * wrote it.
 */
#include <pthread.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define CPUS		2
#define KERNEL		0xffffffff80000000	/* its text, and its modules' */
#define LINE_SHIFT	6
#define LINES		0x100000
#define INTERRUPTS	256

struct line {
	__u64 number;			/* 0: none */
	__u64 writer[CPUS];		/* an instruction */
	unsigned int last;		/* who wrote it last */
	unsigned int handovers;
};

/* As aligned as a cache line, so that the plugin does as it asks of others. */
static struct {
	alignas(64) bool in_hook;
	__u64 packets;
} cpus[CPUS];

static struct {
	__u64 hook, first, last;
	__u64 interrupt[INTERRUPTS];
	unsigned int interrupts;
} map;

int qemu_plugin_version = 1;

static const char *map_path, *result_path;
static bool watching;
static struct line *lines;
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;

static struct line *line_of(__u64 number)
{
	__u32 i = number * 0x9e3779b97f4a7c15 >> 44;

	while (lines[i].number && lines[i].number != number)
		i = (i + 1) % LINES;
	lines[i].number = number;
	return &lines[i];
}

static void stored(unsigned int cpu, __u32 info, __u64 address, void *pc)
{
	struct line *line;

	if (cpu >= CPUS || !cpus[cpu].in_hook ||
	    !qemu_plugin_mem_is_store(info))
		return;
	pthread_mutex_lock(&lines_lock);
	line = line_of(address >> LINE_SHIFT);
	line->handovers += line->writer[!cpu] && line->last != cpu;
	line->writer[cpu] = (uintptr_t)pc;
	line->last = cpu;
	pthread_mutex_unlock(&lines_lock);
}

static void hook_entered(unsigned int cpu, void *data)
{
	(void)data;
	if (cpu >= CPUS)
		return;
	cpus[cpu].in_hook = true;
	cpus[cpu].packets++;
}

/* Until the next packet: what an interrupt does in the hook's time is not its,
 * and the rest of that one packet may be missed.
 */
static void hook_left(unsigned int cpu, void *data)
{
	(void)data;
	if (cpu < CPUS)
		cpus[cpu].in_hook = false;
}

static bool is_interrupt(__u64 address)
{
	for (unsigned int i = 0; i < map.interrupts; i++)
		if (map.interrupt[i] == address)
			return true;
	return false;
}

static void watch_insn(struct qemu_plugin_insn *insn)
{
	void *pc = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

	qemu_plugin_register_vcpu_mem_cb(insn, stored, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_RW, pc);
}

static void watch(struct qemu_plugin_tb *tb)
{
	__u64 address = qemu_plugin_tb_vaddr(tb);

	if (address == map.hook)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, hook_entered,
						     QEMU_PLUGIN_CB_NO_REGS,
						     NULL);
	else if ((address >= map.first && address <= map.last) ||
		 is_interrupt(address))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, hook_left,
						     QEMU_PLUGIN_CB_NO_REGS,
						     NULL);

	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		watch_insn(qemu_plugin_tb_get_insn(tb, i));
}

static void map_read(const char *line)
{
	__u64 address, last;

	if (sscanf(line, "hook %llx", &address) == 1) {
		map.hook = address;
	} else if (sscanf(line, "caller %llx %llx", &address, &last) == 2) {
		map.first = address;
		map.last = last;
	} else if (sscanf(line, "interrupt %llx", &address) == 1 &&
		   map.interrupts < INTERRUPTS) {
		map.interrupt[map.interrupts++] = address;
	}
}

static bool map_load(void)
{
	FILE *file = fopen(map_path, "r");
	char line[128];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		map_read(line);
	fclose(file);
	return true;
}

static void ended(__u64 id, void *data)
{
	FILE *file = fopen(result_path, "w");
	const struct line *line;

	(void)id;
	(void)data;
	if (!file)
		return;
	for (int cpu = 0; cpu < CPUS; cpu++)
		fprintf(file, "packets %llu\n", cpus[cpu].packets);
	for (line = lines; line < lines + LINES; line++)
		if (line->handovers)
			fprintf(file, "line %llx %u %llx %llx\n",
				line->number << LINE_SHIFT, line->handovers,
				line->writer[0], line->writer[1]);
	fclose(file);
}

static void begin(__u64 id);

/* There is always something that hasn't been translated yet: each new process
 * has some, and so the map is seen soon.  From then on all is translated anew.
 */
static void translated(__u64 id, struct qemu_plugin_tb *tb)
{
	static unsigned int count;

	if (watching) {
		if (qemu_plugin_tb_vaddr(tb) >= KERNEL)
			watch(tb);
	} else if (++count % 64 == 0 && map_load()) {
		watching = true;
		qemu_plugin_reset(id, begin);
	}
}

static void begin(__u64 id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
}

int qemu_plugin_install(__u64 id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "map=", 4))
			map_path = argv[i] + 4;
		else if (!strncmp(argv[i], "result=", 7))
			result_path = argv[i] + 7;
	}
	lines = calloc(LINES, sizeof(*lines));
	if (!map_path || !result_path || !lines)
		return 1;
	begin(id);
	return 0;
}

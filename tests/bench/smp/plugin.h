/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_BENCH_PLUGIN_H
#define _DSR_BENCH_PLUGIN_H

/* What of QEMU's interface for plugins, version 1, is used here: Debian's
 * packages of QEMU 7.2 have it, but not its header.
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct qemu_plugin_tb;		/* a block of instructions */
struct qemu_plugin_insn;

enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_RW = 3 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*plugin_translated_t)(__u64 id, struct qemu_plugin_tb *tb);
typedef void (*plugin_exec_t)(unsigned int cpu, void *data);
typedef void (*plugin_store_t)(unsigned int cpu, __u32 info,
			       __u64 address, void *data);

extern int qemu_plugin_version;
int qemu_plugin_install(__u64 id, const void *info, int argc, char **argv);

void qemu_plugin_register_vcpu_tb_trans_cb(__u64 id,
					   plugin_translated_t translated);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  plugin_exec_t executed,
					  enum qemu_plugin_cb_flags flags,
					  void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      plugin_store_t stored,
				      enum qemu_plugin_cb_flags flags,
				      enum qemu_plugin_mem_rw rw, void *data);
void qemu_plugin_register_atexit_cb(__u64 id,
				    void (*ended)(__u64 id, void *data),
				    void *data);
void qemu_plugin_reset(__u64 id, void (*begin)(__u64 id));

bool qemu_plugin_mem_is_store(__u32 info);
__u64 qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t number);
__u64 qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

#endif /* _DSR_BENCH_PLUGIN_H */

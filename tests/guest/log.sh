# shellcheck shell=bash
# What of the kernel's log says that something is wrong.  Sourced.

complaints='WARNING:|BUG:|BUG |INFO: |KASAN|UBSAN|ODEBUG|DEBUG_LOCKS|Oops|Call Trace'
complaints+='|general protection|refcount_t|scheduling while atomic|sleeping function'
complaints+='|unregister_netdevice: waiting|suspicious RCU|possible recursive|circular'
complaints+='|inconsistent lock|held lock|leaked ref|ref_tracker|soft lockup|blocked for more'
complaints+='|list_add corruption|list_del corruption|detected stall|self-detected'
complaints+='|new suspected memory leaks|Kernel panic|segfault|page allocation failure'

# A report of KCSAN's counts if one of the two that raced came by way of a module:
# all else is built into that kernel, whose own races, of which there are many, are
# not what is tested here.  What an interrupt interrupted isn't its way.  Nor does what
# the scheduler's tick reads of a task's flags while the task itself changes them
# count, wherever that was called from.
without_foreign_races() {
	awk -v complaints="$complaints" '
		function flush() {
			if (!race || (ours && !tick) || other)
				printf "%s", block
			block = race = ours = tick = other = below = ""
		}
		{ block = block $0 "\n" }
		/ (read|write|read-write) .*to 0x.* bytes by / { below = "" }
		/ asm_(sysvec|common_interrupt)/ { below = 1 }
		/==========/ { if (race) flush(); next }
		/BUG: KCSAN: / { race = 1; tick = / kthread_data( |$)/; next }
		!below && /\+0x[0-9a-f]+\/0x[0-9a-f]+ \[[a-z_]+\]/ { ours = 1 }
		$0 ~ complaints { other = 1 }
		!race { flush() }
		END { flush() }'
}

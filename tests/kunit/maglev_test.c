// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/log2.h>
#include <linux/siphash.h>

#include "kmod/maglev.c"

static const siphash_key_t key = { { 1, 2 } };

/* As the scheduler does it: a backend is known by a hash of its address. */
static struct dsr_maglev_entry *entries(struct kunit *test, u32 nr)
{
	struct dsr_maglev_entry *entry;
	u32 i;

	entry = kunit_kcalloc(test, nr, sizeof(*entry), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	for (i = 0; i < nr; i++) {
		entry[i].hash = siphash_1u32(0x0a030000 + i, &key);
		entry[i].weight = 1;
	}
	return entry;
}

static u16 *filled(struct kunit *test, const struct dsr_maglev_entry *entry,
		   u32 nr, u32 size)
{
	u16 *table = kunit_kcalloc(test, size, sizeof(*table), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, table);
	KUNIT_ASSERT_EQ(test, dsr_maglev_fill(table, size, entry, nr), 0);
	return table;
}

static u32 *shares(struct kunit *test, const u16 *table, u32 size, u32 nr)
{
	u32 *count = kunit_kcalloc(test, nr, sizeof(*count), GFP_KERNEL), i;

	KUNIT_ASSERT_NOT_NULL(test, count);
	for (i = 0; i < size; i++) {
		KUNIT_ASSERT_LT(test, table[i], nr);
		count[table[i]]++;
	}
	return count;
}

static void size_is_a_power_of_two_with_room(struct kunit *test)
{
	static const u32 nrs[] = { 1, 3, 16, 17, 128, 129, 1000, 4096 };
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(nrs); i++) {
		size = dsr_maglev_size(nrs[i]);
		KUNIT_EXPECT_GT(test, size, nrs[i] * 30);
		KUNIT_EXPECT_TRUE(test, is_power_of_2(size));
	}
}

/* Equal weights: within 1% of each other at 100 backends. */
static void equal_weights_get_equal_shares(struct kunit *test)
{
	struct dsr_maglev_entry *entry = entries(test, 100);
	u32 size = dsr_maglev_size(100), i;
	u32 *count;

	count = shares(test, filled(test, entry, 100, size), size, 100);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_GE(test, count[i] * 100, size * 99 / 100);
		KUNIT_EXPECT_LE(test, count[i] * 100, size * 101 / 100);
	}
}

static void weights_are_exact_to_a_slot(struct kunit *test)
{
	static const u32 weights[] = { 1, 2, 3, 65535, 1000 };
	struct dsr_maglev_entry *entry = entries(test, ARRAY_SIZE(weights));
	u32 size = dsr_maglev_size(ARRAY_SIZE(weights)), total = 0, i;
	s64 error;
	u32 *count;

	for (i = 0; i < ARRAY_SIZE(weights); i++) {
		entry[i].weight = weights[i];
		total += weights[i];
	}
	count = shares(test, filled(test, entry, ARRAY_SIZE(weights), size),
		       size, ARRAY_SIZE(weights));
	for (i = 0; i < ARRAY_SIZE(weights); i++) {
		error = (s64)count[i] * total - (s64)size * weights[i];
		KUNIT_EXPECT_LT(test, abs(error), (s64)total);
	}
}

static void same_input_same_table(struct kunit *test)
{
	struct dsr_maglev_entry *entry = entries(test, 10);
	u32 size = dsr_maglev_size(10);

	KUNIT_EXPECT_EQ(test, memcmp(filled(test, entry, 10, size),
				     filled(test, entry, 10, size),
				     size * sizeof(u16)), 0);
}

/* How many slots of the others change their owner when one backend goes, in
 * thousandths of the slots that aren't its own.
 */
static u32 disruption(struct kunit *test, u32 nr, u32 gone)
{
	struct dsr_maglev_entry *entry = entries(test, nr);
	u32 size = dsr_maglev_size(nr), moved = 0, others = 0, i;
	u16 *before, *after;

	KUNIT_ASSERT_EQ(test, size, dsr_maglev_size(nr - 1));
	before = filled(test, entry, nr, size);
	memmove(&entry[gone], &entry[gone + 1],
		(nr - gone - 1) * sizeof(*entry));
	after = filled(test, entry, nr - 1, size);

	for (i = 0; i < size; i++) {
		if (before[i] == gone)
			continue;
		others++;
		moved += after[i] + (after[i] >= gone) != before[i];
	}
	return moved * 1000 / others;
}

/* The worst of some removals from @nr backends. */
static u32 worst_disruption(struct kunit *test, u32 nr)
{
	u32 step = DIV_ROUND_UP(nr, 10), worst = 0, gone;

	for (gone = 0; gone < nr; gone += step)
		worst = max(worst, disruption(test, nr, gone));
	kunit_info(test, "moved at %u backends: at most %u/1000\n", nr, worst);
	return worst;
}

static void removal_disturbs_few_others(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, worst_disruption(test, 10), 50);
	KUNIT_EXPECT_LE(test, worst_disruption(test, 100), 20);
	KUNIT_EXPECT_LE(test, worst_disruption(test, 1000), 12);
}

/* Weights that leave a backend less than a slot leave it none or one. */
static void tiny_weights_end_too(struct kunit *test)
{
	struct dsr_maglev_entry *entry = entries(test, 10);
	u32 size = dsr_maglev_size(10);
	u32 *count;

	entry[7].weight = 65535;
	count = shares(test, filled(test, entry, 10, size), size, 10);
	KUNIT_EXPECT_GE(test, count[7], size - 1);
}

static void one_backend_has_it_all(struct kunit *test)
{
	u32 size = dsr_maglev_size(1);
	u16 *table = filled(test, entries(test, 1), 1, size);

	KUNIT_EXPECT_EQ(test, *shares(test, table, size, 1), size);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(size_is_a_power_of_two_with_room),
	KUNIT_CASE(equal_weights_get_equal_shares),
	KUNIT_CASE(weights_are_exact_to_a_slot),
	KUNIT_CASE(same_input_same_table),
	KUNIT_CASE(removal_disturbs_few_others),
	KUNIT_CASE(tiny_weights_end_too),
	KUNIT_CASE(one_backend_has_it_all),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_maglev",
	.test_cases = cases,
};

kunit_test_suite(suite);

/* SPDX-License-Identifier: GPL-2.0 */
/* Everything random in the tests' C comes from here, and so from a seed. */
#ifndef DICE_H
#define DICE_H

#include <linux/types.h>
#include <stdbool.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct dice {
	__u64 state;
};

/* splitmix64 */
static inline __u64 dice_roll(struct dice *dice)
{
	__u64 z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* One stream for each process of a run. */
static inline void dice_init(struct dice *dice, __u64 seed, unsigned int who)
{
	dice->state = seed;
	dice->state = dice_roll(dice) + who;
	dice_roll(dice);
}

/* From 0 to @nr - 1; 0 if there's nothing below @nr. */
static inline __u64 dice_below(struct dice *dice, __u64 nr)
{
	return nr ? dice_roll(dice) % nr : 0;
}

static inline __u64 dice_between(struct dice *dice, __u64 low, __u64 high)
{
	__u64 span = high - low + 1;

	return span ? low + dice_below(dice, span) : dice_roll(dice);
}

static inline bool dice_percent(struct dice *dice, unsigned int percent)
{
	return dice_below(dice, 100) < percent;
}

#endif /* DICE_H */

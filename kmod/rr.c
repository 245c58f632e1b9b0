// SPDX-License-Identifier: GPL-2.0
/* Weighted round robin without a state but the number of the turn.
 *
 * Lay the weights end to end on a ring of their total length and step round it
 * by about the golden section of it, a step coprime to the length: a full
 * round visits each point once, so that each backend gets exactly its weight,
 * and the visits to any stretch of the ring are as evenly spaced as can be
 * (the three-distance theorem; Knuth, TAOCP vol. 3, section 6.4).
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "rr.h"

/* How many steps to judge, at most. */
#define CANDIDATES	32

/* What the golden section's neighbours are bad by: the largest partial quotient
 * of the fraction @step / @total, or U32_MAX where they aren't coprime.  The
 * visits to a stretch of the ring can be that many times farther apart than
 * they would be if evenly spaced.
 */
static u32 unevenness(u32 step, u32 total)
{
	u32 largest = 0, rest;

	while (step) {
		largest = max(largest, total / step);
		rest = total % step;
		total = step;
		step = rest;
	}
	return total == 1 ? largest : U32_MAX;
}

/**
 * dsr_rr_step() - the step for a ring of @total points
 * @total: sum of the weights, above 0
 *
 * Coprime and near the golden section is not enough: 245 of 398 is both, and
 * would let one of 16 points wait for half a round.
 *
 * Context: any.
 * Return: a number coprime to @total, near 0.618 of it.
 */
u32 dsr_rr_step(u32 total)
{
	u32 step = div_u64((u64)total * 618034, 1000000);
	u32 best = 1, least = U32_MAX, bad, i;

	step = step ? step : 1;
	/* Two, as the last quotient of any fraction is at least that. */
	for (i = 0; i < CANDIDATES && least > 2 && step < total; step++) {
		bad = unevenness(step, total);
		i += bad != U32_MAX;
		if (bad < least) {
			least = bad;
			best = step;
		}
	}
	return best;
}

/**
 * dsr_rr_turn() - the point of the ring that a turn visits
 * @turn: its number
 * @step: from dsr_rr_step()
 * @total: sum of the weights
 *
 * Context: any.
 * Return: 0 to @total - 1.
 */
u32 dsr_rr_turn(u64 turn, u32 step, u32 total)
{
	u32 place, point;

	div_u64_rem(turn, total, &place);
	div_u64_rem((u64)place * step, total, &point);
	return point;
}

/**
 * dsr_weight_find() - whose stretch of the ring a point lies in
 * @sums: the weights summed up: sums[i] is the weight of 0 to i together
 * @nr: how many, above 0
 * @point: below sums[nr - 1]
 *
 * Context: any.
 * Return: the index.
 */
u32 dsr_weight_find(const u32 *sums, u32 nr, u32 point)
{
	u32 low = 0, high = nr - 1, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (point < sums[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

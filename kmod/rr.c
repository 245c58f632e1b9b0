// SPDX-License-Identifier: GPL-2.0
/* Weighted round robin without a state but the number of the turn.
 *
 * Lay the weights end to end on a ring of their total length and step round it
 * by about the golden section of it, a step coprime to the length: a full
 * round visits each point once, so that each backend gets exactly its weight,
 * and the visits to any stretch of the ring are as evenly spaced as can be
 * (the three-distance theorem; Knuth, TAOCP vol. 3, section 6.4).
 */
#include <linux/gcd.h>
#include <linux/math64.h>

#include "rr.h"

/**
 * dsr_rr_step() - the step for a ring of @total points
 * @total: sum of the weights, above 0
 *
 * Context: any.
 * Return: a number coprime to @total, near 0.618 of it.
 */
u32 dsr_rr_step(u32 total)
{
	u32 step = div_u64((u64)total * 618034, 1000000);

	step = step ? step : 1;
	while (gcd(step, total) != 1)
		step++;
	return step;
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

/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes in a buffer that need not be aligned, nor be all right. */
#ifndef VIEW_H
#define VIEW_H

#include <linux/netlink.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct view {
	const unsigned char *data;
	size_t len;
};

/* Takes the first attribute of @view off it. */
static inline bool view_next(struct view *view, unsigned int *type, struct view *payload)
{
	struct nlattr attr;
	size_t step;

	if (view->len < sizeof(attr))
		return false;
	memcpy(&attr, view->data, sizeof(attr));
	if (attr.nla_len < sizeof(attr) || attr.nla_len > view->len)
		return false;
	*type = attr.nla_type & NLA_TYPE_MASK;
	payload->data = view->data + sizeof(attr);
	payload->len = attr.nla_len - sizeof(attr);
	step = NLA_ALIGN(attr.nla_len);
	if (step > view->len)
		step = view->len;
	view->data += step;
	view->len -= step;
	return true;
}

/* The last attribute of a type is the one that counts. */
static inline bool view_find(struct view view, unsigned int type, struct view *found)
{
	struct view payload;
	bool there = false;
	unsigned int each;

	while (view_next(&view, &each, &payload)) {
		if (each != type)
			continue;
		*found = payload;
		there = true;
	}
	return there;
}

static inline __u64 view_number(struct view view)
{
	__u64 value = 0;

	memcpy(&value, view.data, view.len < sizeof(value) ? view.len : sizeof(value));
	return value;
}

/* @instead where there's none. */
static inline __u64 view_find_number(struct view view, unsigned int type, __u64 instead)
{
	struct view found;

	return view_find(view, type, &found) ? view_number(found) : instead;
}

#endif /* VIEW_H */

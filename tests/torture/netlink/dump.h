/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's configuration, read into a model. */
#ifndef DUMP_H
#define DUMP_H

#include "model.h"
#include "talk.h"

/* What is read, and what can't be right about it. */
struct reading {
	struct model model;
	const char *wrong;
	__u32 generation;	/* of CONFIG_GET's messages */
	bool begun;
};

int dump_config(struct talk *talk, const struct spec *spec, struct reading *reading);
int dump_objects(struct talk *talk, const struct spec *spec, struct reading *reading);
int dump_settings(struct talk *talk, const struct spec *spec, struct model *model);
int dump_devices(struct talk *talk, const struct spec *spec, struct model *model);

#endif /* DUMP_H */

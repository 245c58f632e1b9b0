// SPDX-License-Identifier: GPL-2.0
/* Whether the kernel has what the model has. */
#include <errno.h>
#include <string.h>

#include "writer.h"

/* Reads until the configuration keeps still meanwhile: drains end by themselves. */
static int read_steadily(struct writer *writer,
			 int (*dump)(struct talk *, const struct spec *, struct reading *))
{
	int err;

	do {
		err = dump(&writer->looker, writer->order->spec, &writer->reading);
		count(&writer->order->figures->dumps, 1);
	} while (err == -EINTR && writer->order->alone);
	return err;
}

/* As above: what changes meanwhile is the end of a drain, or another writer's. */
int writer_read_settings(struct writer *writer, struct model *theirs)
{
	const struct spec *spec = writer->order->spec;
	int err;

	do {
		err = dump_settings(&writer->looker, spec, theirs);
		if (!err)
			err = dump_devices(&writer->looker, spec, theirs);
	} while (err == -EINTR);
	return err;
}

static const char *compare_settings(const struct model *ours, const struct model *theirs)
{
	if (ours->setting[DSR_A_SETTINGS_FLOWS] != theirs->setting[DSR_A_SETTINGS_FLOWS])
		return "the number of flows";
	if (ours->setting[DSR_A_SETTINGS_HASH_SEED] != theirs->setting[DSR_A_SETTINGS_HASH_SEED])
		return "the hash's seed";
	if (ours->digest_len != theirs->digest_len ||
	    memcmp(ours->digest, theirs->digest, ours->digest_len))
		return "the digest";
	if (ours->devices_nr != theirs->devices_nr ||
	    memcmp(ours->devices, theirs->devices, ours->devices_nr * sizeof(ours->devices[0])))
		return "the devices";
	return NULL;
}

static void compare_dump(struct writer *writer, int err, const char *how)
{
	const char *wrong = writer->reading.wrong;

	if (err)
		writer_fail(writer, NULL, "%s: error %d", how, -err);
	else if (wrong)
		writer_fail(writer, NULL, "%s: %s", how, wrong);
}

static void differ(struct writer *writer, const char *what)
{
	if (what)
		writer_fail(writer, NULL, "the kernel and the model disagree in %s", what);
}

/* Two of the three ways in which the kernel tells its configuration. */
static void compare(struct writer *writer)
{
	struct model *theirs = &writer->reading.model;
	int err = read_steadily(writer, dump_config);

	compare_dump(writer, err, "CONFIG_GET");
	if (!err)
		err = writer_read_settings(writer, theirs);
	if (err)
		writer_fail(writer, NULL, "reading the settings: error %d", -err);
	differ(writer, model_settle(&writer->model, theirs));
	differ(writer, model_differs(&writer->model, theirs));
	differ(writer, compare_settings(&writer->model, theirs));
}

static void compare_objects(struct writer *writer)
{
	int err = read_steadily(writer, dump_objects);

	compare_dump(writer, err, "SERVICE_GET and BACKEND_GET");
	model_settle_drains(&writer->model, &writer->reading.model);
	differ(writer, model_differs(&writer->model, &writer->reading.model));
}

/* Where others write too, the model only tells what may be there. */
void writer_resync(struct writer *writer)
{
	int err = dump_config(&writer->looker, writer->order->spec, &writer->reading);
	struct model old = writer->model;

	count(&writer->order->figures->dumps, 1);
	if (err && err != -EINTR)
		writer_fail(writer, NULL, "CONFIG_GET: error %d", -err);
	writer->model = writer->reading.model;
	writer->reading.model = old;
}

void writer_look(struct writer *writer)
{
	struct figures *figures = writer->order->figures;

	if (!writer->order->alone) {
		writer_resync(writer);
		return;
	}
	compare(writer);
	if (writer->order->careful || !(figures->compared % 4))
		compare_objects(writer);
	count(&figures->compared, 1);
}

// SPDX-License-Identifier: GPL-2.0
/* Class dsr: a device a service, a directory below it a backend, one value a
 * file, seen in their own network namespace only.
 */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "backend.h"
#include "sched.h"
#include "service.h"
#include "stats.h"
#include "sysfs.h"

static const char * const modes[] = DSR_MODE_NAMES;
static const char * const states[] = DSR_STATE_NAMES;

static ssize_t emit_traffic(char *buffer,
			    const struct dsr_traffic_stats __percpu *traffic,
			    enum dsr_traffic counter)
{
	u64 sum[__DSR_TRAFFIC_MAX];

	dsr_traffic_sum(traffic, sum);
	return sysfs_emit(buffer, "%llu\n", sum[counter]);
}

static ssize_t scheduler_show(struct device *dev, struct device_attribute *attr,
			      char *buffer)
{
	const struct dsr_service *svc = dev_get_drvdata(dev);

	return sysfs_emit(buffer, "%s\n", READ_ONCE(svc->options.sched)->name);
}
static DEVICE_ATTR_ADMIN_RO(scheduler);

/* One for each counter; named, as all views are, from the table of names. */
static struct dev_ext_attribute service_counters[DSR_TRAFFIC_MAX];

static ssize_t service_counter_show(struct device *dev,
				    struct device_attribute *attr, char *buffer)
{
	const struct dsr_service *svc = dev_get_drvdata(dev);
	struct dev_ext_attribute *counter;

	counter = container_of(attr, struct dev_ext_attribute, attr);
	return emit_traffic(buffer, svc->traffic,
			    1 + (counter - service_counters));
}

static struct attribute *service_attrs[1 + DSR_TRAFFIC_MAX + 1] = {
	&dev_attr_scheduler.attr,
};
ATTRIBUTE_GROUPS(service);

/* A backend's directory.  Outlives the backend while somebody holds the kobject,
 * but nobody reads through @be once kobject_del() has returned.
 */
struct dsr_backend_dir {
	struct kobject kobj;
	const struct dsr_backend *be;
};

struct backend_attribute {
	struct attribute attr;
	ssize_t (*show)(const struct dsr_backend *be,
			const struct backend_attribute *attr, char *buffer);
};

static ssize_t backend_attr_show(struct kobject *kobj, struct attribute *attr,
				 char *buffer)
{
	struct backend_attribute *ba;
	struct dsr_backend_dir *dir;

	ba = container_of(attr, struct backend_attribute, attr);
	dir = container_of(kobj, struct dsr_backend_dir, kobj);
	return ba->show(dir->be, ba, buffer);
}

static const struct sysfs_ops backend_sysfs_ops = {
	.show = backend_attr_show,
};

static ssize_t weight_show(const struct dsr_backend *be,
			   const struct backend_attribute *attr, char *buffer)
{
	return sysfs_emit(buffer, "%u\n", READ_ONCE(be->options.weight));
}

static ssize_t mode_show(const struct dsr_backend *be,
			 const struct backend_attribute *attr, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", modes[READ_ONCE(be->options.mode)]);
}

static ssize_t state_show(const struct dsr_backend *be,
			  const struct backend_attribute *attr, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", states[dsr_backend_state(be)]);
}

static struct backend_attribute backend_weight = {
	.attr = { .name = "weight", .mode = 0400 },
	.show = weight_show,
};

static struct backend_attribute backend_mode = {
	.attr = { .name = "mode", .mode = 0400 },
	.show = mode_show,
};

static struct backend_attribute backend_state = {
	.attr = { .name = "state", .mode = 0400 },
	.show = state_show,
};

static struct backend_attribute backend_counters[DSR_TRAFFIC_MAX];

static ssize_t backend_counter_show(const struct dsr_backend *be,
				    const struct backend_attribute *attr,
				    char *buffer)
{
	return emit_traffic(buffer, be->traffic, 1 + (attr - backend_counters));
}

static struct attribute *backend_attrs[3 + DSR_TRAFFIC_MAX + 1] = {
	&backend_weight.attr,
	&backend_mode.attr,
	&backend_state.attr,
};
ATTRIBUTE_GROUPS(backend);

static void backend_dir_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct dsr_backend_dir, kobj));
}

static const struct kobj_type backend_type = {
	.release = backend_dir_release,
	.sysfs_ops = &backend_sysfs_ops,
	.default_groups = backend_groups,
};

static const void *service_namespace(dsr_class_const struct device *dev)
{
	const struct dsr_service *svc = dev_get_drvdata(dev);

	return svc->dn->net;
}

static struct class service_class = {
	.name = "dsr",
	.ns_type = &net_ns_type_operations,
	.namespace = service_namespace,
};

/* Sysfs charges its memory to nobody, about 1 KiB a backend: only who could take
 * all memory anyway has it.  The files would not belong to others either.
 */
static bool has_views(const struct dsr_net *dn)
{
	return dn->net->user_ns == &init_user_ns;
}

/**
 * dsr_sysfs_service_add() - show a service
 * @svc: the service
 *
 * Its '/' appears as '!', as sysfs has it.  Without memory it isn't shown: that
 * is no reason not to serve it.  Nor is it in a network namespace of another user
 * namespace than the first.
 *
 * Context: process, config_lock held.
 */
void dsr_sysfs_service_add(struct dsr_service *svc)
{
	char name[DSR_SERVICE_NAME_LEN];
	struct device *dev;

	if (!has_views(svc->dn))
		return;
	dsr_service_name(svc, name);
	dev = device_create_with_groups(&service_class, NULL, MKDEV(0, 0), svc,
					service_groups, "%s", name);
	if (!IS_ERR(dev))
		svc->device = dev;
}

/* Returns when nobody reads it any more. */
void dsr_sysfs_service_del(struct dsr_service *svc)
{
	if (svc->device)
		device_unregister(svc->device);
}

/**
 * dsr_sysfs_backend_add() - show a backend below its service
 * @be: the backend
 *
 * Context: process, config_lock held.
 */
void dsr_sysfs_backend_add(struct dsr_backend *be)
{
	const char *format = be->addr.family == AF_INET ? "%pI4" : "%pI6c";
	struct device *device = be->svc->device;
	struct dsr_backend_dir *dir;

	dir = device ? kzalloc(sizeof(*dir), GFP_KERNEL_ACCOUNT) : NULL;
	if (!dir)
		return;
	dir->be = be;
	if (kobject_init_and_add(&dir->kobj, &backend_type, &device->kobj,
				 format, &be->addr.ip))
		kobject_put(&dir->kobj);
	else
		be->dir = dir;
}

/* Returns when nobody reads it any more. */
void dsr_sysfs_backend_del(struct dsr_backend *be)
{
	if (!be->dir)
		return;
	kobject_del(&be->dir->kobj);
	kobject_put(&be->dir->kobj);
}

/* How many services to show while others wait for config_lock. */
#define CATCH_UP	16

static void show_service(struct dsr_service *svc)
{
	struct dsr_backend *be;

	if (!svc->device)
		dsr_sysfs_service_add(svc);
	list_for_each_entry(be, &svc->backends, list)
		if (!be->dir)
			dsr_sysfs_backend_add(be);
}

/* Shows some of the services that aren't yet, from the cursor on. */
static bool show_some(struct dsr_net *dn)
{
	struct dsr_service *svc;
	unsigned int nr = 0;

	list_for_each_entry(svc, &dn->service_list, list) {
		if (svc->id < dn->views_cursor)
			continue;
		dn->views_cursor = svc->id;
		if (nr++ == CATCH_UP)
			return true;
		show_service(svc);
	}
	return false;
}

static void catch_up(struct work_struct *work)
{
	struct dsr_net *dn = container_of(work, struct dsr_net, views);
	bool more = true;

	while (more) {
		mutex_lock(&dn->config_lock);
		more = !dn->closing && show_some(dn);
		mutex_unlock(&dn->config_lock);
		cond_resched();
	}
}

/**
 * dsr_sysfs_catch_up() - show, soon, whatever isn't shown yet
 * @dn: the namespace
 *
 * For what comes in great numbers: each backend is a directory with its files,
 * which takes longer than all else that is done for it.
 *
 * Context: process, config_lock held.
 */
void dsr_sysfs_catch_up(struct dsr_net *dn)
{
	dn->views_cursor = 0;
	if (!dn->closing && has_views(dn))
		queue_work(dsr_wq, &dn->views);
}

void dsr_sysfs_net_init(struct dsr_net *dn)
{
	INIT_WORK(&dn->views, catch_up);
}

/* dn->closing is set. */
void dsr_sysfs_net_exit(struct dsr_net *dn)
{
	cancel_work_sync(&dn->views);
}

static void counters_init(void)
{
	struct attribute *attr;
	unsigned int i;

	for (i = 0; i < DSR_TRAFFIC_MAX; i++) {
		attr = &service_counters[i].attr.attr;
		attr->name = dsr_traffic_names[i + 1].name;
		attr->mode = 0400;
		service_counters[i].attr.show = service_counter_show;
		service_attrs[1 + i] = attr;

		attr = &backend_counters[i].attr;
		attr->name = dsr_traffic_names[i + 1].name;
		attr->mode = 0400;
		backend_counters[i].show = backend_counter_show;
		backend_attrs[3 + i] = attr;
	}
}

int dsr_sysfs_init(void)
{
	counters_init();
	return class_register(&service_class);
}

void dsr_sysfs_exit(void)
{
	class_unregister(&service_class);
}
